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
