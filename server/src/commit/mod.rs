//! Commits: the rules by which a vault's tree changes.
//!
//! [`validate()`] checks what can be checked without rows, [`apply()`] does the rest in one
//! transaction: everything happens or nothing.

mod apply;
pub(crate) mod cursor;
mod validate;
mod work;

use std::collections::BTreeMap;

pub(crate) use apply::apply;
use protocol::{Head, NodeId};
pub(crate) use validate::{check_head, check_metadata, upload, validate};

use crate::db::DbError;
use crate::error::ApiError;
use crate::repo::users::Usage;

/// Why a commit is not applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// Rows.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The account has no keys.
    #[error("a bare account")]
    Bare,
    /// A change does not fit: an id that was used before, something that is not there, not the
    /// next rev, an upload that is not finished. Things of other accounts look exactly like that.
    #[error("change {0} does not fit")]
    Conflict(usize),
    /// Heads that have moved on, and folders that are not there (any more).
    #[error("heads have moved on")]
    HeadConflict {
        heads: Vec<Head>,
        /// The seqs of those for which there was no more room.
        others: Vec<(NodeId, u64)>,
        missing: Vec<NodeId>,
    },
    /// Folders that change without a new head.
    #[error("heads are missing")]
    HeadRequired(Vec<NodeId>),
    /// A head of a folder in which nothing changes.
    #[error("head {0} is of no use")]
    IdleHead(usize),
    /// What it changes is too much for one piece of the change feed.
    #[error("too much changes at once")]
    TooLarge,
    /// What is below the nodes that it changes is too much for one transaction.
    #[error("too much is below")]
    TooMuchWork,
    /// A thumbnail that is as long as its upload, or longer.
    #[error("the thumbnail of change {0} is too long")]
    Thumbnail(usize),
    /// A copy that the quota does not allow.
    #[error("no room for a copy")]
    QuotaExceeded {
        usage: Usage,
        /// Bytes.
        needed: u64,
    },
    /// The account keeps as many records as it may; in bytes.
    #[error("no room for more records")]
    RecordsFull { used: u64, limit: u64, needed: u64 },
}

fn field(name: String, reason: &str) -> ApiError {
    ApiError::validation(BTreeMap::from([(name, reason.to_owned())]))
}

impl From<CommitError> for ApiError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Db(error) => error.into(),
            CommitError::Bare => Self::bare_account(),
            CommitError::Conflict(index) => {
                Self::conflict("A change does not fit the current state.")
                    .with_details(serde_json::json!({ "change": index }))
            }
            CommitError::HeadConflict {
                heads,
                others,
                missing,
            } => Self::head_conflict(&heads, &others, &missing),
            CommitError::HeadRequired(folders) => Self::head_required(&folders),
            CommitError::IdleHead(index) => field(
                format!("heads[{index}].node"),
                "nothing changes in this folder",
            ),
            CommitError::TooMuchWork => field(
                "changes".to_owned(),
                "too much is below what they change: use several commits",
            ),
            CommitError::Thumbnail(index) => field(
                format!("changes[{index}].version.thumbnail"),
                "it must be less than the upload's length",
            ),
            CommitError::QuotaExceeded { usage, needed } => Self::quota_exceeded(&usage, needed),
            CommitError::RecordsFull {
                used,
                limit,
                needed,
            } => Self::records_full(used, limit, needed),
            CommitError::TooLarge => field(
                "changes".to_owned(),
                "what they concern has more than 8 MiB of sealed records: use several commits",
            ),
        }
    }
}
