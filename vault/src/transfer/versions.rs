//! The versions of a file: all of them are bound by its metadata.

use std::collections::HashSet;

use crypto_core::{
    CryptoRng,
    content::Layout,
    context, envelope,
    keys::{self, ContentKey},
    record, sha256,
};
use protocol::{Change, CommitRequest, NodeId, NodeKind, Version, VersionId};
use serde::Serialize;

use crate::{
    Vault, VaultError,
    findings::FindingKind,
    records::{Hash, Metadata, Origin, VersionRecord},
    tree::{Child, Draft},
};

/// One version, as its sealed record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// The version.
    pub id: VersionId,
    /// True length in bytes.
    pub size: u64,
    /// When it was made, in milliseconds since 1970, by its author's clock.
    pub time: u64,
    /// Whether the file's content is this one.
    pub current: bool,
}

/// A version whose record is what its file's metadata binds.
pub(crate) struct OpenedVersion {
    pub(crate) id: VersionId,
    pub(crate) record: VersionRecord,
    pub(crate) content_key: ContentKey,
    pub(crate) layout: Layout,
}

impl OpenedVersion {
    /// Opens a version of a file, the current one unless it says which. `versions` is all of
    /// them.
    ///
    /// # Errors
    /// A finding; [`VaultError::NoSuchEntry`] for a version that the file does not have.
    pub(crate) fn open(
        node: NodeId,
        child: &Child,
        id: Option<VersionId>,
        versions: &[Version],
    ) -> Result<Self, VaultError> {
        let current = *child.metadata.current.ok_or(VaultError::NoSuchEntry)?;
        let wanted = id.map_or(current, |id| *id.as_bytes());
        let found = versions
            .iter()
            .find(|version| *version.id.as_bytes() == wanted);
        let version = match found {
            Some(version) => version,
            None if wanted == current => return Err(VaultError::Finding(FindingKind::Missing)),
            None => {
                verified(&child.metadata, versions)?;
                return Err(VaultError::NoSuchEntry);
            }
        };
        let (id, version_id) = (node.as_bytes(), version.id.as_bytes());
        let content_key: ContentKey = keys::unwrap(
            &version.wrapped_key.0,
            &*child.key,
            &context::content_key(id, version_id),
        )?;
        let record = open_record(node, child, version)?;
        let layout = Layout::new(record.size).ok_or(VaultError::Finding(FindingKind::Altered))?;
        verified(&child.metadata, versions)?;
        let consistent = record.content_len == layout.content_len()
            && (wanted != current || record.size == child.metadata.size);
        if !consistent {
            return Err(VaultError::Finding(FindingKind::Altered));
        }
        Ok(Self {
            id: version.id,
            record,
            content_key,
            layout,
        })
    }

    /// The file and version that the content was sealed for.
    pub(crate) fn origin(&self, node: NodeId) -> Origin {
        self.record.origin.unwrap_or(Origin {
            node: (*node.as_bytes()).into(),
            version: (*self.id.as_bytes()).into(),
        })
    }
}

fn open_record(
    node: NodeId,
    child: &Child,
    version: &Version,
) -> Result<VersionRecord, VaultError> {
    let context = context::version(node.as_bytes(), version.id.as_bytes());
    let opened = envelope::open(&*child.key, &context, &version.record.0)?;
    let record: VersionRecord = record::parse(&opened)?;
    if *record.id == *version.id.as_bytes() {
        Ok(record)
    } else {
        Err(VaultError::Finding(FindingKind::Altered))
    }
}

impl Vault {
    /// The versions of a file, the newest first, from what `GET /files/{id}` says of all.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`], or a finding.
    pub fn versions(
        &self,
        node: NodeId,
        versions: &[Version],
    ) -> Result<Vec<VersionView>, VaultError> {
        let (_, child) = self.file(node)?;
        verified(&child.metadata, versions)?;
        let mut views = Vec::with_capacity(versions.len());
        for version in versions {
            let record = open_record(node, child, version)?;
            views.push(VersionView {
                id: version.id,
                size: record.size,
                time: record.time,
                current: child.metadata.current == Some(record.id),
            });
        }
        views.sort_by_key(|view| (std::cmp::Reverse(view.time), view.id));
        Ok(views)
    }

