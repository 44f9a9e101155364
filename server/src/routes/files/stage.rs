//! Bytes that arrive in one request and become a file at its end, or nothing at all.

use bytes::Bytes;
use protocol::{UploadId, UserId};

use crate::blobs::new_id;
use crate::blobs::staging::{Appender, blocking};
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::repo::uploads;
use crate::routes::uploads::create::discard;
use crate::secrets::random;
use crate::state::AppState;
use crate::uploads::UploadGuard;

/// A staged file. Unless it is kept, it goes when this is dropped, or, after a crash, with the
/// first sweep.
pub(super) struct Staged {
    state: AppState,
    user: UserId,
    id: UploadId,
    appender: Option<Appender>,
    guard: Option<UploadGuard>,
    kept: bool,
}

impl Staged {
    /// Makes the row, then the file. The row is too old from the start, so that a sweep takes
    /// what a crash leaves; while the lock is held, no sweep does.
    ///
    /// # Errors
    /// 507 when the disk has no room for so many bytes.
    pub(super) async fn create(state: &AppState, user: UserId, bytes: u64) -> ApiResult<Self> {
        let blobs = state.blobs.clone();
        tokio::task::spawn_blocking(move || blobs.require_room(bytes))
            .await
            .map_err(ApiError::internal)??;
        let id = new_id(random(), now_ms());
        let guard = state
            .locks
            .try_lock(id)
            .ok_or_else(|| ApiError::internal("a random id came twice"))?;
        let now = now_ms();
        state
            .db
            .write::<_, DbError, _>(move |c| uploads::insert(c, id, user, 0, "", now, now))
            .await?;
        let mut staged = Self {
            state: state.clone(),
            user,
            id,
            appender: None,
            guard: Some(guard),
            kept: false,
        };
        staged.appender = Some(state.blobs.append(id, 0).await?);
        Ok(staged)
    }

    pub(super) fn id(&self) -> UploadId {
        self.id
    }

    /// Adds bytes at the end.
    pub(super) async fn push(&mut self, data: Bytes) -> ApiResult<()> {
        Ok(self.appender()?.push(data).await?)
    }

    /// Makes everything durable, under its name as a blob; answers how many bytes there are.
    pub(super) async fn finish(&mut self) -> ApiResult<u64> {
        let size = self.appender()?.sync_unnamed().await?;
        self.appender = None;
        let (blobs, id) = (self.state.blobs.clone(), self.id);
        let broken = blocking(move || blobs.name_blobs(&[(id, size)])).await?;
        if broken.is_empty() {
            Ok(size)
        } else {
            Err(ApiError::unavailable())
        }
    }

    /// A row names the blob now.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }

    fn appender(&mut self) -> ApiResult<&mut Appender> {
        self.appender
            .as_mut()
            .ok_or_else(|| ApiError::internal("the staged file is finished"))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // Without a runtime the server is stopping, and the next start sweeps.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (state, user, id) = (self.state.clone(), self.user, self.id);
        let (appender, guard) = (self.appender.take(), self.guard.take());
        runtime.spawn(async move {
            drop(appender);
            if discard(&state, user, id).await.is_err() {
                tracing::warn!("a staged file is left to the sweeper");
            }
            drop(guard);
        });
    }
}
