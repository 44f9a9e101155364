//! Every purpose for which anything is sealed, signed or derived. Each stands here once.
//!
//! A context is `"strongroom/v1/" ‖ purpose ‖ 0x00 ‖ fields`; the fields are fixed in
//! number and width for each purpose: ids 16 bytes, counters u64 big-endian, hashes 32
//! bytes. It is bound into the envelope's commitment, so that nothing opens anywhere but
//! where it belongs.

/// What a sealed thing is, and where it belongs. Not secret.
pub struct Context(Vec<u8>);

impl Context {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    #[cfg(feature = "vectors")]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

type Id = [u8; 16];
type Hash = [u8; 32];

fn context(purpose: &str, fields: &[&[u8]]) -> Context {
    let mut bytes = Vec::with_capacity(64 + fields.iter().map(|field| field.len()).sum::<usize>());
    bytes.extend_from_slice(b"strongroom/v1/");
    bytes.extend_from_slice(purpose.as_bytes());
    bytes.push(0);
    for field in fields {
        bytes.extend_from_slice(field);
    }
    Context(bytes)
}

/// The account key under the password's key; `kdf` is SHA-256 of the kdf string.
#[must_use]
pub fn account_key_by_password(user: &Id, kdf: &Hash) -> Context {
    context("account-key/password", &[user, kdf])
}

/// The account key under the recovery phrase's key.
#[must_use]
pub fn account_key_by_recovery(user: &Id) -> Context {
    context("account-key/recovery", &[user])
}

/// The account key under a device's key, on a device that is kept unlocked.
#[must_use]
pub fn account_key_kept(user: &Id) -> Context {
    context("account-key/kept", &[user])
}

/// The account's picture under the account key.
#[must_use]
pub fn avatar(user: &Id) -> Context {
    context("avatar", &[user])
}

/// The account state under the account key.
#[must_use]
pub fn account_state(user: &Id, epoch: u64) -> Context {
    context("account-state", &[user, &epoch.to_be_bytes()])
}

/// A piece of the device's cache of the tree under the account key; never leaves the device.
#[must_use]
pub fn device_cache(user: &Id, piece: &Id) -> Context {
    context("device-cache", &[user, piece])
}

/// A piece of the device's search index under the account key; never leaves the device.
#[must_use]
pub fn search_index(user: &Id, piece: &Id) -> Context {
    context("search-index", &[user, piece])
}

/// The pins under the account key.
#[must_use]
pub fn pins(user: &Id, epoch: u64) -> Context {
    context("pins", &[user, &epoch.to_be_bytes()])
}

/// A node's key under its parent's; for the vault's root under the account key, with
/// zeros as parent and 0 as its epoch. `kind` is 0 for a file, 1 for a folder.
#[must_use]
pub fn node_key(
    vault: &Id,
    parent: &Id,
    parent_epoch: u64,
    node: &Id,
    kind: u8,
    epoch: u64,
) -> Context {
    context(
        "node-key",
        &[
            vault,
            parent,
            &parent_epoch.to_be_bytes(),
            node,
            &[kind],
            &epoch.to_be_bytes(),
        ],
    )
}

/// A node's metadata under its key.
#[must_use]
pub fn metadata(node: &Id, rev: u64) -> Context {
    context("metadata", &[node, &rev.to_be_bytes()])
}

/// A version record under the node's key.
#[must_use]
pub fn version(node: &Id, version: &Id) -> Context {
    context("version", &[node, version])
}

/// A version's content key under the node's key.
#[must_use]
pub fn content_key(node: &Id, version: &Id) -> Context {
    context("content-key", &[node, version])
}

/// A version's segment list under its content key.
#[must_use]
pub fn segments(node: &Id, version: &Id) -> Context {
    context("segments", &[node, version])
}

/// A version's content under its content key.
#[must_use]
pub fn content(node: &Id, version: &Id) -> Context {
    context("content", &[node, version])
}

/// A version's thumbnail under its content key.
#[must_use]
pub fn thumbnail(node: &Id, version: &Id) -> Context {
    context("thumbnail", &[node, version])
}

/// What a device keeps of an upload under way, under the account key.
#[must_use]
pub fn upload_state(user: &Id, version: &Id) -> Context {
    context("upload-state", &[user, version])
}

/// The node's key of an upload under way, under the account key, on the same device.
#[must_use]
pub fn upload_key(user: &Id, version: &Id) -> Context {
    context("upload-key", &[user, version])
}

/// A folder's head under the folder's key.
#[must_use]
pub fn head(vault: &Id, node: &Id, seq: u64, epoch: u64) -> Context {
    context(
        "head",
        &[vault, node, &seq.to_be_bytes(), &epoch.to_be_bytes()],
    )
}

/// A share root's access-control record under its key.
#[must_use]
pub fn acl(root: &Id, seq: u64) -> Context {
    context("acl", &[root, &seq.to_be_bytes()])
}

/// What a signature is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SignaturePurpose {
    /// An identity record.
    Identity,
    /// A folder's head.
    Head,
    /// An access-control record.
    Acl,
}

