//! Applying a commit, inside one transaction. No clock, randomness or file is used here.

use std::collections::{BTreeSet, HashMap, HashSet};

use protocol::{
    Change, CommitRequest, CreateChange, NewVersion, NodeId, NodeKind, SealedMetadata, UploadId,
    UserId,
};

use super::CommitError;
use crate::db::Conn;
use crate::http::fields::WRAPPED_KEY;
use crate::repo::commits::CommitRow;
use crate::repo::nodes::{NewNode, NodeState};
use crate::repo::versions::NewVersionRow;
use crate::repo::{ROW, commits, heads, nodes, subtree, uploads, users, vaults, versions};

/// The sealed bytes of the nodes that one commit changes, whenever they were sealed: it comes in
/// one piece in the change feed.
const MAX_SEALED: u64 = 8 * 1024 * 1024;

/// What a commit did.
pub(crate) struct Applied {
    pub(crate) row: CommitRow,
    /// Blobs that no version names any more.
    pub(crate) orphaned: Vec<UploadId>,
    /// It had been applied before: nothing of this request was looked at.
    pub(crate) repeated: bool,
}

/// Applies a commit, or finds the answer that it got when it was applied before.
pub(crate) fn apply(
    conn: &mut dyn Conn,
    user: UserId,
    commit: &CommitRequest,
    record_limit: u64,
    now: i64,
) -> Result<Applied, CommitError> {
    if let Some(row) = commits::get(conn, user, commit.id)? {
        return Ok(Applied {
            row,
            orphaned: Vec::new(),
            repeated: true,
        });
    }
    let created: HashSet<NodeId> = commit.changes.iter().filter_map(created_folder).collect();
    check_heads(conn, user, commit, &created)?;
    let feed = vaults::next_feed(conn, user)?.ok_or(CommitError::Bare)?;
    let mut work = Work {
        conn: &mut *conn,
        user,
        now,
        feed,
        touched: created.iter().copied().collect(),
        sealed: HashMap::new(),
        records: ROW,
        orphaned: Vec::new(),
    };
    for (index, change) in commit.changes.iter().enumerate() {
        if !work.change(change)? {
            return Err(CommitError::Conflict(index));
        }
    }
    let Work {
        touched,
        sealed,
        mut records,
        orphaned,
        ..
    } = work;
    if sealed.values().sum::<u64>() > MAX_SEALED {
        return Err(CommitError::TooLarge);
    }
    require_heads(conn, user, commit, &touched)?;
    refuse_idle_heads(commit, &touched)?;
    for head in &commit.heads {
        // A folder that this very commit purged has no head.
        if nodes::state(conn, user, head.node)?.is_some() {
            heads::insert(conn, head.node, head.seq, &head.sealed)?;
            records += kept(head.sealed.0.len());
            nodes::set_head(conn, head.node, head.seq, feed)?;
        }
    }
    // Clearing up is always possible, though it too leaves traces.
    let clears_up = |change: &Change| matches!(change, Change::Purge { .. });
    let limit = if commit.changes.iter().all(clears_up) {
        u64::MAX
    } else {
        record_limit
    };
    if !users::add_records(conn, user, records, limit)? {
        return Err(CommitError::RecordsFull {
            used: users::records(conn, user)?,
            limit,
            needed: records.unsigned_abs(),
        });
    }
    let usage = users::usage(conn, user)?.ok_or(CommitError::Bare)?;
    let row = CommitRow {
        feed,
        storage_used: usage.used,
        storage_limit: usage.quota,
    };
    commits::insert(conn, user, commit.id, row, now)?;
    Ok(Applied {
        row,
        orphaned,
        repeated: false,
    })
}

/// What a row with so many sealed bytes takes.
fn kept(sealed: usize) -> i64 {
    i64::try_from(sealed)
        .unwrap_or(i64::MAX)
        .saturating_add(ROW)
}

fn created_folder(change: &Change) -> Option<NodeId> {
    match change {
        Change::Create(CreateChange {
            id,
            kind: NodeKind::Folder,
            ..
        }) => Some(*id),
        _ => None,
    }
}

