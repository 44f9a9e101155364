//! New files, and new versions of files: planned, sealed part by part, committed.

use std::sync::Arc;

use crypto_core::{
    CryptoRng, content,
    content::{ContentCipher, Layout},
    context, envelope,
    keys::{self, ContentKey, NodeKey},
    record, sha256,
};
use protocol::{
    Change, CommitRequest, CreateChange, NewVersion, NodeId, NodeKind, UploadId, Version, VersionId,
};

use super::{
    thumbnail,
    versions::{entry_of, hash_versions, verified, version_entry},
};
use crate::{
    Vault, VaultError,
    account::random,
    names,
    records::{Metadata, Origin, Thumbnail, VersionRecord},
    tree::{Child, Draft, Leaf, Taken, kind_byte, seal_metadata},
};

/// Bytes that are about to be uploaded: a new file, or a new version of one.
pub struct UploadPlan {
    pub(super) folder: NodeId,
    pub(super) node: NodeId,
    pub(super) version: VersionId,
    pub(super) node_key: Arc<NodeKey>,
    /// Whether the file does not exist yet.
    pub(super) is_new: bool,
    pub(super) content_key: ContentKey,
    pub(super) cipher: ContentCipher,
    /// Where everything lies, but for a thumbnail after it.
    pub layout: Layout,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) modified: u64,
    /// Sealed.
    pub(super) thumbnail: Option<Vec<u8>>,
    /// Hashes of segments that may have been sent before: what is sealed again must equal them.
    pub(super) known: Vec<u8>,
    /// The next part to seal, and the hashes of the segments sealed so far.
    pub(super) next: u64,
    pub(super) hashes: Vec<u8>,
    /// Known once the content was sealed: the root of the segments, and what follows them.
    pub(super) segments: Option<[u8; 32]>,
    pub(super) tail: Option<Vec<u8>>,
}

impl UploadPlan {
    /// The name that was asked for; the commit numbers it if it is taken by then.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file: a new one, or the one that gets a new version.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The version, which also names this upload on the device.
    #[must_use]
    pub fn version(&self) -> VersionId {
        self.version
    }

    /// The folder that it was planned for.
    #[must_use]
    pub fn folder(&self) -> NodeId {
        self.folder
    }

    /// Whether the file does not exist yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// When the file was last changed, in milliseconds since 1970.
    #[must_use]
    pub fn modified(&self) -> u64 {
        self.modified
    }

    /// Length of all bytes that are stored.
    #[must_use]
    pub fn total_len(&self) -> u64 {
        self.layout.total_len() + self.thumbnail.as_ref().map_or(0, Vec::len) as u64
    }

    /// Hashes of segments that may have been sent before; empty unless the plan was opened
    /// again with [`Vault::reopen_upload`].
    #[must_use]
    pub fn known_hashes(&self) -> &[u8] {
        &self.known
    }

    /// Adds a picture of at most [`super::MAX_THUMBNAIL`] bytes, before anything is sealed.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if it is empty or longer, if there is one, or too late.
    pub fn add_thumbnail(
        &mut self,
        picture: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        if self.thumbnail.is_some() || self.next > 0 || self.segments.is_some() {
            return Err(VaultError::Impossible);
        }
        let sealed = thumbnail::seal(&self.content_key, &self.origin(), picture, rng)?;
        self.thumbnail = Some(sealed);
        Ok(())
    }

    /// Seals the next part of the content. `plain` is exactly the bytes of
    /// [`Layout::plain_range`]. The first part begins with the message's header.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] out of order, a second time, or for another length;
    /// [`VaultError::FileChanged`] if other bytes were sealed under the same nonces before: the
    /// plan is of no use any more.
    pub fn seal_part(&mut self, part: u64, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (from, to) = self.layout.plain_range(part);
        if part != self.next || part >= self.layout.parts() || plain.len() as u64 != to - from {
            return Err(VaultError::Impossible);
        }
        // Whatever happens from here on, the part is not sealed a second time.
        self.next += 1;
        let sealed = self
            .cipher
            .seal_part(&self.layout, part, plain, &mut self.hashes);
        let known = self.known.len().min(self.hashes.len());
        if self.hashes[..known] != self.known[..known] {
            self.next = self.layout.parts();
            self.hashes.clear();
            return Err(VaultError::FileChanged);
        }
        Ok(sealed)
    }

