//! The sealed records, as `docs/FORMAT.md` describes them. Key 0 is the version of each.

use std::collections::BTreeMap;

use crypto_core::sha256;
use minicbor::{
    Decode, Encode,
    bytes::{ByteArray, ByteVec},
};
use protocol::SealedState;
use zeroize::{Zeroize as _, Zeroizing};

pub(crate) type Id = ByteArray<16>;
pub(crate) type Hash = ByteArray<32>;

/// The account state: sealed under the account key, which is what makes it authentic.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct AccountState {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) user: Id,
    /// The root folder.
    #[n(2)]
    pub(crate) vault: Id,
    /// Counts the states of this account from 1.
    #[n(3)]
    pub(crate) epoch: u64,
    /// SHA-256 of the kdf string.
    #[n(4)]
    pub(crate) kdf: Hash,
    /// Ed25519 seed.
    #[n(5)]
    pub(crate) signing_seed: Hash,
    /// X-Wing seed.
    #[n(6)]
    pub(crate) receiving_seed: Hash,
    /// SHA-256 of the sealed contacts; none yet.
    #[n(7)]
    pub(crate) contacts: Option<Hash>,
    /// Whether there is a recovery wrap.
    #[n(8)]
    pub(crate) recovery_enrolled: bool,
    /// Whether folders must have heads: always, for accounts that began as vaults.
    #[n(9)]
    pub(crate) heads_required: bool,
    /// SHA-256 of the sealed previous state.
    #[n(10)]
    pub(crate) previous: Option<Hash>,
    /// SHA-256 of the account key's wrap under the password's key: an old password's wrap does
    /// not come back with a new state.
    #[n(11)]
    pub(crate) wrapped_key: Hash,
    /// SHA-256 of the account key's wrap under the recovery phrase's key; states made before
    /// recovery existed lack it.
    #[n(12)]
    pub(crate) recovery_key: Option<Hash>,
}

impl Drop for AccountState {
    fn drop(&mut self) {
        self.signing_seed.zeroize();
        self.receiving_seed.zeroize();
    }
}

/// Pins: what a device, or the account, has seen last.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct PinsRecord {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) user: Id,
    /// The account state's epoch.
    #[n(2)]
    pub(crate) epoch: u64,
    /// SHA-256 of the sealed account state.
    #[n(3)]
    pub(crate) account_state: Hash,
    /// The kdf string.
    #[n(4)]
    pub(crate) kdf: String,
    /// SHA-256 of the account key's wrap under the password's key.
    #[n(5)]
    pub(crate) wrapped_key: Hash,
    /// Every folder ever opened.
    #[n(6)]
    pub(crate) heads: BTreeMap<Id, SeenPin>,
    /// On a device: the epoch and SHA-256 of the account's sealed pins.
    #[n(7)]
    pub(crate) account_pins: Option<SeenPin>,
    /// SHA-256 of sealed pins that these, or ones before them, knowingly go back behind.
    #[n(8)]
    pub(crate) accepts: Option<Hash>,
}

/// A counter and what was seen under it: of a head, SHA-256 of the signed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct SeenPin {
    #[n(0)]
    pub(crate) seq: u64,
    #[n(1)]
    pub(crate) hash: Hash,
}

impl SeenPin {
    /// The epoch of a sealed state, and SHA-256 of what is sealed.
    pub(crate) fn of(state: &SealedState) -> Self {
        Self {
            seq: state.epoch,
            hash: sha256(&state.sealed.0).into(),
        }
    }
}

