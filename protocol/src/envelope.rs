//! The envelope around every JSON answer, and the error codes in it.

use serde::{Deserialize, Serialize};

/// A successful answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Success<T> {
    /// Always `true`.
    pub success: bool,
    /// What happened, in English, for people reading traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The answer itself.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

/// A failed answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// Always `false`.
    pub success: bool,
    /// What went wrong.
    pub error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A stable name for the kind of error.
    pub code: ErrorCode,
    /// A sentence in English.
    pub message: String,
    /// More about it, an object: the fields that were refused, seconds to wait, the current head.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: serde_json::Value,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Every error code that the API uses. Codes are never renamed.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl ErrorCode {
            /// All codes, in the order of this list.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant),*];

            /// The code as it stands on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name),* }
            }
        }
    };
}

error_codes! {
    /// No token, a broken one, or an expired one (`details.reason` is then `token_expired`). 401.
    Unauthorized = "UNAUTHORIZED",
    /// Wrong email or password, the current password included. 401.
    InvalidCredentials = "INVALID_CREDENTIALS",
    /// The operator has switched the account off. 403.
    AccountInactive = "ACCOUNT_INACTIVE",
    /// The caller can see the thing but may not do that. 403.
    Forbidden = "FORBIDDEN",
    /// There is no such thing, or the caller may not know of it. 404.
    NotFound = "NOT_FOUND",
    /// The method is not offered at this path. 405.
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    /// It was there once: trashed or purged. 410.
    Gone = "GONE",
    /// The request contradicts the current state. 409.
    Conflict = "CONFLICT",
    /// The email belongs to an account already. 409.
    EmailTaken = "EMAIL_TAKEN",
    /// A field breaks a rule; `details.fields` names each. 422.
    ValidationError = "VALIDATION_ERROR",
    /// Syntax, ids and query parameters. 400.
    BadRequest = "BAD_REQUEST",
    /// The body is larger than allowed. 413.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    /// The body's type is not accepted here. 415.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    /// The requested range does not overlap the content. 416.
    RangeNotSatisfiable = "RANGE_NOT_SATISFIABLE",
    /// The account's quota does not allow it. 402.
    StorageQuotaExceeded = "STORAGE_QUOTA_EXCEEDED",
    /// Too many requests; `details.retry_after` is in seconds. 429.
    RateLimited = "RATE_LIMITED",
    /// This account is a vault: its tree changes through commits only. 428.
    HeadRequired = "HEAD_REQUIRED",
    /// A folder's head moved on; `details.heads` has the current ones. 409.
    HeadConflict = "HEAD_CONFLICT",
    /// A vault's password change must bring the new wrapped key and account state. 409.
    KeysRequired = "KEYS_REQUIRED",
    /// The server's disk is full. 507.
    StorageFull = "STORAGE_FULL",
    /// The server cannot answer now. 503.
    Unavailable = "UNAVAILABLE",
    /// The server failed; the log has the request id. 500.
    Internal = "INTERNAL",
}

// By hand: the derive does not see through the macro what the codes are called.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ErrorCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .description(Some(
                "Every error code that the API uses. Codes are never renamed.",
            ))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ErrorCode {}
