//! `/folders`.

pub(crate) mod children;
pub(crate) mod heads;

use std::str::FromStr;

use protocol::NodeId;

use crate::auth::VaultCaller;

/// A folder in the path.
#[derive(Clone, Copy)]
pub(crate) enum FolderRef {
    /// `root`: the vault's.
    Root,
    /// By its id.
    Id(NodeId),
}

impl FromStr for FolderRef {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "root" {
            return Ok(Self::Root);
        }
        text.parse().map(Self::Id)
    }
}

impl FolderRef {
    fn resolve(self, caller: &VaultCaller) -> NodeId {
        match self {
            Self::Root => caller.root,
            Self::Id(id) => id,
        }
    }
}
