//! The row of a new upload.

use protocol::{UploadId, UserId};

use super::create::expiry_ms;
use crate::blobs::BlobError;
use crate::clock::now_ms;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::repo::{uploads, users};
use crate::state::AppState;

/// What an upload's row will say.
#[derive(Clone)]
pub(super) struct NewUpload {
    id: UploadId,
    user: UserId,
    length: u64,
    metadata: String,
    /// The most that an account may have open at once.
    most: u32,
    /// Why the disk has no room for it.
    full: Option<String>,
}

impl NewUpload {
    /// # Errors
    /// When the disk cannot be asked.
    pub(super) async fn prepare(
        state: &AppState,
        id: UploadId,
        user: UserId,
        length: u64,
        metadata: String,
    ) -> ApiResult<Self> {
        let blobs = state.blobs.clone();
        let room = tokio::task::spawn_blocking(move || blobs.require_room(length))
            .await
            .map_err(ApiError::internal)?;
        let full = match room {
            Err(error @ BlobError::Full(_)) => Some(error.to_string()),
            other => {
                other?;
                None
            }
        };
        Ok(Self {
            id,
            user,
            length,
            metadata,
            most: state.config.max_open_uploads,
            full,
        })
    }

    /// Whether it could be inserted now. Nothing is promised by that.
    ///
    /// # Errors
    /// As [`NewUpload::insert`].
    pub(super) async fn check(&self, state: &AppState) -> ApiResult<()> {
        let upload = self.clone();
        state
            .db
            .read(move |c| {
                let usage = users::usage(c, upload.user)?.ok_or_else(ApiError::unauthorized)?;
                if usage.available() < upload.length {
                    return Err(ApiError::quota_exceeded(&usage, upload.length));
                }
                upload.require_place(c)
            })
            .await
    }

    /// Makes the row, of an upload that has `received` bytes, durably; answers when it expires.
    ///
    /// An upload of nothing gets its file here, after the row: the sweeper takes a file that has
    /// no row, and that nobody is writing, for a leftover. All others get theirs with their first
    /// bytes, so a crash in between costs nothing.
    ///
    /// # Errors
    /// 402 when the quota does not allow its length, 409 when too many are open, 507 when the
    /// disk is full.
    pub(super) async fn insert(self, state: &AppState, received: u64) -> ApiResult<i64> {
        let now = now_ms();
        let expires_at = now.saturating_add(expiry_ms(state));
        let (id, user, length) = (self.id, self.user, self.length);
        state
            .db
            .write::<_, ApiError, _>(move |c| {
                if !users::reserve(c, user, length)? {
                    let usage = users::usage(c, user)?.ok_or_else(ApiError::unauthorized)?;
                    return Err(ApiError::quota_exceeded(&usage, length));
                }
                self.require_place(c)?;
                uploads::insert(c, id, user, length, &self.metadata, now, expires_at)?;
                if received > 0 {
                    uploads::advance(c, id, received, expires_at)?;
                }
                Ok(())
            })
            .await?;
        if length == 0 {
            let blobs = state.blobs.clone();
            let made = tokio::task::spawn_blocking(move || blobs.create_staged(id))
                .await
                .map_err(ApiError::internal)?;
            if let Err(error) = made {
                super::create::discard(state, user, id).await?;
                return Err(BlobError::into(error));
            }
        }
        Ok(expires_at)
    }

    fn require_place(&self, conn: &mut dyn Conn) -> ApiResult<()> {
        if uploads::has_open(conn, self.user, self.most)? {
            return Err(ApiError::too_many_uploads(self.most));
        }
        match &self.full {
            Some(full) => Err(ApiError::storage_full(full)),
            None => Ok(()),
        }
    }
}
