//! Transfers: what to seal and send, what to fetch and check.
//!
//! The bytes themselves pass by the vault: it hands out the keys of one version's content
//! and the hashes to compare with, and takes the segment hashes of what was sealed.

use std::sync::Arc;

use crypto_core::{
    CryptoRng, content,
    content::{ContentCipher, Layout},
    context, envelope,
    keys::{self, ContentKey, NodeKey},
    record, sha256,
};
use protocol::{
    Change, CommitRequest, CreateChange, FileDetails, NewVersion, NodeId, NodeKind, UploadId,
    Version, VersionId,
};
use zeroize::Zeroizing;

use crate::{
    Vault, VaultError,
    account::random,
    findings::FindingKind,
    names,
    records::{Hash, Metadata, VersionRecord},
    tree::{Child, Draft, Leaf, Taken, kind_byte, seal_metadata},
};

/// A file that is about to be uploaded.
pub struct UploadPlan {
    node: NodeId,
    version: VersionId,
    node_key: Arc<NodeKey>,
    content_key: ContentKey,
    cipher: ContentCipher,
    /// Where everything lies.
    pub layout: Layout,
    name: String,
    media_type: String,
    modified: u64,
    /// The next part to seal, and the hashes of the segments sealed so far.
    next: u64,
    hashes: Vec<u8>,
    /// Known once the content was sealed.
    segments: Option<[u8; 32]>,
}

impl UploadPlan {
    /// The name that was asked for; the commit numbers it if it is taken by then.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seals the next part of the content. `plain` is exactly the bytes of
    /// [`Layout::plain_range`]. The first part begins with the message's header.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] out of order, a second time, or for another length: the same
    /// nonces never serve for different bytes.
    pub fn seal_part(&mut self, part: u64, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (from, to) = self.layout.plain_range(part);
        if part != self.next || part >= self.layout.parts() || plain.len() as u64 != to - from {
            return Err(VaultError::Impossible);
        }
        self.next += 1;
        Ok(self
            .cipher
            .seal_part(&self.layout, part, plain, &mut self.hashes))
    }

    /// What to append to the content that [`Self::seal_part`] sealed: the sealed segment list,
    /// or nothing.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] before the last part.
    pub fn finish(&mut self, rng: &mut impl CryptoRng) -> Result<Vec<u8>, VaultError> {
        let hashes = std::mem::take(&mut self.hashes);
        self.finish_sealed_elsewhere(&hashes, rng)
    }

    /// As [`Self::finish`], for content that `SubtleCrypto` sealed with what
    /// [`Self::export_for_subtle_crypto`] gave: `hashes` is SHA-256 of each segment.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if they are not 32 bytes a segment.
    pub fn finish_sealed_elsewhere(
        &mut self,
        hashes: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, VaultError> {
        if hashes.len() as u64 != 32 * self.layout.segments() {
            return Err(VaultError::Impossible);
        }
        self.segments = Some(content::segments_root(hashes));
        let context = context::segments(self.node.as_bytes(), self.version.as_bytes());
        Ok(content::seal_segments(
            &self.layout,
            &self.content_key,
            &context,
            hashes,
            rng,
        ))
    }

    /// What seals the content outside of this module: its header, key and base nonce. Only one
    /// sealer may be made of it, for one reading of the file.
    #[must_use]
    pub fn export_for_subtle_crypto(&self) -> &ContentCipher {
        &self.cipher
    }
}

/// A file that is about to be downloaded.
pub struct DownloadPlan {
    node: NodeId,
    version: VersionId,
    content_key: ContentKey,
    /// Where everything lies.
    pub layout: Layout,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// SHA-256 over the segment hashes.
    pub root: [u8; 32],
}

impl DownloadPlan {
    /// The version's id, which names its content on the server.
    #[must_use]
    pub fn version(&self) -> VersionId {
        self.version
    }