impl SignaturePurpose {
    /// `"strongroom/v1/sig/" ‖ purpose ‖ 0x00`, which goes before what is signed.
    pub(crate) fn prefix(self) -> &'static [u8] {
        match self {
            Self::Identity => b"strongroom/v1/sig/identity\x00",
            Self::Head => b"strongroom/v1/sig/head\x00",
            Self::Acl => b"strongroom/v1/sig/acl\x00",
        }
    }
}

/// What goes before everything hashed into a folder's leaf.
pub const LEAF: &[u8] = b"strongroom/v1/hash/leaf\x00";
/// What goes before everything hashed into a folder's children.
pub const CHILDREN: &[u8] = b"strongroom/v1/hash/children\x00";
/// What goes before everything hashed into a file's versions.
pub const VERSIONS: &[u8] = b"strongroom/v1/hash/versions\x00";
/// What goes before everything hashed into what two devices compare.
pub const SEEN: &[u8] = b"strongroom/v1/hash/seen\x00";

/// What a device applies its HMAC-SHA-512 key to; the first 32 bytes of the result are the
/// key that a kept account key is wrapped under.
pub const KEPT_KEK: &[u8] = b"strongroom/v1/kdf/kek/kept";

/// Labels of keys derived with HKDF-SHA512.
pub(crate) mod label {
    pub(crate) const PASSWORD_AUTH: &[u8] = b"strongroom/v1/kdf/auth/password";
    pub(crate) const PASSWORD_KEK: &[u8] = b"strongroom/v1/kdf/kek/password";
    pub(crate) const RECOVERY_AUTH: &[u8] = b"strongroom/v1/kdf/auth/recovery";
    pub(crate) const RECOVERY_KEK: &[u8] = b"strongroom/v1/kdf/kek/recovery";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_contexts_are_alike() {
        let (a, b, h) = ([1; 16], [2; 16], [3; 32]);
        let all = [
            account_key_by_password(&a, &h),
            account_key_by_recovery(&a),
            account_key_kept(&a),
            avatar(&a),
            account_state(&a, 1),
            account_state(&a, 2),
            pins(&a, 1),
            device_cache(&a, &b),
            search_index(&a, &b),
            node_key(&a, &a, 1, &b, 0, 1),
            node_key(&a, &a, 1, &b, 1, 1),
            node_key(&a, &a, 2, &b, 0, 1),
            node_key(&a, &a, 1, &b, 0, 2),
            metadata(&a, 1),
            version(&a, &b),
            content_key(&a, &b),
            segments(&a, &b),
            content(&a, &b),
            thumbnail(&a, &b),
            upload_state(&a, &b),
            upload_key(&a, &b),
            head(&a, &b, 1, 1),
            head(&a, &b, 2, 1),
            head(&a, &b, 1, 2),
            acl(&a, 1),
        ];
        let distinct: HashSet<_> = all.iter().map(|context| context.0.clone()).collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn the_layout_is_as_documented() {
        assert_eq!(
            metadata(&[0xaa; 16], 0x0102).0,
            [
                &b"strongroom/v1/metadata\0"[..],
                &[0xaa; 16],
                &[0, 0, 0, 0, 0, 0, 1, 2]
            ]
            .concat()
        );
    }
}
