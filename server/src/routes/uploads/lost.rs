//! Uploads that have lost what had arrived: the files of uploads under way are in no backup, and
//! their rows are. Nobody could go on with such an upload, so it is given up, and its client begins
//! anew. One that is finished stays: the commit that it was for is told which uploads to send again.

use protocol::{UploadId, UserId};

use super::create::discard;
use crate::blobs::staging::blocking;
use crate::error::{ApiError, ApiResult};
use crate::repo::uploads::UploadRow;
use crate::state::AppState;

/// Whether an upload that is not finished has less on the disk than its row says.
///
/// # Errors
/// 503 when that cannot be found out.
pub(super) async fn has_lost_bytes(
    state: &AppState,
    id: UploadId,
    row: &UploadRow,
) -> ApiResult<bool> {
    let received = row.received;
    if received == row.length || received == 0 {
        return Ok(false);
    }
    let blobs = state.blobs.clone();
    Ok(!blocking(move || blobs.has_bytes(id, received)).await?)
}

/// Gives an upload up if it has lost bytes. Nobody else may be writing to it.
///
/// # Errors
/// 404 when it has.
pub(super) async fn give_up_lost(
    state: &AppState,
    user: UserId,
    id: UploadId,
    row: &UploadRow,
) -> ApiResult<()> {
    if !has_lost_bytes(state, id, row).await? {
        return Ok(());
    }
    tracing::warn!("the bytes of an upload are gone: it has to begin anew");
    discard(state, user, id).await?;
    Err(ApiError::not_found())
}
