//! An account's sessions.

use serde::{Deserialize, Serialize};

use crate::{SessionId, SessionKind};

/// `GET /user/sessions`: those that have not ended, the most recently used first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// All of them.
    pub sessions: Vec<SessionEntry>,
}

/// One session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionEntry {
    /// For `DELETE /user/sessions/{id}`.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Where it keeps its refresh token.
    pub kind: SessionKind,
    /// RFC 3339: when it began.
    pub created_at: String,
    /// RFC 3339: when it last signed in or refreshed; within the hour of its last request.
    pub last_used_at: String,
    /// RFC 3339: when it ends, unless it is used before.
    pub expires_at: String,
    /// The `User-Agent` that signed in, cut to 256 characters. Whoever signed in chose it.
    pub client: Option<String>,
    /// The address that last signed in or refreshed; `null` if the operator keeps none.
    pub address: Option<String>,
}

/// The answer to `DELETE /user/sessions`, which ends all sessions but the one that asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// How many ended.
    pub ended: u64,
}