/// A node's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Metadata {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) name: String,
    /// Media type; empty for a folder.
    #[n(2)]
    pub(crate) media_type: String,
    /// True length of the current version, in bytes; 0 for a folder.
    #[n(3)]
    pub(crate) size: u64,
    /// Milliseconds since 1970.
    #[n(4)]
    pub(crate) modified: u64,
    /// Milliseconds since 1970, if it is in the trash.
    #[n(5)]
    pub(crate) trashed: Option<u64>,
    /// A file's current version.
    #[n(6)]
    pub(crate) current: Option<Id>,
    /// The hash over all versions of a file.
    #[n(7)]
    pub(crate) versions: Option<Hash>,
    #[n(8)]
    pub(crate) tags: Option<Vec<String>>,
    #[n(9)]
    pub(crate) description: Option<String>,
    #[n(10)]
    pub(crate) category: Option<String>,
    #[n(11)]
    pub(crate) starred: Option<bool>,
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct VersionRecord {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) id: Id,
    /// True length in bytes.
    #[n(2)]
    pub(crate) size: u64,
    /// Length of the sealed content in bytes.
    #[n(3)]
    pub(crate) content_len: u64,
    /// SHA-256 over the segment hashes.
    #[n(4)]
    pub(crate) segments: Hash,
    /// Identity hash.
    #[n(5)]
    pub(crate) author: Hash,
    /// Milliseconds since 1970.
    #[n(6)]
    pub(crate) time: u64,
    /// Where the content was sealed, if this version is a copy of it.
    #[n(7)]
    pub(crate) origin: Option<Origin>,
    #[n(8)]
    pub(crate) thumbnail: Option<Thumbnail>,
}

/// Where content was sealed: its contexts name these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Origin {
    #[n(0)]
    pub(crate) node: Id,
    #[n(1)]
    pub(crate) version: Id,
}

/// What stands after the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Thumbnail {
    /// Sealed, in bytes.
    #[n(0)]
    pub(crate) length: u64,
    /// SHA-256 of the sealed bytes.
    #[n(1)]
    pub(crate) hash: Hash,
}

/// What a device keeps of an upload under way.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct UploadState {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) folder: Id,
    #[n(2)]
    pub(crate) node: Id,
    #[n(3)]
    pub(crate) id: Id,
    /// The node's key under the account key; none for a new version of a file that exists.
    #[n(4)]
    pub(crate) node_key: Option<ByteVec>,
    /// The content key under the node's.
    #[n(5)]
    pub(crate) content_key: ByteVec,
    /// The content's first bytes.
    #[n(6)]
    pub(crate) header: ByteArray<56>,
    /// True length in bytes.
    #[n(7)]
    pub(crate) size: u64,
    #[n(8)]
    pub(crate) name: String,
    #[n(9)]
    pub(crate) media_type: String,
    /// Milliseconds since 1970.
    #[n(10)]
    pub(crate) modified: u64,
    /// The sealed thumbnail.
    #[n(11)]
    pub(crate) thumbnail: Option<ByteVec>,
    /// SHA-256 of each segment that may have been sent.
    #[n(12)]
    pub(crate) hashes: ByteVec,
    /// What follows the content, once all of that is sealed.
    #[n(13)]
    pub(crate) tail: Option<ByteVec>,
    /// Where the server takes the rest.
    #[n(14)]
    pub(crate) address: String,
}

/// A folder's head: signed by its author, then sealed under the folder's key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct HeadRecord {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) vault: Id,
    #[n(2)]
    pub(crate) node: Id,
    #[n(3)]
    pub(crate) seq: u64,
    /// SHA-256 of the previous signed head; none for the first.
    #[n(4)]
    pub(crate) previous: Option<Hash>,
    /// The epoch of the folder's key.
    #[n(5)]
    pub(crate) epoch: u64,
    /// The rev of the folder's own metadata.
    #[n(6)]
    pub(crate) rev: u64,
    /// SHA-256 of the folder's own sealed metadata.
    #[n(7)]
    pub(crate) metadata: Hash,
    /// How many children there are.
    #[n(8)]
    pub(crate) count: u64,
    /// The hash over all children.
    #[n(9)]
    pub(crate) children: Hash,
    /// The XOR of all children's entries: it names a single liar, the hash convicts it.
    #[n(10)]
    pub(crate) sum: ByteArray<48>,
    /// SHA-256 of the signed access-control record in force.
    #[n(11)]
    pub(crate) acl: Hash,
    /// The other folders' heads of the same commit.
    #[n(12)]
    pub(crate) others: Vec<OtherHead>,
    /// Identity hash.
    #[n(13)]
    pub(crate) author: Hash,
    /// Milliseconds since 1970.
    #[n(14)]
    pub(crate) time: u64,
    /// SHA-256 of a signed head that this one deliberately goes back behind.
    #[n(15)]
    pub(crate) accepts: Option<Hash>,
}

