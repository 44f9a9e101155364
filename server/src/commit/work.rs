//! What each kind of change does to the rows.

use std::collections::{BTreeSet, HashMap};

use protocol::{
    Base64, Change, CreateChange, NewVersion, NodeId, NodeKind, SealedMetadata, UploadId, UserId,
    VersionId,
};

use super::CommitError;
use crate::db::Conn;
use crate::http::fields::WRAPPED_KEY;
use crate::repo::nodes::{NewNode, NodeState};
use crate::repo::versions::{Bytes, NewVersionRow};
use crate::repo::{ENTRY, ROW, nodes, subtree, uploads, users, versions};

/// Nodes below or above those that change, unless a single change has more.
const MAX_WORK: u64 = 200_000;

/// A commit that is being applied. Its functions answer `false` for a change that does not fit.
pub(super) struct Work<'a> {
    pub(super) conn: &'a mut dyn Conn,
    pub(super) user: UserId,
    pub(super) now: i64,
    pub(super) feed: u64,
    /// Which of the commit's changes it is about.
    pub(super) index: usize,
    /// Folders whose children or metadata changed.
    pub(super) touched: BTreeSet<NodeId>,
    /// Nodes that have their place in the feed here, and the bytes that are sealed in each.
    pub(super) sealed: HashMap<NodeId, u64>,
    /// What the feed says of nodes that were purged with the folders that they had been moved to,
    /// in bytes.
    pub(super) told: u64,
    /// Nodes that were looked at because they are below, or above, those that change.
    pub(super) work: u64,
    /// Bytes by which the account's rows grow.
    pub(super) records: i64,
    /// Blobs that no version names any more.
    pub(super) orphaned: Vec<UploadId>,
}

