//! Parsers that are otherwise private, for the fuzz checks, and a writer that checks nothing, for
//! tests of those who read. Behind the feature `fuzzing`, which only the test packages turn on.

use std::collections::HashSet;

use crypto_core::{CryptoRng, kdf::KdfParams, record};
use protocol::{CommitRequest, NodeId};

use crate::{
    Vault, VaultError, names,
    records::{
        AccountState, AclRecord, CachedChild, CachedFolder, CachedTree, Hash, HeadRecord, Id,
        KeptText, KeyBytes, Metadata, Origin, OtherHead, PinsRecord, SeenPin, Thumbnail,
        UploadState, VersionRecord, Writer,
    },
    tree::Draft,
};

/// The sealed records, each by its name.
pub const RECORDS: &[&str] = &[
    "account-state",
    "pins",
    "metadata",
    "version",
    "head",
    "acl",
    "cached-tree",
    "cached-folder",
    "upload-state",
    "kept-text",
];

/// Parses a record of the given name and encodes what came out; `None` if it is refused.
///
/// # Panics
/// If the name is not one of [`RECORDS`].
#[must_use]
pub fn reencode(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    macro_rules! again {
        ($record:ty) => {
            record::parse::<$record>(bytes)
                .ok()
                .map(|record| record::encode(&record))
        };
    }
    match name {
        "account-state" => again!(AccountState),
        "pins" => again!(PinsRecord),
        "metadata" => again!(Metadata),
        "version" => again!(VersionRecord),
        "head" => again!(HeadRecord),
        "acl" => again!(AclRecord),
        "cached-tree" => again!(CachedTree),
        "cached-folder" => again!(CachedFolder),
        "upload-state" => again!(UploadState),
        "kept-text" => again!(KeptText),
        _ => panic!("there is no record called {name}"),
    }
}

/// A record of each kind, in the order of [`RECORDS`], everything optional in it.
#[must_use]
pub fn samples() -> Vec<Vec<u8>> {
    let (version, id, hash) = (record::VERSION, Id::from([1; 16]), Hash::from([2; 32]));
    let pin = SeenPin { seq: 3, hash };
    vec![
        record::encode(&AccountState {
            version,
            user: id,
            vault: id,
            epoch: 1,
            kdf: hash,
            signing_seed: hash,
            receiving_seed: hash,
            contacts: Some(hash),
            recovery_enrolled: true,
            heads_required: true,
            previous: Some(hash),
            wrapped_key: hash,
            recovery_key: Some(hash),
        }),
        record::encode(&PinsRecord {
            version,
            user: id,
            epoch: 1,
            account_state: hash,
            kdf: KdfParams::FLOOR.to_string(),
            wrapped_key: hash,
            heads: [(id, pin)].into(),
            account_pins: Some(pin),
            accepts: Some(hash),
        }),
        record::encode(&metadata()),
        record::encode(&VersionRecord {
            version,
            id,
            size: 300,
            content_len: 376,
            segments: hash,
            author: hash,
            time: 1,
            origin: Some(Origin {
                node: id,
                version: id,
            }),
            thumbnail: Some(Thumbnail { length: 2136, hash }),
        }),
        record::encode(&HeadRecord {
            version,
            vault: id,
            node: id,
            seq: 2,
            previous: Some(hash),
            epoch: 1,
            rev: 1,
            metadata: hash,
            count: 1,
            children: hash,
            sum: [4; 48].into(),
            acl: hash,
            others: vec![OtherHead { node: id, seq: 1 }],
            author: hash,
            time: 1,
            accepts: Some(hash),
        }),
        record::encode(&AclRecord {
            version,
            root: id,
            seq: 1,
            previous: Some(hash),
            owner: hash,
            writers: vec![Writer {
                identity: hash,
                user: id,
                signing_key: hash,
            }],
        }),
        record::encode(&CachedTree {
            version,
            cursor: "17".into(),
            root_key: KeyBytes([5; 32].into()),
            root_epoch: 1,
            acl: hash,
            owner: hash,
            writers: vec![Writer {
                identity: hash,
                user: id,
                signing_key: hash,
            }],
            folders: vec![OtherHead { node: id, seq: 3 }],
            vouched: vec![OtherHead { node: id, seq: 4 }],
        }),
        record::encode(&CachedFolder {
            version,
            rev: 2,
            metadata: hash,
            seq: 3,
            hash,
            children_hash: hash,
            children: vec![CachedChild {
                id,
                kind: 0,
                epoch: 1,
                wrapped_key: hash,
                rev: 300,
                metadata_hash: hash,
                key: KeyBytes([5; 32].into()),
                metadata: metadata(),
            }],
        }),
        record::encode(&UploadState {
            version,
            folder: id,
            node: id,
            id,
            node_key: Some(vec![5; 104].into()),
            content_key: vec![5; 104].into(),
            header: [6; 56].into(),
            size: 1 << 33,
            name: "报告.pdf".into(),
            media_type: "application/pdf".into(),
            modified: 1_700_000_000_000,
            thumbnail: Some(vec![7; 1144].into()),
            hashes: vec![2; 64].into(),
            tail: Some(vec![8; 136].into()),
            address: "http://localhost/api/v1/uploads/1".into(),
        }),
        record::encode(&KeptText {
            version,
            of: id,
            text: Some("ein Bericht 报告".into()),
        }),
    ]
}

fn metadata() -> Metadata {
    Metadata {
        version: record::VERSION,
        name: "报告.pdf".into(),
        media_type: "application/pdf".into(),
        size: 1 << 40,
        modified: 1_700_000_000_000,
        trashed: Some(1),
        current: Some(Id::from([1; 16])),
        versions: Some(Hash::from([2; 32])),
        tags: Some(vec!["a".into(), String::new()]),
        description: Some("text".into()),
        category: Some("work".into()),
        starred: Some(true),
    }
}

/// Whether a file or folder may have this name.
#[must_use]
pub fn is_name(name: &str) -> bool {
    names::check(name).is_ok()
}

/// The name that a new file gets beside others.
#[must_use]
pub fn unique_name(name: &str, taken: &[&str]) -> String {
    let taken: HashSet<String> = taken.iter().map(|name| names::key(name)).collect();
    names::unique(name, &taken)
}

impl Vault {
    /// What a careless or hostile writer of the account does: seals any name, in any version of
    /// the record, without looking at it.
    ///
    /// # Errors
    /// As [`Vault::rename`], but for the name.
    pub fn rename_unchecked(
        &mut self,
        node: NodeId,
        name: &str,
        version: u32,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut draft = Draft::default();
        let change = |metadata: &mut Metadata| {
            name.clone_into(&mut metadata.name);
            metadata.version = version;
        };
        self.edit_metadata(&mut draft, node, change, rng)?;
        self.commit(draft, now, rng)
    }
}
