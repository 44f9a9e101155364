//! Reading what clients send: JSON bodies, queries and paths, with errors in the envelope.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use super::context::ClientIp;
use super::memory::{Held, UNIT};
use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

/// The largest ordinary JSON body, in bytes.
pub(crate) const SMALL: usize = 64 * 1024;
/// Bodies that carry sealed records of an account.
pub(crate) const MEDIUM: usize = 512 * 1024;
/// Commits, and the pins of an account with many folders.
pub(crate) const LARGE: usize = 8 * 1024 * 1024;

/// A JSON body that is not there by then is not waited for; large ones have more time.
const SLOWEST: Duration = Duration::from_secs(30);
/// The time that they have: a second for so many bytes.
const SLOWEST_RATE: usize = 32 * 1024;

/// A JSON body of at most `LIMIT` bytes.
pub(crate) struct Body<T, const LIMIT: usize = SMALL>(pub(crate) T);

/// A JSON body that may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned, const LIMIT: usize> FromRequest<AppState> for Body<T, LIMIT> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Self> {
        if !is_json(&request) {
            return Err(ApiError::unsupported_media_type("application/json"));
        }
        let bytes = read(request, LIMIT, state).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<AppState> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Self> {
        let json = is_json(&request);
        let bytes = read(request, SMALL, state).await?;
        match (bytes.is_empty(), json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => parse(&bytes).map(Self),
            (false, false) => Err(ApiError::unsupported_media_type("application/json")),
        }
    }
}

fn is_json(request: &Request) -> bool {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"))
}

async fn read(request: Request, limit: usize, state: &AppState) -> ApiResult<Vec<u8>> {
    let declared = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let too_large = || ApiError::payload_too_large(limit as u64);
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let (parts, mut body) = request.into_parts();
    let expected = declared.map_or(limit, |length| usize::try_from(length).unwrap_or(limit));
    let held = parts.extensions.get::<Held>().cloned().unwrap_or_default();
    let client = ClientIp::of(&parts).into();
    state.memory.hold(expected, client, &held).await?;
    // What was declared may never come: room is made for what is there.
    let mut bytes = Vec::with_capacity(expected.min(UNIT));
    let read = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| ApiError::bad_request("The body ended too early."))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if data.len() > limit - bytes.len() {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    let slowest = SLOWEST + Duration::from_secs((expected / SLOWEST_RATE) as u64);
    timeout(slowest, read)
        .await
        .map_err(|_| ApiError::bad_request("The body took too long to arrive."))??;
    Ok(bytes)
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.classify() != Category::Data {
            return malformed();
        }
        let message = reason(&error);
        // A missing field is reported at the object that lacks it.
        let missing = message
            .strip_prefix("missing field `")
            .and_then(|m| m.split('`').next());
        let (field, message) = match (path.as_str(), missing) {
            ("." | "", Some(field)) => (field.to_owned(), "it is missing".to_owned()),
            (path, Some(field)) => (format!("{path}.{field}"), "it is missing".to_owned()),
            ("." | "", None) => ("body".to_owned(), message),
            (path, None) => (path.to_owned(), message),
        };
        ApiError::validation(BTreeMap::from([(field, message)]))
    })?;
    json.end().map_err(|_| malformed())?;
    Ok(value)
}

fn malformed() -> ApiError {
    ApiError::bad_request("The body is not well-formed JSON.")
}

/// What serde says, without the place in the text and without the value that was sent.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(first, _)| first);
    if message.starts_with("missing field") {
        return message.to_owned();
    }
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "it has the wrong form".to_owned(),
    }
}

/// An id from the path.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<AppState> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let wrong = || ApiError::bad_parameter("id", "it must be a UUID");
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| wrong())?;
        text.parse().map(Self).map_err(|_| wrong())
    }
}

/// The query string, each parameter checked by its name.
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl FromRequestParts<AppState> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(pairs)| Self(pairs))
            .map_err(|_| ApiError::bad_request("The query string cannot be read."))
    }
}

impl Query {
    /// A parameter as it was sent.
    ///
    /// # Errors
    /// 400 when it is there twice.
    pub(crate) fn text(&self, name: &str) -> ApiResult<Option<&str>> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(ApiError::bad_parameter(name, "it may be there only once")),
            (value, None) => Ok(value.map(String::as_str)),
        }
    }

    /// A parameter of another type.
    ///
    /// # Errors
    /// 400 with the reason when it cannot be read.
    pub(crate) fn parse<T: FromStr>(&self, name: &str, reason: &str) -> ApiResult<Option<T>> {
        self.text(name)?
            .map(|text| {
                text.parse()
                    .map_err(|_| ApiError::bad_parameter(name, reason))
            })
            .transpose()
    }

    /// Whether a parameter is `true`; `false` if it is not there.
    ///
    /// # Errors
    /// 400 when it is anything else.
    pub(crate) fn flag(&self, name: &str) -> ApiResult<bool> {
        let value = self.parse(name, "it must be true or false")?;
        Ok(value.unwrap_or(false))
    }

    /// A number in a range, or its default.
    ///
    /// # Errors
    /// 400 when it is no number or out of range.
    pub(crate) fn number(&self, name: &str, default: u64, min: u64, max: u64) -> ApiResult<u64> {
        let reason = format!("it must be a number from {min} to {max}");
        match self.parse::<u64>(name, &reason)? {
            None => Ok(default),
            Some(value) if (min..=max).contains(&value) => Ok(value),
            Some(_) => Err(ApiError::bad_parameter(name, &reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ErrorCode, LoginRequest};
    use serde_json::json;

    use super::*;

    fn fields(body: &str) -> Result<String, ErrorCode> {
        match parse::<LoginRequest>(body.as_bytes()) {
            Ok(_) => Ok("ok".into()),
            Err(error) if error.code() == ErrorCode::ValidationError => {
                Ok(error.details()["fields"].to_string())
            }
            Err(error) => Err(error.code()),
        }
    }

    #[test]
    fn errors_name_the_field_and_not_the_value() {
        assert_eq!(fields("{"), Err(ErrorCode::BadRequest));
        assert_eq!(
            fields("{} x"),
            Ok(json!({"email": "it is missing"}).to_string())
        );
        assert_eq!(
            fields(r#"{"email":"secret"}"#),
            Ok(json!({"password_hash": "it is missing"}).to_string())
        );
        assert_eq!(
            fields(r#"{"email":"a","password_hash":12345}"#),
            Ok(json!({"password_hash": "expected a string"}).to_string())
        );
        assert_eq!(
            fields(r#"{"email":"a","password_hash":"b"} x"#),
            Err(ErrorCode::BadRequest)
        );
        assert_eq!(
            fields(r#"{"email":"a","password_hash":"b","other":1}"#),
            Ok("ok".into())
        );
    }
}