impl Work<'_> {
    pub(super) fn change(&mut self, change: &Change) -> Result<bool, CommitError> {
        match change {
            Change::Create(create) => self.create(create),
            Change::Version { node, version } => self.version(*node, version),
            Change::Metadata { node, metadata } => self.metadata(*node, metadata),
            Change::Trash { node } => self.trash(*node),
            Change::Restore { node } => self.restore(*node),
            Change::Purge { node } => self.purge(*node),
            Change::Move {
                node,
                parent,
                wrapped_key,
            } => self.relocate(*node, *parent, wrapped_key),
            Change::Rewrap {
                node,
                epoch,
                wrapped_key,
            } => self.rewrap(*node, *epoch, wrapped_key),
            Change::Accept { node } => self.accept(*node),
            Change::DropVersion { node, version } => self.drop_version(*node, *version),
        }
    }

    fn hide(&mut self, node: NodeId) -> Result<(), CommitError> {
        let hidden = subtree::hide(self.conn, node)?;
        users::count(self.conn, self.user, 0, 0, -hidden.files)?;
        self.worked(hidden.nodes)
    }

    fn show(&mut self, node: NodeId) -> Result<(), CommitError> {
        let shown = subtree::show(self.conn, node)?;
        users::count(self.conn, self.user, 0, 0, shown.files)?;
        self.worked(shown.nodes)
    }

    /// So many nodes were looked at because of one change. There is no limit for a single one, but
    /// a thousand of them must not keep everybody else waiting.
    fn worked(&mut self, nodes: u64) -> Result<(), CommitError> {
        let before = self.work;
        self.work += nodes;
        if before > 0 && self.work > MAX_WORK {
            return Err(CommitError::TooMuchWork);
        }
        Ok(())
    }

    fn rewrap(
        &mut self,
        node: NodeId,
        epoch: u64,
        wrapped_key: &Base64,
    ) -> Result<bool, CommitError> {
        let Some(NodeState {
            parent: Some(parent),
            sealed,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        self.touched.insert(parent);
        self.sealed.insert(node, sealed);
        Ok(nodes::set_key(
            self.conn,
            node,
            epoch,
            &wrapped_key.0,
            self.now,
            self.feed,
        )?)
    }

    fn accept(&mut self, node: NodeId) -> Result<bool, CommitError> {
        let Some(NodeState {
            kind: NodeKind::Folder,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        self.touched.insert(node);
        Ok(true)
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

    /// Makes the newest version of a file.
    fn store(&mut self, node: NodeId, version: &NewVersion) -> Result<bool, CommitError> {
        let Some(bytes) = self.take_bytes(version)? else {
            return Ok(false);
        };
        let row = NewVersionRow {
            id: version.id,
            node,
            wrapped_key: &version.wrapped_key.0,
            record: &version.record.0,
            bytes,
            created_at: self.now,
        };
        if !versions::insert(self.conn, &row)? {
            return Ok(false);
        }
        self.records += kept(version.record.0.len() + version.wrapped_key.0.len());
        nodes::set_version(self.conn, node, version.id, bytes.size, self.now, self.feed)?;
        Ok(true)
    }

    /// The bytes of a new version, which count from here on: those of a finished upload, or
    /// another version's.
    fn take_bytes(&mut self, version: &NewVersion) -> Result<Option<Bytes>, CommitError> {
        if let Some(source) = version.copy_of {
            let Some(bytes) = versions::bytes(self.conn, self.user, source)? else {
                return Ok(None);
            };
            if !users::store_copy(self.conn, self.user, bytes.size)? {
                let usage = users::usage(self.conn, self.user)?.ok_or(CommitError::Bare)?;
                return Err(CommitError::QuotaExceeded {
                    usage,
                    needed: bytes.size,
                });
            }
            return Ok(Some(bytes));
        }
        let Some(blob) = version.upload else {
            return Ok(None);
        };
        let Some(size) = uploads::take(self.conn, blob, self.user)? else {
            return Ok(None);
        };
        if version.thumbnail > 0 && version.thumbnail >= size {
            return Err(CommitError::Thumbnail(self.index));
        }
        users::store(self.conn, self.user, size)?;
        Ok(Some(Bytes {
            blob,
            size,
            thumbnail: version.thumbnail,
        }))
    }

    fn drop_version(&mut self, node: NodeId, version: VersionId) -> Result<bool, CommitError> {
        let Some(NodeState {
            kind: NodeKind::File,
            parent: Some(parent),
            sealed,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        let Some(dropped) = versions::remove(self.conn, node, version)? else {
            return Ok(false);
        };
        self.touched.insert(parent);
        self.sealed.insert(node, sealed);
        // Its row is gone, but its id stays, in another one.
        self.records -= dropped.sealed;
        users::count(self.conn, self.user, -dropped.bytes, 0, 0)?;
        nodes::version_removed(self.conn, node, dropped.bytes, self.now, self.feed)?;
        self.orphaned.extend(dropped.orphaned);
        Ok(true)
    }

    fn metadata(&mut self, node: NodeId, metadata: &SealedMetadata) -> Result<bool, CommitError> {
        let Some(state) = self.state(node)? else {
            return Ok(false);
        };
        if metadata.rev != state.meta_rev + 1 {
            return Ok(false);
        }
        // What it is called stands in the head of the folder that it is in; a folder's metadata
        // stands in its own as well.
        self.touched.extend(state.parent);
        if state.kind == NodeKind::Folder {
            self.touched.insert(node);
        }
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
            self.hide(node)?;
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
            self.show(node)?;
        }
        Ok(true)
    }

    fn relocate(
        &mut self,
        node: NodeId,
        to: NodeId,
        wrapped_key: &Base64,
    ) -> Result<bool, CommitError> {
        let Some(NodeState {
            parent: Some(from),
            kind,
            trashed,
            live,
            sealed,
            ..
        }) = self.state(node)?
        else {
            return Ok(false);
        };
        let Some(target) = self.state(to)? else {
            return Ok(false);
        };
        let into_itself = kind == NodeKind::Folder && {
            let (contains, steps) = subtree::contains(self.conn, node, to)?;
            self.worked(steps)?;
            contains
        };
        if target.kind != NodeKind::Folder || to == from || into_itself {
            return Ok(false);
        }
        self.touched.extend([from, to]);
        self.sealed.insert(node, sealed);
        nodes::set_parent(self.conn, node, to, &wrapped_key.0, self.now, self.feed)?;
        if live && !target.live {
            self.hide(node)?;
        } else if !live && !trashed && target.live {
            self.show(node)?;
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
        self.worked(purged.nodes)?;
        self.told += purged.moved * ENTRY;
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

/// What a row with so many sealed bytes takes.
pub(super) fn kept(sealed: usize) -> i64 {
    i64::try_from(sealed)
        .unwrap_or(i64::MAX)
        .saturating_add(ROW)
}