    /// What to append to the content that [`Self::seal_part`] sealed: the sealed segment list,
    /// if there is one, and the sealed thumbnail, if there is one.
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
    /// [`VaultError::Impossible`] if they are not 32 bytes a segment;
    /// [`VaultError::FileChanged`] if others were known.
    pub fn finish_sealed_elsewhere(
        &mut self,
        hashes: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, VaultError> {
        if hashes.len() as u64 != 32 * self.layout.segments() {
            return Err(VaultError::Impossible);
        }
        if !hashes.starts_with(&self.known) {
            return Err(VaultError::FileChanged);
        }
        let root = content::segments_root(hashes);
        if let Some(tail) = &self.tail {
            // It may have been sent, so that no other may be sealed.
            if self
                .segments
                .replace(root)
                .is_none_or(|sealed| sealed == root)
            {
                return Ok(tail.clone());
            }
            return Err(VaultError::FileChanged);
        }
        let context = context::segments(self.node.as_bytes(), self.version.as_bytes());
        let mut tail =
            content::seal_segments(&self.layout, &self.content_key, &context, hashes, rng);
        tail.extend(self.thumbnail.iter().flatten());
        self.segments = Some(root);
        self.known = hashes.to_vec();
        self.tail = Some(tail.clone());
        Ok(tail)
    }

    /// What seals the content outside of this module: its header, key and base nonce. Only one
    /// sealer may be made of it, for one reading of the file.
    #[must_use]
    pub fn export_for_subtle_crypto(&self) -> &ContentCipher {
        &self.cipher
    }

    fn origin(&self) -> Origin {
        Origin {
            node: (*self.node.as_bytes()).into(),
            version: (*self.version.as_bytes()).into(),
        }
    }

    /// The version as the commit brings it.
    fn new_version(
        &self,
        upload: UploadId,
        author: [u8; 32],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<NewVersion, VaultError> {
        let record = VersionRecord {
            version: record::VERSION,
            id: (*self.version.as_bytes()).into(),
            size: self.layout.size(),
            content_len: self.layout.content_len(),
            segments: self.segments.ok_or(VaultError::Impossible)?.into(),
            author: author.into(),
            time: now,
            origin: None,
            thumbnail: self.thumbnail.as_deref().map(Thumbnail::of),
        };
        Ok(seal_version(
            &self.node_key,
            self.node,
            self.version,
            &self.content_key,
            &record,
            Stored::Upload(upload, self.thumbnail.as_ref().map_or(0, Vec::len) as u64),
            rng,
        ))
    }
}

/// Where the stored bytes of a new version come from.
pub(super) enum Stored {
    /// An upload, at whose end so many bytes are the sealed thumbnail.
    Upload(UploadId, u64),
    /// Another version has the same.
    Copy(VersionId),
}

/// Wraps the content key and seals the record of a new version.
pub(super) fn seal_version(
    node_key: &NodeKey,
    node: NodeId,
    version: VersionId,
    content_key: &ContentKey,
    record: &VersionRecord,
    stored: Stored,
    rng: &mut impl CryptoRng,
) -> NewVersion {
    let (upload, copy_of, thumbnail) = match stored {
        Stored::Upload(upload, thumbnail) => (Some(upload), None, thumbnail),
        Stored::Copy(of) => (None, Some(of), 0),
    };
    let (id, version_id) = (node.as_bytes(), version.as_bytes());
    NewVersion {
        id: version,
        wrapped_key: keys::wrap(
            content_key,
            node_key,
            &context::content_key(id, version_id),
            rng,
        )
        .into(),
        record: envelope::seal(
            node_key,
            &context::version(id, version_id),
            &record::encode(record),
            rng,
        )
        .into(),
        upload,
        copy_of,
        thumbnail,
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
            folder,
            node,
            version,
            node_key: Arc::new(NodeKey::make(rng)),
            is_new: true,
            content_key,
            cipher,
            layout,
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            modified,
            thumbnail: None,
            known: Vec::new(),
            next: 0,
            hashes: Vec::new(),
            segments: None,
            tail: None,
        })
    }