    /// Compares the length that the server announces with the one that was sealed.
    ///
    /// # Errors
    /// A finding: truncated, or trailing data.
    pub fn check_total(&self, announced: u64) -> Result<(), VaultError> {
        match announced.cmp(&self.layout.total_len()) {
            std::cmp::Ordering::Less => Err(VaultError::Finding(FindingKind::Truncated)),
            std::cmp::Ordering::Greater => Err(VaultError::Finding(FindingKind::TrailingData)),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }

    /// Checks the content's first bytes and gives what opens the rest.
    ///
    /// # Errors
    /// A finding: it is another version's, or altered.
    pub fn open_header(&self, header: &[u8]) -> Result<ContentCipher, VaultError> {
        let cipher = ContentCipher::open(
            &self.content_key,
            self.node.as_bytes(),
            self.version.as_bytes(),
            header,
        )?;
        Ok(cipher)
    }

    /// Opens what stands after the content: the hashes of all segments.
    ///
    /// # Errors
    /// A finding.
    pub fn open_segments(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let context = context::segments(self.node.as_bytes(), self.version.as_bytes());
        Ok(content::open_segments(
            &self.layout,
            &self.content_key,
            &context,
            sealed,
            &self.root,
        )?)
    }
}

impl Vault {
    /// Plans the upload of a new file of `size` bytes; `modified` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`VaultError::InvalidName`], [`VaultError::FolderNotVerified`], or
    /// [`VaultError::Impossible`] past 1 PiB.
    pub fn plan_upload(
        &self,
        folder: NodeId,
        name: &str,
        media_type: &str,
        modified: u64,
        size: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<UploadPlan, VaultError> {
        names::check(name)?;
        self.key_of(folder)?;
        let layout = Layout::new(size).ok_or(VaultError::Impossible)?;
        let node = NodeId::from_random(random(rng));
        let version = VersionId::from_random(random(rng));
        let content_key = ContentKey::make(rng);
        let cipher = ContentCipher::make(&content_key, node.as_bytes(), version.as_bytes(), rng);
        Ok(UploadPlan {
            node,
            version,
            node_key: Arc::new(NodeKey::make(rng)),
            content_key,
            cipher,
            layout,
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            modified,
            next: 0,
            hashes: Vec::new(),
            segments: None,
        })
    }

    /// The commit that puts uploaded files into a folder. The plans serve again should the
    /// head have moved on.
    ///
    /// # Errors
    /// As [`Vault::rename`]; [`VaultError::Impossible`] for a plan that is not finished.
    pub fn commit_uploads(
        &mut self,
        folder: NodeId,
        uploads: &[(&UploadPlan, UploadId)],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut taken = Taken::default();
        let mut draft = Draft::default();
        for (plan, upload) in uploads {
            let name = taken.give(self, folder, &plan.name)?;
            let (change, child) = self.create_file(folder, plan, *upload, name, now, rng)?;
            draft.put(folder, plan.node, Some(child));
            draft.push(Change::Create(change));
        }
        self.commit(draft, now, rng)
    }

    /// Plans the download of a file's current version from what `GET /files/{id}` says.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`], or a finding about the file.
    pub fn plan_download(
        &self,
        node: NodeId,
        details: &FileDetails,
    ) -> Result<DownloadPlan, VaultError> {
        let (_, child) = self.known(node)?;
        let current = child.metadata.current.ok_or(VaultError::NoSuchEntry)?;
        let version = details
            .versions
            .iter()
            .find(|version| *version.id.as_bytes() == *current)
            .ok_or(VaultError::Finding(FindingKind::Missing))?;
        let (id, version_id) = (node.as_bytes(), version.id.as_bytes());
        let content_key: ContentKey = keys::unwrap(
            &version.wrapped_key.0,
            &*child.key,
            &context::content_key(id, version_id),
        )?;
        let opened = envelope::open(
            &*child.key,
            &context::version(id, version_id),
            &version.record.0,
        )?;
        let record: VersionRecord = record::parse(&opened)?;
        let layout = Layout::new(record.size).ok_or(VaultError::Finding(FindingKind::Altered))?;
        let consistent = child
            .metadata
            .versions
            .is_some_and(|hash| *hash == *versions_hash(details.versions.iter()))
            && *record.id == *version_id
            && record.size == child.metadata.size
            && record.content_len == layout.content_len();
        if !consistent {
            return Err(VaultError::Finding(FindingKind::Altered));
        }
        Ok(DownloadPlan {
            node,
            version: version.id,
            content_key,
            layout,
            name: child.metadata.name.clone(),
            media_type: child.metadata.media_type.clone(),
            root: *record.segments,
        })
    }

    fn create_file(
        &self,
        folder: NodeId,
        plan: &UploadPlan,
        upload: UploadId,
        name: String,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(CreateChange, Child), VaultError> {
        let segments = plan.segments.ok_or(VaultError::Impossible)?;
        let (id, version) = (plan.node.as_bytes(), plan.version.as_bytes());
        let record = VersionRecord {
            version: record::VERSION,
            id: (*version).into(),
            size: plan.layout.size(),
            content_len: plan.layout.content_len(),
            segments: segments.into(),
            author: self.author.identity.into(),
            time: now,
        };
        let new_version = NewVersion {
            id: plan.version,
            wrapped_key: keys::wrap(
                &plan.content_key,
                &*plan.node_key,
                &context::content_key(id, version),
                rng,
            )
            .into(),
            record: envelope::seal(
                &*plan.node_key,
                &context::version(id, version),
                &record::encode(&record),
                rng,
            )
            .into(),
            upload: Some(upload),
            copy_of: None,
            thumbnail: 0,
        };
        let versions = version_entry(
            plan.version,
            &new_version.record.0,
            &new_version.wrapped_key.0,
        );
        let metadata = Metadata {
            version: record::VERSION,
            name,
            media_type: plan.media_type.clone(),
            size: plan.layout.size(),
            modified: plan.modified,
            trashed: None,
            current: Some((*version).into()),
            versions: Some(hash_versions([versions])),
            tags: None,
            description: None,
            category: None,
            starred: None,
        };
        let sealed = seal_metadata(&plan.node_key, plan.node, 1, &metadata, rng);
        let (parent_key, parent_epoch) = self.key_of(folder)?;
        let context = context::node_key(
            self.root().as_bytes(),
            folder.as_bytes(),
            parent_epoch,
            id,
            kind_byte(NodeKind::File),
            1,
        );
        let wrapped_key = keys::wrap(&*plan.node_key, &*parent_key, &context, rng);
        let leaf = Leaf {
            kind: NodeKind::File,
            epoch: 1,
            wrapped_key: sha256(&wrapped_key),
            metadata: (1, sha256(&sealed.sealed.0)),
        };
        let change = CreateChange {
            id: plan.node,
            parent: folder,
            kind: NodeKind::File,
            wrapped_key: wrapped_key.into(),
            metadata: sealed,
            version: Some(new_version),
        };
        Ok((
            change,
            Child {
                key: plan.node_key.clone(),
                leaf,
                metadata,
            },
        ))
    }
}

/// The hash over all versions of a file: what its metadata binds.
fn versions_hash<'a>(versions: impl Iterator<Item = &'a Version>) -> Hash {
    hash_versions(
        versions
            .map(|version| version_entry(version.id, &version.record.0, &version.wrapped_key.0)),
    )
}

type VersionEntry = [u8; 80];

fn version_entry(id: VersionId, record: &[u8], wrapped_key: &[u8]) -> VersionEntry {
    let mut entry = [0; 80];
    entry[..16].copy_from_slice(id.as_bytes());
    entry[16..48].copy_from_slice(&sha256(record));
    entry[48..].copy_from_slice(&sha256(wrapped_key));
    entry
}

fn hash_versions(entries: impl IntoIterator<Item = VersionEntry>) -> Hash {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_unstable();
    sha256(&[context::VERSIONS, &entries.concat()].concat()).into()
}
