//! Applying a commit, inside one transaction. No clock, randomness or file is used here.

use std::collections::{BTreeSet, HashMap, HashSet};

use protocol::{Change, CommitRequest, CreateChange, NodeId, NodeKind, UploadId, UserId};

use super::CommitError;
use super::work::{Work, kept};
use crate::db::Conn;
use crate::repo::commits::CommitRow;
use crate::repo::nodes::NodeState;
use crate::repo::{ROW, commits, heads, nodes, users, vaults};

/// The sealed bytes of the nodes that one commit changes, whenever they were sealed: it comes in
/// one piece in the change feed.
const MAX_SEALED: u64 = 8 * 1024 * 1024;
/// The sealed bytes of the current heads that a refusal brings along: an answer is not to be many
/// times as large as its request. Of those that do not fit it says the seq only.
const TOLD_HEADS: usize = 256 * 1024;
/// Clearing up leaves traces before it makes room: for it there is this part of the limit of
/// records beyond the limit.
const SLACK: u64 = 10;

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
        index: 0,
        touched: created.iter().copied().collect(),
        sealed: HashMap::new(),
        told: 0,
        work: 0,
        records: ROW,
        orphaned: Vec::new(),
    };
    for (index, change) in commit.changes.iter().enumerate() {
        work.index = index;
        if !work.change(change)? {
            return Err(CommitError::Conflict(index));
        }
    }
    let Work {
        touched,
        sealed,
        told,
        mut records,
        orphaned,
        ..
    } = work;
    if sealed.values().sum::<u64>() + told > MAX_SEALED {
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
    let limit = if clears_up(&commit.changes) {
        record_limit.saturating_add(record_limit / SLACK)
    } else {
        record_limit
    };
    if !users::add_records(conn, user, records, limit)? {
        return Err(CommitError::RecordsFull {
            used: users::records(conn, user)?,
            limit: record_limit,
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

/// Whether changes make room, or are the way to it: purging and dropping versions, putting into
/// the trash what is to be purged, and what the metadata of those nodes says of it.
fn clears_up(changes: &[Change]) -> bool {
    let cleared = changes.iter().filter_map(|change| match change {
        Change::Trash { node } | Change::DropVersion { node, .. } => Some(*node),
        _ => None,
    });
    let cleared: HashSet<NodeId> = cleared.collect();
    changes.iter().all(|change| match change {
        Change::Purge { .. } | Change::Trash { .. } | Change::DropVersion { .. } => true,
        Change::Metadata { node, .. } => cleared.contains(node),
        _ => false,
    })
}

/// Compares each head's expected seq with the current one.
fn check_heads(
    conn: &mut dyn Conn,
    user: UserId,
    commit: &CommitRequest,
    created: &HashSet<NodeId>,
) -> Result<(), CommitError> {
    let (mut current_heads, mut others, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let mut room = TOLD_HEADS;
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
        if current == head.expected_seq {
            continue;
        }
        if room == 0 {
            others.push((head.node, current));
            continue;
        }
        let Some(now) = heads::current(conn, head.node)? else {
            continue;
        };
        match room.checked_sub(now.sealed.0.len()) {
            Some(left) => {
                room = left;
                current_heads.push(now);
            }
            None => {
                room = 0;
                others.push((head.node, current));
            }
        }
    }
    if current_heads.is_empty() && others.is_empty() && missing.is_empty() {
        Ok(())
    } else {
        Err(CommitError::HeadConflict {
            heads: current_heads,
            others,
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