    /// The commit that makes an older version the file's content again.
    ///
    /// # Errors
    /// As [`Vault::rename`]; [`VaultError::NoSuchEntry`] for a version that the file does not
    /// have, or a finding.
    pub fn make_current(
        &mut self,
        node: NodeId,
        version: VersionId,
        versions: &[Version],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let (_, child) = self.file(node)?;
        let opened = OpenedVersion::open(node, child, Some(version), versions)?;
        let mut draft = Draft::default();
        let change = |metadata: &mut Metadata| {
            metadata.current = Some(opened.record.id);
            metadata.size = opened.record.size;
            metadata.modified = now;
        };
        self.edit_metadata(&mut draft, node, change, rng)?;
        self.commit(draft, now, rng)
    }

    /// The commit that removes versions for good; the current one cannot go.
    ///
    /// # Errors
    /// As [`Vault::rename`]; [`VaultError::NoSuchEntry`] for a version that the file does not
    /// have, [`VaultError::Impossible`] for the current one or for none, or a finding.
    pub fn drop_versions(
        &mut self,
        node: NodeId,
        drop: &[VersionId],
        versions: &[Version],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let metadata = &self.file(node)?.1.metadata;
        verified(metadata, versions)?;
        let drop: HashSet<_> = drop.iter().copied().collect();
        let (gone, kept): (Vec<_>, Vec<_>) = versions
            .iter()
            .partition(|version| drop.contains(&version.id));
        if gone.len() < drop.len() {
            return Err(VaultError::NoSuchEntry);
        }
        let is_current =
            |version: &&Version| metadata.current == Some((*version.id.as_bytes()).into());
        if gone.is_empty() || gone.iter().any(is_current) {
            return Err(VaultError::Impossible);
        }
        let hash = hash_versions(kept.iter().map(|version| entry_of(version)));
        let mut draft = Draft::default();
        for version in gone {
            draft.push(Change::DropVersion {
                node,
                version: version.id,
            });
        }
        let change = |metadata: &mut Metadata| metadata.versions = Some(hash);
        self.edit_metadata(&mut draft, node, change, rng)?;
        self.commit(draft, now, rng)
    }

    /// A file as it was verified, and its folder.
    pub(super) fn file(&self, node: NodeId) -> Result<(NodeId, &Child), VaultError> {
        self.known(node)
            .ok()
            .filter(|(_, child)| child.leaf.kind == NodeKind::File)
            .ok_or(VaultError::NoSuchEntry)
    }
}

/// Compares all versions of a file with what its metadata binds.
///
/// # Errors
/// A finding: altered.
pub(super) fn verified(metadata: &Metadata, versions: &[Version]) -> Result<(), VaultError> {
    let distinct: HashSet<_> = versions.iter().map(|version| version.id).collect();
    let hash = hash_versions(versions.iter().map(entry_of));
    if distinct.len() == versions.len() && metadata.versions == Some(hash) {
        Ok(())
    } else {
        Err(VaultError::Finding(FindingKind::Altered))
    }
}

type VersionEntry = [u8; 80];

pub(super) fn version_entry(id: VersionId, record: &[u8], wrapped_key: &[u8]) -> VersionEntry {
    let mut entry = [0; 80];
    entry[..16].copy_from_slice(id.as_bytes());
    entry[16..48].copy_from_slice(&sha256(record));
    entry[48..].copy_from_slice(&sha256(wrapped_key));
    entry
}

pub(super) fn entry_of(version: &Version) -> VersionEntry {
    version_entry(version.id, &version.record.0, &version.wrapped_key.0)
}

/// What a file's metadata binds of its versions.
pub(super) fn hash_versions(entries: impl IntoIterator<Item = VersionEntry>) -> Hash {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_unstable();
    sha256(&[context::VERSIONS, &entries.concat()].concat()).into()
}
