//! `/folders`.

pub(crate) mod children;
pub(crate) mod heads;

use protocol::NodeId;

use crate::auth::VaultCaller;
use crate::error::{ApiError, ApiResult};

/// A folder's id from the path; `root` stands for the vault's.
fn folder_id(text: &str, caller: &VaultCaller) -> ApiResult<NodeId> {
    if text == "root" {
        return Ok(caller.root);
    }
    text.parse()
        .map_err(|_| ApiError::bad_parameter("id", "it must be a UUID or root"))
}