/// Another folder's head of the same commit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct OtherHead {
    #[n(0)]
    pub(crate) node: Id,
    #[n(1)]
    pub(crate) seq: u64,
}

/// Who may write below a share root: signed by its owner, sealed under the root's key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct AclRecord {
    #[n(0)]
    pub(crate) version: u32,
    #[n(1)]
    pub(crate) root: Id,
    /// Counts the records of this root from 1.
    #[n(2)]
    pub(crate) seq: u64,
    /// SHA-256 of the previous signed record.
    #[n(3)]
    pub(crate) previous: Option<Hash>,
    /// Identity hash of the owner, who signs.
    #[n(4)]
    pub(crate) owner: Hash,
    #[n(5)]
    pub(crate) writers: Vec<Writer>,
}

/// One who may write.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Writer {
    /// Identity hash.
    #[n(0)]
    pub(crate) identity: Hash,
    #[n(1)]
    pub(crate) user: Id,
    /// Ed25519 public key.
    #[n(2)]
    pub(crate) signing_key: Hash,
}

/// A key in a record that stays on the device. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KeyBytes(pub(crate) Zeroizing<[u8; 32]>);

impl<C> Encode<C> for KeyBytes {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&*self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for KeyBytes {
    fn decode(
        decoder: &mut minicbor::Decoder<'b>,
        _: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        let mut key = Zeroizing::new([0; 32]);
        let bytes = decoder.bytes()?;
        if bytes.len() != key.len() {
            return Err(minicbor::decode::Error::message("a key has 32 bytes"));
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }
}

/// On a device: how far the kept tree goes.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct CachedTree {
    #[n(0)]
    pub(crate) version: u32,
    /// The change feed's cursor up to which the folders were taken.
    #[n(1)]
    pub(crate) cursor: String,
    #[n(2)]
    pub(crate) root_key: KeyBytes,
    #[n(3)]
    pub(crate) root_epoch: u64,
    /// SHA-256 of the signed access-control record in force.
    #[n(4)]
    pub(crate) acl: Hash,
    /// Identity hash of its owner.
    #[n(5)]
    pub(crate) owner: Hash,
    #[n(6)]
    pub(crate) writers: Vec<Writer>,
    /// Every folder that is kept.
    #[n(7)]
    pub(crate) folders: Vec<OtherHead>,
    /// Folders whose heads are known, from others, to go on beyond what was verified.
    #[n(8)]
    pub(crate) vouched: Vec<OtherHead>,
}

/// On a device: a folder as it was verified, without its key, which its folder has.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct CachedFolder {
    #[n(0)]
    pub(crate) version: u32,
    /// The rev of the folder's own metadata.
    #[n(1)]
    pub(crate) rev: u64,
    /// SHA-256 of the folder's own sealed metadata.
    #[n(2)]
    pub(crate) metadata: Hash,
    #[n(3)]
    pub(crate) seq: u64,
    /// SHA-256 of the signed head.
    #[n(4)]
    pub(crate) hash: Hash,
    /// The hash over the children that the head signs.
    #[n(5)]
    pub(crate) children_hash: Hash,
    #[n(6)]
    pub(crate) children: Vec<CachedChild>,
}

/// A child in a folder that is kept.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct CachedChild {
    #[n(0)]
    pub(crate) id: Id,
    #[n(1)]
    pub(crate) kind: u8,
    #[n(2)]
    pub(crate) epoch: u64,
    /// SHA-256 of the wrapped key.
    #[n(3)]
    pub(crate) wrapped_key: Hash,
    #[n(4)]
    pub(crate) rev: u64,
    /// SHA-256 of the sealed metadata.
    #[n(5)]
    pub(crate) metadata_hash: Hash,
    #[n(6)]
    pub(crate) key: KeyBytes,
    #[n(7)]
    pub(crate) metadata: Metadata,
}

/// On a device: what was read of one file.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct KeptText {
    #[n(0)]
    pub(crate) version: u32,
    /// The version of the file that it was read from.
    #[n(1)]
    pub(crate) of: Id,
    /// Its words, as they stand in it; none if it could not be read.
    #[n(2)]
    pub(crate) text: Option<String>,
}
