//! What bare accounts may do to single files, and vaults only through commits.

use protocol::{Failure, NodeId};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::http::input::Id;

macro_rules! refuses_vaults {
    ($($(#[$attribute:meta])* $name:ident;)*) => {
        $($(#[$attribute])*
        pub(crate) async fn $name(caller: Caller, Id(_): Id<NodeId>) -> ApiError {
            refuse(&caller)
        })*
    };
}

refuses_vaults! {
    /// Move a file to the trash
    ///
    /// For accounts without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
    #[utoipa::path(delete, path = "/files/{id}", tag = "Files", operation_id = "delete_file",
        params(("id" = NodeId, Path, description = "The file")),
        security(("bearer" = [])),
        responses((status = "default", description = "An error, in the envelope", body = Failure)))]
    trash;

    /// Delete a file for good
    ///
    /// For accounts without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
    #[utoipa::path(delete, path = "/files/{id}/permanent", tag = "Files", operation_id = "purge_file",
        params(("id" = NodeId, Path, description = "The file")),
        security(("bearer" = [])),
        responses((status = "default", description = "An error, in the envelope", body = Failure)))]
    purge;

    /// Take a file out of the trash
    ///
    /// For accounts without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
    #[utoipa::path(post, path = "/files/{id}/restore", tag = "Files", operation_id = "restore_file",
        params(("id" = NodeId, Path, description = "The file")),
        security(("bearer" = [])),
        responses((status = "default", description = "An error, in the envelope", body = Failure)))]
    restore;
}

/// The answer does not depend on whether there is such a file; a bare account has none yet.
fn refuse(caller: &Caller) -> ApiError {
    if caller.root.is_some() {
        ApiError::commits_only()
    } else {
        ApiError::not_found()
    }
}
