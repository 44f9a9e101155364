//! What can be said about a commit without looking at rows.

use std::collections::HashSet;

use protocol::{
    Change, CommitRequest, CreateChange, MAX_CHANGES, NewHead, NewVersion, NodeKind, SealedMetadata,
};

use crate::error::ApiResult;
use crate::http::fields::Fields;

/// The largest sealed metadata, in bytes.
pub(crate) const METADATA: usize = 64 * 1024;
/// The largest sealed head.
pub(crate) const HEAD: usize = 16 * 1024;
/// The largest sealed version record.
const RECORD: usize = 4 * 1024;
/// The largest sealed thumbnail.
const THUMBNAIL: u64 = 64 * 1024;
/// Counters beyond this cannot be kept, and are never reached by counting.
const MAX_COUNTER: u64 = i64::MAX as u64;

/// # Errors
/// 422 naming the fields that break a rule.
pub(crate) fn validate(commit: &CommitRequest) -> ApiResult<()> {
    let mut fields = Fields::default();
    fields.require(
        (1..=MAX_CHANGES).contains(&commit.changes.len()),
        "changes",
        "there must be 1 to 1000",
    );
    let mut uploads = HashSet::new();
    for (index, change) in commit.changes.iter().enumerate() {
        let at = format!("changes[{index}]");
        match change {
            Change::Create(create) => check_create(&mut fields, &at, create),
            Change::Version { version, .. } => check_version(&mut fields, &at, version),
            Change::Metadata { metadata, .. } => {
                fields.require(
                    (2..=MAX_COUNTER).contains(&metadata.rev),
                    &format!("{at}.metadata.rev"),
                    "it must be the current one plus one",
                );
                check_metadata(&mut fields, &at, metadata);
            }
            Change::Move { wrapped_key, .. } => {
                fields.wrapped_key(&format!("{at}.wrapped_key"), wrapped_key);
            }
            Change::Rewrap {
                epoch, wrapped_key, ..
            } => {
                fields.require(
                    (1..=MAX_COUNTER).contains(epoch),
                    &format!("{at}.epoch"),
                    "it starts from 1",
                );
                fields.wrapped_key(&format!("{at}.wrapped_key"), wrapped_key);
            }
            Change::Trash { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Accept { .. }
            | Change::DropVersion { .. } => {}
        }
        if let Some(upload) = upload(change) {
            fields.require(
                uploads.insert(upload),
                &format!("{at}.version.upload"),
                "an upload can be used only once",
            );
        }
    }
    let mut nodes = HashSet::new();
    for (index, head) in commit.heads.iter().enumerate() {
        check_head(&mut fields, &format!("heads[{index}]"), head);
        fields.require(
            nodes.insert(head.node),
            &format!("heads[{index}].node"),
            "each folder has one new head",
        );
    }
    fields.finish()
}

/// A head on its own.
pub(crate) fn check_head(fields: &mut Fields, at: &str, head: &NewHead) {
    fields.sealed(&format!("{at}.sealed"), &head.sealed, HEAD);
    fields.require(
        head.seq > head.expected_seq && head.seq <= MAX_COUNTER,
        &format!("{at}.seq"),
        "it must be greater than expected_seq",
    );
}

/// Metadata without its rev.
pub(crate) fn check_metadata(fields: &mut Fields, at: &str, metadata: &SealedMetadata) {
    fields.sealed(&format!("{at}.metadata.sealed"), &metadata.sealed, METADATA);
}

/// The upload that a change uses.
pub(crate) fn upload(change: &Change) -> Option<protocol::UploadId> {
    match change {
        Change::Create(CreateChange {
            version: Some(version),
            ..
        })
        | Change::Version { version, .. } => version.upload,
        _ => None,
    }
}

fn check_create(fields: &mut Fields, at: &str, create: &CreateChange) {
    fields.wrapped_key(&format!("{at}.wrapped_key"), &create.wrapped_key);
    fields.equal(&format!("{at}.metadata.rev"), create.metadata.rev, 1);
    check_metadata(fields, at, &create.metadata);
    match (create.kind, &create.version) {
        (NodeKind::File, Some(version)) => check_version(fields, at, version),
        (NodeKind::Folder, None) => {}
        (NodeKind::File, None) => {
            fields.require(
                false,
                &format!("{at}.version"),
                "a file needs its first version",
            );
        }
        (NodeKind::Folder, Some(_)) => {
            fields.require(false, &format!("{at}.version"), "a folder has no versions");
        }
    }
}

fn check_version(fields: &mut Fields, at: &str, version: &NewVersion) {
    fields.wrapped_key(&format!("{at}.version.wrapped_key"), &version.wrapped_key);
    fields.sealed(&format!("{at}.version.record"), &version.record, RECORD);
    fields.require(
        version.upload.is_some() != version.copy_of.is_some(),
        &format!("{at}.version.upload"),
        "there must be either this or copy_of",
    );
    let most = if version.copy_of.is_some() {
        0
    } else {
        THUMBNAIL
    };
    fields.require(
        version.thumbnail <= most,
        &format!("{at}.version.thumbnail"),
        "it must be at most 65536, and 0 for a copy",
    );
}
