//! Copies of files: the same stored bytes under another node's key.

use std::sync::Arc;

use crypto_core::{CryptoRng, keys::NodeKey, record};
use protocol::{Change, CommitRequest, CreateChange, FileDetails, NodeId, VersionId};

use super::{
    upload::{Stored, seal_version},
    versions::OpenedVersion,
};
use crate::{
    Vault, VaultError,
    account::random,
    records::{Metadata, VersionRecord},
    tree::{Child, Draft, Taken},
};

impl Vault {
    /// A copy of a file's current version in a folder that was verified, under a name that is
    /// free there; `details` is what `GET /files/{id}` says of the source, all of its versions.
    /// Tags, description and category go along; the star and the versions before do not.
    ///
    /// # Errors
    /// [`VaultError::FolderNotVerified`], or a finding about the source.
    pub(crate) fn copy_file(
        &self,
        (source, child): (NodeId, &Child),
        details: &FileDetails,
        (folder, name): (NodeId, String),
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(CreateChange, Child), VaultError> {
        let opened = OpenedVersion::open(source, child, None, &details.versions)?;
        let node = NodeId::from_random(random(rng));
        let version = VersionId::from_random(random(rng));
        let node_key = Arc::new(NodeKey::make(rng));
        let record = VersionRecord {
            version: record::VERSION,
            id: (*version.as_bytes()).into(),
            author: self.author.identity.into(),
            time: now,
            origin: Some(opened.origin(source)),
            ..opened.record
        };
        let new_version = seal_version(
            &node_key,
            node,
            version,
            &opened.content_key,
            &record,
            Stored::Copy(opened.id),
            rng,
        );
        let metadata = Metadata {
            name,
            trashed: None,
            current: Some(record.id),
            starred: None,
            ..child.metadata.clone()
        };
        self.create_with(folder, node, &node_key, new_version, metadata, rng)
    }

    /// The commit that copies a file into a folder, under a name that is free there.
    ///
    /// # Errors
    /// As [`Vault::rename`]; a finding about the source.
    pub fn copy_one(
        &mut self,
        source: NodeId,
        details: &FileDetails,
        to: NodeId,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let (_, child) = self.file(source)?;
        let name = Taken::default().give(self, to, &child.metadata.name)?;
        let (change, copy) = self.copy_file((source, child), details, (to, name), now, rng)?;
        let mut draft = Draft::default();
        draft.put(to, change.id, Some(copy));
        draft.push(Change::Create(change));
        self.commit(draft, now, rng)
    }
}
