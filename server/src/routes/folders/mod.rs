//! `/folders`.

pub(crate) mod children;
pub(crate) mod create;
pub(crate) mod heads;

use std::str::FromStr;

use protocol::NodeId;

use crate::auth::{Caller, VaultCaller};

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
        self.id(&caller.caller).unwrap_or(caller.root)
    }

    /// `None` for the top of an account without keys, which is no folder of its own.
    pub(crate) fn id(self, caller: &Caller) -> Option<NodeId> {
        match self {
            Self::Root => caller.root,
            Self::Id(id) => Some(id),
        }
    }
}
