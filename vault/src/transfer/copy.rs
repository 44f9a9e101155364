//! Copies of files: the same stored bytes under another node's key.

use std::sync::Arc;

use crypto_core::{CryptoRng, keys::NodeKey, record};
use protocol::{Change, CreateChange, NodeId, Version, VersionId};

use super::{
    upload::{Stored, seal_version},
    versions::OpenedVersion,
};
use crate::{
    Vault, VaultError,
    account::random,
    records::{Metadata, VersionRecord},
    tree::{Child, Draft, Step, Taken},
};

impl Vault {
    /// A copy of a file's current version in a folder that was verified, under a name that is
    /// free there; `versions` is what the server says of the source, all of them.
    /// Tags, description and category go along; the star and the versions before do not.
    ///
    /// # Errors
    /// [`VaultError::FolderNotVerified`], or a finding about the source.
    fn copy_file(
        &self,
        (source, child): (NodeId, &Child),
        versions: &[Version],
        (folder, name): (NodeId, String),
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(CreateChange, Child), VaultError> {
        let opened = OpenedVersion::open(source, child, None, versions)?;
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

    /// The commit that copies files into folders, under names that are free there: the first
    /// `covered` of `files`, each with what `POST /files/details` says of all its versions, and
    /// the folder that the copy goes into. Call again with the rest.
    ///
    /// # Errors
    /// As [`Vault::rename`]; a finding about a source.
    pub fn copy_files(
        &mut self,
        files: &[(NodeId, &[Version], NodeId)],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        let mut taken = Taken::default();
        let mut draft = Draft::default();
        let mut covered = 0;
        for (source, versions, to) in files {
            if draft.is_full() {
                break;
            }
            covered += 1;
            let (_, child) = self.file(*source)?;
            let name = taken.give(self, *to, &child.metadata.name)?;
            let (change, copy) =
                self.copy_file((*source, child), versions, (*to, name), now, rng)?;
            draft.put(*to, change.id, Some(copy));
            draft.push(Change::Create(change));
        }
        let request = if draft.is_empty() {
            None
        } else {
            Some(self.commit(draft, now, rng)?)
        };
        Ok(Step { request, covered })
    }
}
