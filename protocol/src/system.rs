//! The server itself.

use serde::{Deserialize, Serialize};

/// `GET /health`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `healthy` or `unhealthy`.
    pub status: String,
    /// RFC 3339.
    pub timestamp: String,
    /// The server's version.
    pub version: String,
    /// `connected` or `disconnected`.
    pub database: String,
    /// `connected` or `disconnected`.
    pub storage: String,
}

/// `GET /stats`: the whole server's figures, for administrators.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// Accounts.
    pub total_users: u64,
    /// Files of all accounts, trashed ones included; folders not.
    pub total_files: u64,
    /// Stored bytes of all accounts.
    pub total_storage_used: u64,
    /// Sessions that have not ended.
    pub active_sessions: u64,
}