/// Compares each head's expected seq with the current one.
fn check_heads(
    conn: &mut dyn Conn,
    user: UserId,
    commit: &CommitRequest,
    created: &HashSet<NodeId>,
) -> Result<(), CommitError> {
    let (mut moved, mut missing) = (Vec::new(), Vec::new());
    for head in &commit.heads {
        let current = match nodes::state(conn, user, head.node)? {
            Some(NodeState {
                head_seq: Some(seq),
                ..
            }) => seq,
            // What is created here starts from nothing; if its id is taken, creating will tell.
            None if created.contains(&head.node) && head.expected_seq == 0 => continue,
            _ => {
                missing.push(head.node);
                continue;
            }
        };
        if current != head.expected_seq {
            moved.extend(heads::current(conn, head.node)?);
        }
    }
    if moved.is_empty() && missing.is_empty() {
        Ok(())
    } else {
        Err(CommitError::HeadConflict {
            heads: moved,
            missing,
        })
    }
}

/// Every folder that changed must have a new head, unless it is gone by now.
fn require_heads(
    conn: &mut dyn Conn,
    user: UserId,
    commit: &CommitRequest,
    touched: &BTreeSet<NodeId>,
) -> Result<(), CommitError> {
    let given: HashSet<NodeId> = commit.heads.iter().map(|head| head.node).collect();
    let mut required = Vec::new();
    for folder in touched {
        if !given.contains(folder) && nodes::state(conn, user, *folder)?.is_some() {
            required.push(*folder);
        }
    }
    if required.is_empty() {
        Ok(())
    } else {
        Err(CommitError::HeadRequired(required))
    }
}

/// A head that nothing moved would only take room, in this answer and in every feed to come.
fn refuse_idle_heads(
    commit: &CommitRequest,
    touched: &BTreeSet<NodeId>,
) -> Result<(), CommitError> {
    let idle = |head: &protocol::NewHead| !touched.contains(&head.node);
    match commit.heads.iter().position(idle) {
        Some(index) => Err(CommitError::IdleHead(index)),
        None => Ok(()),
    }
}

/// A commit that is being applied. Its functions answer `false` for a change that does not fit.
struct Work<'a> {
    conn: &'a mut dyn Conn,
    user: UserId,
    now: i64,
    feed: u64,
    /// Folders whose children or metadata changed.
    touched: BTreeSet<NodeId>,
    /// Nodes that have their place in the feed here, and the bytes that are sealed in each.
    sealed: HashMap<NodeId, u64>,
    /// Bytes by which the account's rows grow.
    records: i64,
    orphaned: Vec<UploadId>,
}

