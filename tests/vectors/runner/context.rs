use crypto_core::context::{self, Context};
use serde::{Deserialize, Serialize};

use crate::bytes::fixed;

type Id = [u8; 16];
type Hash = [u8; 32];

/// A context by its purpose and fields, as `crypto_core::context` names them. Vectors give
/// these and not bytes, so that they fail if the layout changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the function of the same name")]
pub enum NamedContext {
    AccountKeyByPassword {
        #[serde(with = "fixed")]
        user: Id,
        #[serde(with = "fixed")]
        kdf: Hash,
    },
    AccountKeyByRecovery {
        #[serde(with = "fixed")]
        user: Id,
    },
    AccountKeyKept {
        #[serde(with = "fixed")]
        user: Id,
    },
    Avatar {
        #[serde(with = "fixed")]
        user: Id,
    },
    AccountState {
        #[serde(with = "fixed")]
        user: Id,
        epoch: u64,
    },
    DeviceCache {
        #[serde(with = "fixed")]
        user: Id,
        #[serde(with = "fixed")]
        piece: Id,
    },
    SearchIndex {
        #[serde(with = "fixed")]
        user: Id,
        #[serde(with = "fixed")]
        piece: Id,
    },
    Pins {
        #[serde(with = "fixed")]
        user: Id,
        epoch: u64,
    },
    NodeKey {
        #[serde(with = "fixed")]
        vault: Id,
        #[serde(with = "fixed")]
        parent: Id,
        parent_epoch: u64,
        #[serde(with = "fixed")]
        node: Id,
        kind: u8,
        epoch: u64,
    },
    Metadata {
        #[serde(with = "fixed")]
        node: Id,
        rev: u64,
    },
    Version {
        #[serde(with = "fixed")]
        node: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    ContentKey {
        #[serde(with = "fixed")]
        node: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    Segments {
        #[serde(with = "fixed")]
        node: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    Content {
        #[serde(with = "fixed")]
        node: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    Thumbnail {
        #[serde(with = "fixed")]
        node: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    UploadState {
        #[serde(with = "fixed")]
        user: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    UploadKey {
        #[serde(with = "fixed")]
        user: Id,
        #[serde(with = "fixed")]
        version: Id,
    },
    Head {
        #[serde(with = "fixed")]
        vault: Id,
        #[serde(with = "fixed")]
        node: Id,
        seq: u64,
        epoch: u64,
    },
    Acl {
        #[serde(with = "fixed")]
        root: Id,
        seq: u64,
    },
}

impl NamedContext {
    /// The context itself.
    #[must_use]
    pub fn build(&self) -> Context {
        match self {
            Self::AccountKeyByPassword { user, kdf } => context::account_key_by_password(user, kdf),
            Self::AccountKeyByRecovery { user } => context::account_key_by_recovery(user),
            Self::AccountKeyKept { user } => context::account_key_kept(user),
            Self::Avatar { user } => context::avatar(user),
            Self::AccountState { user, epoch } => context::account_state(user, *epoch),
            Self::DeviceCache { user, piece } => context::device_cache(user, piece),
            Self::SearchIndex { user, piece } => context::search_index(user, piece),
            Self::Pins { user, epoch } => context::pins(user, *epoch),
            Self::NodeKey {
                vault,
                parent,
                parent_epoch,
                node,
                kind,
                epoch,
            } => context::node_key(vault, parent, *parent_epoch, node, *kind, *epoch),
            Self::Metadata { node, rev } => context::metadata(node, *rev),
            Self::Version { node, version } => context::version(node, version),
            Self::ContentKey { node, version } => context::content_key(node, version),
            Self::Segments { node, version } => context::segments(node, version),
            Self::Content { node, version } => context::content(node, version),
            Self::Thumbnail { node, version } => context::thumbnail(node, version),
            Self::UploadState { user, version } => context::upload_state(user, version),
            Self::UploadKey { user, version } => context::upload_key(user, version),
            Self::Head {
                vault,
                node,
                seq,
                epoch,
            } => context::head(vault, node, *seq, *epoch),
            Self::Acl { root, seq } => context::acl(root, *seq),
        }
    }
}