    /// Plans the upload of a new version of a file; its name stays.
    ///
    /// # Errors
    /// As [`Vault::plan_upload`]; [`VaultError::NoSuchEntry`] if there is no such file.
    pub fn plan_version(
        &self,
        node: NodeId,
        media_type: &str,
        modified: u64,
        size: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<UploadPlan, VaultError> {
        let (folder, child) = self.file(node)?;
        let layout = Layout::new(size).ok_or(VaultError::Impossible)?;
        let version = VersionId::from_random(random(rng));
        let content_key = ContentKey::make(rng);
        let cipher = ContentCipher::make(&content_key, node.as_bytes(), version.as_bytes(), rng);
        Ok(UploadPlan {
            folder,
            node,
            version,
            node_key: child.key.clone(),
            is_new: false,
            content_key,
            cipher,
            layout,
            name: child.metadata.name.clone(),
            media_type: media_type.to_owned(),
            modified,
            thumbnail: None,
            known: Vec::new(),
            next: 0,
            hashes: Vec::new(),
            segments: None,
            tail: None,
        })
    }

    /// The commit that puts uploaded files into a folder. The plans serve again should the
    /// head have moved on.
    ///
    /// # Errors
    /// As [`Vault::rename`]; [`VaultError::Impossible`] for a plan that is not finished, or of a
    /// file that exists.
    pub fn commit_uploads(
        &mut self,
        folder: NodeId,
        uploads: &[(&UploadPlan, UploadId)],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let uploads: Vec<_> = uploads
            .iter()
            .map(|(plan, upload)| (folder, *plan, *upload))
            .collect();
        self.commit_uploads_into(&uploads, now, rng)
    }

    /// As [`Vault::commit_uploads`], into several folders.
    ///
    /// # Errors
    /// As [`Vault::commit_uploads`].
    pub fn commit_uploads_into(
        &mut self,
        uploads: &[(NodeId, &UploadPlan, UploadId)],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut taken = Taken::default();
        let mut draft = Draft::default();
        for (folder, plan, upload) in uploads {
            let name = taken.give(self, *folder, &plan.name)?;
            let (change, child) = self.create_file(*folder, plan, *upload, name, now, rng)?;
            draft.put(*folder, plan.node, Some(child));
            draft.push(Change::Create(change));
        }
        self.commit(draft, now, rng)
    }

    /// The commit that puts an uploaded version on top of what `GET /files/{id}` says of the
    /// file, all of its versions. With `base` only if that is the current one.
    ///
    /// # Errors
    /// As [`Vault::commit_uploads`]; [`VaultError::ChangedSince`] if another version than `base`
    /// is current; a finding about the versions.
    pub fn commit_version(
        &mut self,
        (plan, upload): (&UploadPlan, UploadId),
        versions: &[Version],
        base: Option<VersionId>,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        if plan.is_new {
            return Err(VaultError::Impossible);
        }
        let metadata = &self.file(plan.node)?.1.metadata;
        if base.is_some_and(|base| metadata.current != Some((*base.as_bytes()).into())) {
            return Err(VaultError::ChangedSince);
        }
        verified(metadata, versions)?;
        let version = plan.new_version(upload, self.author.identity, now, rng)?;
        let hash = hash_versions(versions.iter().map(entry_of).chain([version_entry(
            version.id,
            &version.record.0,
            &version.wrapped_key.0,
        )]));
        let mut draft = Draft::default();
        draft.push(Change::Version {
            node: plan.node,
            version,
        });
        let change = |metadata: &mut Metadata| {
            metadata.current = Some((*plan.version.as_bytes()).into());
            metadata.versions = Some(hash);
            metadata.size = plan.layout.size();
            metadata.modified = plan.modified;
            metadata.media_type.clone_from(&plan.media_type);
        };
        self.edit_metadata(&mut draft, plan.node, change, rng)?;
        self.commit(draft, now, rng)
    }

    /// Whether a plan's commit has happened, as far as its folder was verified: a device that
    /// went away before the answer finds out with this.
    #[must_use]
    pub fn has_upload(&self, plan: &UploadPlan) -> bool {
        self.tree.find(plan.node).is_some_and(|(_, child)| {
            plan.is_new || child.metadata.current == Some((*plan.version.as_bytes()).into())
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
        if !plan.is_new {
            return Err(VaultError::Impossible);
        }
        let version = plan.new_version(upload, self.author.identity, now, rng)?;
        let metadata = Metadata {
            version: record::VERSION,
            name,
            media_type: plan.media_type.clone(),
            size: plan.layout.size(),
            modified: plan.modified,
            trashed: None,
            current: Some((*plan.version.as_bytes()).into()),
            versions: None,
            tags: None,
            description: None,
            category: None,
            starred: None,
        };
        self.create_with(folder, plan.node, &plan.node_key, version, metadata, rng)
    }

    /// A new file in a folder, with its first version.
    pub(super) fn create_with(
        &self,
        folder: NodeId,
        node: NodeId,
        node_key: &Arc<NodeKey>,
        version: NewVersion,
        mut metadata: Metadata,
        rng: &mut impl CryptoRng,
    ) -> Result<(CreateChange, Child), VaultError> {
        let entry = version_entry(version.id, &version.record.0, &version.wrapped_key.0);
        metadata.versions = Some(hash_versions([entry]));
        let sealed = seal_metadata(node_key, node, 1, &metadata, rng);
        let (parent_key, parent_epoch) = self.key_of(folder)?;
        let context = context::node_key(
            self.root().as_bytes(),
            folder.as_bytes(),
            parent_epoch,
            node.as_bytes(),
            kind_byte(NodeKind::File),
            1,
        );
        let wrapped_key = keys::wrap(&**node_key, &*parent_key, &context, rng);
        let leaf = Leaf {
            kind: NodeKind::File,
            epoch: 1,
            wrapped_key: sha256(&wrapped_key),
            metadata: (1, sha256(&sealed.sealed.0)),
        };
        let change = CreateChange {
            id: node,
            parent: folder,
            kind: NodeKind::File,
            wrapped_key: wrapped_key.into(),
            metadata: sealed,
            version: Some(version),
        };
        Ok((
            change,
            Child {
                key: node_key.clone(),
                leaf,
                metadata,
            },
        ))
    }
}
