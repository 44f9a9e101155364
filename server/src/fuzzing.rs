//! Parsers that are otherwise private, for the fuzz checks. Behind the feature `fuzzing`,
//! which only the test packages turn on. Each function is one parser, in plain types.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use protocol::{NodeId, SessionId, UserId, VersionId};
use serde::de::DeserializeOwned;

use crate::auth::{caller, cookie, refresh::RefreshToken, token};
use crate::batch;
use crate::commit::cursor::{FeedCursor, PageCursor};
use crate::config::{Rate, ServeArgs, file};
use crate::error::ApiError;
use crate::http::context::ClientIp;
use crate::http::input::{self, Query};
use crate::http::multipart::{self, Event, Multipart};
use crate::http::{fields, origin};
use crate::routes::{files, uploads};
use crate::secrets::Secrets;

/// What a request that is refused gets: the code and everything that it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error code.
    pub code: &'static str,
    /// The details, as JSON.
    pub details: String,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code().as_str(),
            details: error.details().to_string(),
        }
    }
}

fn secrets() -> Secrets {
    Secrets::derive(b"a secret that every search has")
}

fn headers(name: HeaderName, value: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_bytes(value).ok()?);
    Some(headers)
}

/// The bytes that a `Range` header asks for, of a file of `size` bytes, both ends included;
/// `None` when it asks for all of them, or for nothing that there is.
#[must_use]
pub fn range(value: &[u8], size: u64) -> Option<(u64, u64)> {
    let headers = headers(header::RANGE, value)?;
    match files::range::requested(&headers, "\"etag\"", size) {
        files::range::Part::Bytes { first, last } => Some((first, last)),
        files::range::Part::Whole | files::range::Part::Outside => None,
    }
}

/// A change feed's cursor, parsed and encoded again.
#[must_use]
pub fn feed_cursor(text: &str) -> Option<String> {
    FeedCursor::parse(text).map(FeedCursor::encode)
}

/// A listing's cursor, parsed and encoded again.
#[must_use]
pub fn page_cursor(text: &str) -> Option<String> {
    PageCursor::parse(text).map(PageCursor::encode)
}

/// A configuration file; the error is what the operator reads.
///
/// # Errors
/// When it cannot be used.
pub fn config(text: &str) -> Result<(), String> {
    file::parse(text, "strongroom.toml")
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A rate: how many in how many seconds; 0 means that there is no limit.
#[must_use]
pub fn rate(text: &str) -> Option<(u32, u32)> {
    let rate: Rate = text.parse().ok()?;
    Some((rate.limit().map_or(0, Rate::count), rate.seconds()))
}

/// Who is behind a request from `peer` with this `X-Forwarded-For`.
#[must_use]
pub fn client(peer: IpAddr, forwarded: &[u8], trusted: &[IpAddr]) -> IpAddr {
    let args = ServeArgs {
        trusted_proxies: Some(trusted.to_vec()),
        ..ServeArgs::default()
    };
    let config = args.resolve().expect("addresses need no checking");
    let name = HeaderName::from_static("x-forwarded-for");
    let headers = headers(name, forwarded).unwrap_or_default();
    ClientIp::find(peer, &headers, &config).0
}

/// Whether a `Host` may stand in a URL that is handed out.
#[must_use]
pub fn is_host(host: &str) -> bool {
    origin::is_host(host)
}

/// An access token for these ids, issued at a time in milliseconds since 1970.
#[must_use]
pub fn issue_token(user: UserId, session: SessionId, now_ms: i64) -> String {
    token::issue(&secrets().tokens, user, session, now_ms)
}

/// Whom an access token stands for.
#[must_use]
pub fn token(text: &str, now_ms: i64) -> Option<(UserId, SessionId)> {
    let claims = token::verify(&secrets().tokens, text, now_ms).ok()?;
    Some((claims.sub, claims.sid))
}

/// The bearer token in an `Authorization` header.
#[must_use]
pub fn bearer(value: &[u8]) -> Option<String> {
    let headers = headers(header::AUTHORIZATION, value)?;
    caller::bearer(&headers).map(str::to_owned)
}

/// The refresh token in a `Cookie` header, as it is handed out.
#[must_use]
pub fn cookie(value: &[u8]) -> Option<String> {
    let headers = headers(header::COOKIE, value)?;
    cookie::read(&headers).map(|token| token.encode())
}

/// A refresh token, parsed and encoded again.
#[must_use]
pub fn refresh_token(text: &str) -> Option<String> {
    RefreshToken::parse(text).map(|token| token.encode())
}

/// What a signed URL stands for: owner, version and when it expires, in seconds since 1970.
pub type SignedUrl = (UserId, VersionId, i64);

/// The query string of a signed URL.
#[must_use]
pub fn sign_url(node: NodeId, (owner, version, expires): SignedUrl) -> String {
    files::signature::Grant {
        owner,
        node,
        version,
        expires,
    }
    .sign(&secrets().urls)
}

/// What the query string of a signed URL stands for; `Ok(None)` when it has no signature.
///
/// # Errors
/// When it is not valid, or expired.
pub fn signed_url(node: NodeId, query: &str, now: i64) -> Result<Option<SignedUrl>, Refusal> {
    let uri: Uri = format!("/?{query}").parse().map_err(|_| Refusal {
        code: "not a URI",
        details: String::new(),
    })?;
    let pairs = axum::extract::Query::try_from_uri(&uri).map_err(|_| Refusal {
        code: "not a query",
        details: String::new(),
    })?;
    let query = Query(pairs.0);
    let grant = files::signature::Grant::verify(&secrets().urls, node, &query, now)?;
    Ok(grant.map(|grant| (grant.owner, grant.version, grant.expires)))
}

/// A JSON body.
///
/// # Errors
/// As the client is told.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    input::parse(body).map_err(Refusal::from)
}

