//! Entries as they are shown, and the rules for what accounts without keys say of them.

use axum::http::{HeaderMap, HeaderValue, header};
use protocol::{FileEntry, Owner, Permissions, UserId};
use serde_json::{Map, Value};

use crate::bare::Condition;
use crate::clock::rfc3339;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::fields::Fields;
use crate::repo::entries::EntryRow;
use crate::repo::users;

/// The longest `encrypted_filename`, and the longest value in `encrypted_metadata`, in characters.
pub(crate) const NAME: usize = 4096;
/// The longest key in `encrypted_metadata`, in characters.
const KEY: usize = 128;
/// Values in `encrypted_metadata`.
const VALUES: usize = 32;
/// The largest `encrypted_metadata` as JSON, in bytes.
pub(crate) const METADATA: usize = 64 * 1024;

/// Who the caller's own entries belong to.
pub(crate) fn owner(conn: &mut dyn Conn, user: UserId) -> ApiResult<Owner> {
    users::owner(conn, user)?.ok_or_else(ApiError::unauthorized)
}

/// One of the caller's own entries as it is shown.
pub(crate) fn show(row: EntryRow, owner: &Owner) -> FileEntry {
    FileEntry {
        id: row.id,
        encrypted_filename: row.name.filename(),
        encrypted_metadata: row.name.metadata(),
        file_size: row.file_size,
        uploaded_at: rfc3339(row.uploaded_at),
        last_accessed: row.last_accessed_at.map(rfc3339),
        updated_at: rfc3339(row.updated_at),
        deleted_at: row.trashed_at.map(rfc3339),
        parent_id: row.parent,
        is_directory: row.is_folder,
        is_owner: true,
        owner: owner.clone(),
        permissions: Permissions {
            can_view: true,
            can_edit: true,
            can_delete: true,
        },
        shared_with: 0,
    }
}

/// Changes whenever its owner changes something about the entry.
pub(crate) fn etag(row: &EntryRow) -> String {
    format!("\"{}-{}\"", row.rev, row.updated_at)
}

/// The same as a header.
pub(crate) fn etag_header(row: &EntryRow) -> HeaderMap {
    let value = HeaderValue::from_str(&etag(row)).expect("digits are a header value");
    HeaderMap::from_iter([(header::ETAG, value)])
}

/// What `If-Match` (RFC 9110, section 13.1.1) asks for; without it, anything is fine.
pub(crate) fn if_match(headers: &HeaderMap) -> Box<Condition> {
    let wanted: Vec<String> = headers
        .get_all(header::IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|tag| tag.trim().to_owned())
        .collect();
    Box::new(move |row| {
        let current = etag(row);
        wanted.is_empty() || wanted.iter().any(|tag| tag == "*" || *tag == current)
    })
}

/// # Errors
/// Notes what is wrong with an `encrypted_filename`.
pub(crate) fn check_name(fields: &mut Fields, name: &str) {
    fields.text("encrypted_filename", name, 1, NAME);
}

/// Checks an `encrypted_metadata`: an object of strings, nothing of which is looked into.
pub(crate) fn check_metadata(fields: &mut Fields, metadata: &Value) {
    let Some(object) = metadata.as_object() else {
        fields.require(
            false,
            "encrypted_metadata",
            "it must be an object of strings",
        );
        return;
    };
    fields.require(
        object.len() <= VALUES && metadata.to_string().len() <= METADATA,
        "encrypted_metadata",
        "it must have at most 32 values, and 65536 bytes",
    );
    for (key, value) in object.iter().take(VALUES) {
        let key_fits = (1..=KEY).contains(&key.chars().count());
        fields.require(
            key_fits,
            "encrypted_metadata",
            "a key must have 1 to 128 characters",
        );
        let fits = value
            .as_str()
            .is_some_and(|value| value.chars().count() <= NAME);
        // The name of a key that is too long is not repeated.
        let field = if key_fits {
            format!("encrypted_metadata.{key}")
        } else {
            "encrypted_metadata".to_owned()
        };
        fields.require(
            fits,
            &field,
            "it must be a string of at most 4096 characters",
        );
    }
}

/// Applies a merge patch (RFC 7396): strings are set, `null` removes one, other keys stay.
pub(crate) fn merge(old: Value, patch: &Map<String, Value>) -> Value {
    let mut object = match old {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    for (key, value) in patch {
        if value.is_null() {
            object.remove(key);
        } else {
            object.insert(key.clone(), value.clone());
        }
    }
    Value::Object(object)
}
