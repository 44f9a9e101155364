//! The form of an upload, read as it arrives: the file goes to the disk, whatever part it is,
//! and only the short fields are kept in memory.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use protocol::NodeId;
use serde_json::Value;

use super::entry::{METADATA, NAME, check_metadata, check_name};
use super::stage::Staged;
use crate::error::{ApiError, ApiResult};
use crate::http::fields::Fields;
use crate::http::multipart::{Event, Multipart, MultipartError};
use crate::repo::users::Usage;
use crate::state::AppState;

/// The largest file in one request, in bytes.
pub(super) const FILE: u64 = 50 * 1024 * 1024;
/// What the other fields may have, and all that goes around them, in bytes.
pub(super) const AROUND: u64 = 256 * 1024;
/// The fields, each with the bytes that it may have.
const FIELDS: [(&str, u64); 6] = [
    ("file", FILE),
    ("encrypted_filename", 4 * NAME as u64),
    ("encrypted_metadata", METADATA as u64),
    ("file_size", 20),
    ("id", 36),
    ("parent_id", 36),
];
/// Parts; one more than there are fields, so that the one too many is named.
const PARTS: usize = FIELDS.len() + 1;

/// What a form says of the file in it.
pub(super) struct Form {
    pub(super) name: String,
    /// A JSON object of strings.
    pub(super) metadata: String,
    pub(super) id: Option<NodeId>,
    /// `None`: at the top.
    pub(super) parent: Option<NodeId>,
}

/// Fields by their names, as far as they have arrived.
type Texts = BTreeMap<&'static str, Vec<u8>>;

/// Reads a form to its end; the file's bytes go to `staged`.
///
/// # Errors
/// 422 naming the field, 413 or 402 as soon as the file is too large, 400 for what is no form.
pub(super) async fn read(
    state: &AppState,
    body: &mut Body,
    mut parser: Multipart,
    usage: &Usage,
    staged: &mut Staged,
) -> ApiResult<Form> {
    let mut texts = Texts::new();
    let mut current: Option<(&'static str, u64)> = None;
    let (mut size, mut ended) = (0, None);
    while let Some(data) = next(state, body).await? {
        if let Some(after) = &mut ended {
            *after += data.len() as u64;
            if *after > AROUND {
                return Err(ApiError::payload_too_large(FILE));
            }
            continue;
        }
        parser.push(&data);
        while let Some(event) = parser.next().map_err(unreadable)? {
            match event {
                Event::Part(name) => {
                    let field = begin(&name, &mut texts)?;
                    current = Some(field);
                }
                Event::Data(data) => {
                    let (name, most) = current.ok_or_else(malformed)?;
                    if name == "file" {
                        size += data.len() as u64;
                        check_size(size, usage)?;
                        staged.push(data).await?;
                    } else {
                        let text = texts.entry(name).or_default();
                        text.extend_from_slice(&data);
                        if text.len() as u64 > most {
                            return Err(refuse(
                                name,
                                &format!("it must have at most {most} bytes"),
                            ));
                        }
                    }
                }
                Event::End => ended = Some(0),
            }
        }
    }
    if ended.is_none() {
        return Err(ApiError::bad_request("The body ended too early."));
    }
    check(&texts)
}

/// The next bytes of the body; `None` at its end.
async fn next(state: &AppState, body: &mut Body) -> ApiResult<Option<Bytes>> {
    let mut stopping = state.stopping.clone();
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            _ = stopping.wait_for(|stopping| *stopping) => return Err(ApiError::unavailable()),
        };
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            // Also one that is too slow.
            Some(Err(_)) => {
                return Err(ApiError::bad_request("The body ended too early."));
            }
        }
    }
}

/// Which field a part is, and how many bytes it may have.
fn begin(name: &str, texts: &mut Texts) -> ApiResult<(&'static str, u64)> {
    let Some(field) = FIELDS.iter().find(|(known, _)| *known == name) else {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        return Err(refuse(&shown, "there is no such field"));
    };
    if texts.insert(field.0, Vec::new()).is_some() {
        return Err(refuse(field.0, "it may be there only once"));
    }
    Ok(*field)
}

fn check_size(size: u64, usage: &Usage) -> ApiResult<()> {
    if size > FILE {
        Err(ApiError::payload_too_large(FILE))
    } else if size > usage.available() {
        Err(ApiError::quota_exceeded(usage, size))
    } else {
        Ok(())
    }
}

/// Checks what can be said of the fields once all have arrived.
fn check(texts: &Texts) -> ApiResult<Form> {
    let mut fields = Fields::default();
    for name in [
        "file",
        "encrypted_filename",
        "encrypted_metadata",
        "file_size",
    ] {
        fields.require(texts.contains_key(name), name, "it is missing");
    }
    let mut text = |name: &str| {
        let bytes = texts.get(name)?;
        let text = str::from_utf8(bytes);
        fields.require(text.is_ok(), name, "it must be UTF-8");
        text.ok()
    };
    let (name, metadata) = (text("encrypted_filename"), text("encrypted_metadata"));
    let (size, id, parent) = (text("file_size"), text("id"), text("parent_id"));
    if let Some(name) = name {
        check_name(&mut fields, name);
    }
    let metadata = metadata.map(|text| serde_json::from_str::<Value>(text).unwrap_or_default());
    if let Some(metadata) = &metadata {
        check_metadata(&mut fields, metadata);
    }
    if let Some(size) = size {
        fields.require(
            size.bytes().all(|b| b.is_ascii_digit())
                && size.parse::<u64>().is_ok_and(|n| n <= i64::MAX as u64),
            "file_size",
            "it must be a number of bytes",
        );
    }
    let mut uuid = |name: &str, text: Option<&str>| {
        let id = text.filter(|text| !text.is_empty()).map(str::parse);
        fields.require(
            id.as_ref().is_none_or(Result::is_ok),
            name,
            "it must be a UUID in lower case",
        );
        id.and_then(Result::ok)
    };
    let (id, parent) = (uuid("id", id), uuid("parent_id", parent));
    fields.finish()?;
    Ok(Form {
        name: name.unwrap_or_default().to_owned(),
        metadata: metadata.unwrap_or_default().to_string(),
        id,
        parent,
    })
}

fn refuse(field: &str, reason: &str) -> ApiError {
    ApiError::validation(BTreeMap::from([(field.to_owned(), reason.to_owned())]))
}

fn malformed() -> ApiError {
    ApiError::bad_request("The body is not well-formed multipart/form-data.")
}

fn unreadable(error: MultipartError) -> ApiError {
    match error {
        MultipartError::Malformed => malformed(),
        MultipartError::LongHeader => ApiError::bad_request("A part's header is too long."),
        MultipartError::TooManyParts => ApiError::bad_request("The body has too many parts."),
    }
}

/// A parser for a body of such a type, if it is a form.
pub(super) fn parser(content_type: Option<&str>) -> ApiResult<Multipart> {
    content_type
        .and_then(crate::http::multipart::boundary)
        .and_then(|boundary| Multipart::new(&boundary, PARTS))
        .ok_or_else(|| ApiError::unsupported_media_type("multipart/form-data"))
}
