//! Downloads: which bytes of a version to fetch, and what they must be.

use crypto_core::{
    content,
    content::{ContentCipher, Layout},
    context,
    keys::ContentKey,
};
use protocol::{NodeId, Version, VersionId};
use zeroize::Zeroizing;

use super::{thumbnail, versions::OpenedVersion};
use crate::{
    Vault, VaultError,
    findings::FindingKind,
    records::{Origin, Thumbnail},
};

/// One version of a file that is about to be read.
pub struct DownloadPlan {
    version: VersionId,
    /// What the content is bound to: the file and version that it was sealed for.
    origin: Origin,
    content_key: ContentKey,
    thumbnail: Option<Thumbnail>,
    /// Where everything lies, but for a thumbnail after it.
    pub layout: Layout,
    /// The file's name.
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

    /// Length of all bytes that are stored: content, segment list and thumbnail.
    #[must_use]
    pub fn total_len(&self) -> u64 {
        self.layout.total_len() + self.thumbnail.as_ref().map_or(0, |it| it.length)
    }

    /// Whether there is a thumbnail.
    #[must_use]
    pub fn has_thumbnail(&self) -> bool {
        self.thumbnail.is_some()
    }

    /// Compares the length that the server announces with the one that was sealed.
    ///
    /// # Errors
    /// A finding: truncated, or trailing data.
    pub fn check_total(&self, announced: u64) -> Result<(), VaultError> {
        match announced.cmp(&self.total_len()) {
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
            &self.origin.node,
            &self.origin.version,
            header,
        )?;
        Ok(cipher)
    }

    /// Opens what stands between the content and a thumbnail: the hashes of all segments.
    ///
    /// # Errors
    /// A finding.
    pub fn open_segments(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let context = context::segments(&self.origin.node, &self.origin.version);
        Ok(content::open_segments(
            &self.layout,
            &self.content_key,
            &context,
            sealed,
            &self.root,
        )?)
    }

    /// Opens what `GET /files/{id}/thumbnail` answers: a picture.
    ///
    /// # Errors
    /// A finding; [`VaultError::NoSuchEntry`] if the version has none.
    pub fn open_thumbnail(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let expected = self.thumbnail.as_ref().ok_or(VaultError::NoSuchEntry)?;
        thumbnail::open(&self.content_key, &self.origin, expected, sealed)
    }
}

impl Vault {
    /// Plans the download of a file's current version from what `GET /files/{id}` says, all of
    /// its versions.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`], or a finding about the file.
    pub fn plan_download(
        &self,
        node: NodeId,
        versions: &[Version],
    ) -> Result<DownloadPlan, VaultError> {
        self.plan(node, None, versions)
    }

    /// As [`Vault::plan_download`], of a given version.
    ///
    /// # Errors
    /// As [`Vault::plan_download`].
    pub fn plan_download_of(
        &self,
        node: NodeId,
        version: VersionId,
        versions: &[Version],
    ) -> Result<DownloadPlan, VaultError> {
        self.plan(node, Some(version), versions)
    }

    fn plan(
        &self,
        node: NodeId,
        version: Option<VersionId>,
        versions: &[Version],
    ) -> Result<DownloadPlan, VaultError> {
        let (_, child) = self.file(node)?;
        let opened = OpenedVersion::open(node, child, version, versions)?;
        Ok(DownloadPlan {
            version: opened.id,
            origin: opened.origin(node),
            thumbnail: opened.record.thumbnail,
            content_key: opened.content_key,
            layout: opened.layout,
            name: child.metadata.name.clone(),
            media_type: child.metadata.media_type.clone(),
            root: *opened.record.segments,
        })
    }
}