/// A tus header that is a number of bytes; `Ok(None)` when it cannot be sent.
///
/// # Errors
/// As the client is told.
pub fn upload_length(value: &[u8]) -> Result<Option<u64>, Refusal> {
    let name = uploads::UPLOAD_LENGTH;
    let Some(headers) = headers(name.clone(), value) else {
        return Ok(None);
    };
    uploads::bytes_header(&headers, &name).map_err(Refusal::from)
}

/// Whether these bytes are what an `Upload-Checksum` says; `Ok(None)` when it cannot be sent.
///
/// # Errors
/// As the client is told, also of other bytes.
pub fn checksum(value: &[u8], bytes: &[u8]) -> Result<Option<()>, Refusal> {
    let Some(headers) = headers(uploads::checksum::UPLOAD_CHECKSUM, value) else {
        return Ok(None);
    };
    let Some(mut checksum) = uploads::checksum::Checksum::parse(&headers)? else {
        return Ok(None);
    };
    for half in bytes.chunks(bytes.len().div_ceil(2).max(1)) {
        checksum.update(half);
    }
    checksum.verify()?;
    Ok(Some(()))
}

/// The parts of a form, each with its name, when it arrives in these pieces; `None` when it is
/// refused or does not end. At most 8 parts.
#[must_use]
pub fn form(content_type: &str, pieces: &[&[u8]]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut parser = Multipart::new(&multipart::boundary(content_type)?, 8)?;
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for piece in pieces {
        parser.push(piece);
        while let Some(event) = parser.next().ok()? {
            match event {
                Event::Part(name) => parts.push((name, Vec::new())),
                Event::Data(bytes) => parts.last_mut()?.1.extend_from_slice(&bytes),
                Event::End => return Some(parts),
            }
        }
    }
    None
}

/// The uploads of a batch, when it arrives in these pieces; `None` when it is refused.
#[must_use]
pub fn batch(pieces: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
    let (mut reader, mut uploads) = (batch::Reader::default(), Vec::<Vec<u8>>::new());
    for mut piece in pieces.iter().copied() {
        while let Some(part) = reader.next(&mut piece).ok()? {
            match part {
                batch::Part::Begin(_) => uploads.push(Vec::new()),
                batch::Part::Bytes(bytes) => uploads.last_mut()?.extend_from_slice(bytes),
            }
        }
    }
    reader.end().ok()?;
    Some(uploads)
}

/// An email as it is stored.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    fields::normalise_email(text)
}