impl Work<'_> {
    fn change(&mut self, change: &Change) -> Result<bool, CommitError> {
        match change {
            Change::Create(create) => self.create(create),
            Change::Version { node, version } => self.version(*node, version),
            Change::Metadata { node, metadata } => self.metadata(*node, metadata),
            Change::Trash { node } => self.trash(*node),
            Change::Restore { node } => self.restore(*node),
            Change::Purge { node } => self.purge(*node),
        }
    }

    fn state(&mut self, node: NodeId) -> Result<Option<NodeState>, CommitError> {
        Ok(nodes::state(self.conn, self.user, node)?)
    }

    fn create(&mut self, create: &CreateChange) -> Result<bool, CommitError> {
        let Some(parent) = self.state(create.parent)? else {
            return Ok(false);
        };
        if parent.kind != NodeKind::Folder {
            return Ok(false);
        }
        let node = NewNode {
            id: create.id,
            owner: self.user,
            parent: Some(create.parent),
            kind: create.kind,
            wrapped_key: &create.wrapped_key.0,
            metadata: &create.metadata,
            live: parent.live,
            created_at: self.now,
            feed: self.feed,
        };
        if !nodes::insert(self.conn, &node)? {
            return Ok(false);
        }
        self.touched.insert(create.parent);
        let sealed = create.metadata.sealed.0.len() + create.wrapped_key.0.len();
        self.sealed.insert(create.id, sealed as u64);
        self.records += kept(sealed);
        if let Some(version) = &create.version {
            users::count(self.conn, self.user, 0, 1, i64::from(parent.live))?;
            return self.store(create.id, version);
        }
        Ok(true)
    }

    fn version(&mut self, node: NodeId, version: &NewVersion) -> Result<bool, CommitError> {
        match self.state(node)? {
            Some(NodeState {
                kind: NodeKind::File,
                parent: Some(parent),
                sealed,
                ..
            }) => {
                self.touched.insert(parent);
                self.sealed.insert(node, sealed);
                self.store(node, version)
            }
            _ => Ok(false),
        }
    }

    /// Turns a finished upload into a version.
    fn store(&mut self, node: NodeId, version: &NewVersion) -> Result<bool, CommitError> {
        let Some(size) = uploads::take(self.conn, version.upload, self.user)? else {
            return Ok(false);
        };
        let row = NewVersionRow {
            id: version.id,
            node,
            wrapped_key: &version.wrapped_key.0,
            record: &version.record.0,
            blob: version.upload,
            size,
            created_at: self.now,
        };
        if !versions::insert(self.conn, &row)? {
            return Ok(false);
        }
        self.records += kept(version.record.0.len() + version.wrapped_key.0.len());
        users::store(self.conn, self.user, size)?;
        nodes::set_version(self.conn, node, version.id, size, self.now, self.feed)?;
        Ok(true)
    }

    fn metadata(&mut self, node: NodeId, metadata: &SealedMetadata) -> Result<bool, CommitError> {
        let Some(state) = self.state(node)? else {
            return Ok(false);
        };
        if metadata.rev != state.meta_rev + 1 {
            return Ok(false);
        }
        // A file's metadata is in its folder's head, a folder's in its own.
        let in_head_of = match state.kind {
            NodeKind::Folder => Some(node),
            NodeKind::File => state.parent,
        };
        self.touched.extend(in_head_of);
        let sealed = metadata.sealed.0.len() + WRAPPED_KEY;
        self.sealed.insert(node, sealed as u64);
        self.records += kept(sealed) - kept(usize::try_from(state.sealed).unwrap_or(0));
        nodes::set_metadata(self.conn, node, metadata, self.now, self.feed)?;
        Ok(true)
    }

    fn trash(&mut self, node: NodeId) -> Result<bool, CommitError> {
        let Some(NodeState {
            parent: Some(parent),
            trashed,
            live,
            sealed,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        self.touched.insert(parent);
        self.sealed.insert(node, sealed);
        if !trashed {
            nodes::set_trashed(self.conn, node, Some(self.now), self.now, self.feed)?;
        }
        if live {
            let hidden = subtree::hide(self.conn, node)?;
            users::count(self.conn, self.user, 0, 0, -hidden)?;
        }
        Ok(true)
    }

    fn restore(&mut self, node: NodeId) -> Result<bool, CommitError> {
        let Some(NodeState {
            parent: Some(parent),
            live,
            sealed,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        self.touched.insert(parent);
        self.sealed.insert(node, sealed);
        nodes::set_trashed(self.conn, node, None, self.now, self.feed)?;
        if !live && self.state(parent)?.is_some_and(|parent| parent.live) {
            let shown = subtree::show(self.conn, node)?;
            users::count(self.conn, self.user, 0, 0, shown)?;
        }
        Ok(true)
    }

    fn purge(&mut self, node: NodeId) -> Result<bool, CommitError> {
        let Some(NodeState {
            parent: Some(parent),
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        self.touched.insert(parent);
        self.sealed.remove(&node);
        let purged = subtree::purge(self.conn, node, self.now, Some(self.feed))?;
        self.records -= purged.records;
        users::count(
            self.conn,
            self.user,
            -purged.bytes,
            -purged.files,
            -purged.live_files,
        )?;
        self.orphaned.extend(purged.blobs);
        Ok(true)
    }
}
