//! What handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::watch;

use crate::auth::passwords::Passwords;
use crate::blobs::BlobStore;
use crate::config::Config;
use crate::db::Db;
use crate::feeds::Feeds;
use crate::http::memory::Memory;
use crate::limits::Limiter;
use crate::routes::system::health::LastCheck;
use crate::secrets::Secrets;
use crate::uploads::Locks;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) db: Db,
    pub(crate) blobs: BlobStore,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) passwords: Passwords,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) locks: Locks,
    pub(crate) memory: Memory,
    pub(crate) health: LastCheck,
    pub(crate) feeds: Feeds,
    /// Becomes true when the server was told to stop: who only waits need not any longer.
    pub(crate) ending: watch::Receiver<bool>,
    /// Becomes true when uploads under way must stop where they are.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl FromRef<AppState> for Db {
    fn from_ref(state: &AppState) -> Self {
        state.db.clone()
    }
}
