use crypto_core::{
    OpenError,
    content::{self, ContentCipher, Layout},
    context, envelope,
    keys::ContentKey,
    vectors,
};
use serde::{Deserialize, Serialize};

use crate::{Bytes, Outcome, bytes::fixed, case::reason};

/// A stored file and what its version record says of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The version's content key.
    #[serde(with = "fixed")]
    pub key: [u8; 32],
    /// The file's id.
    #[serde(with = "fixed")]
    pub node: [u8; 16],
    /// The version's id.
    #[serde(with = "fixed")]
    pub version: [u8; 16],
    /// The file's true length.
    pub size: u64,
    /// SHA-256 of its segment list.
    #[serde(with = "fixed")]
    pub root: [u8; 32],
    /// The sealed content, part after part.
    pub parts: Vec<Bytes>,
    /// The sealed segment list; empty if there is one segment only.
    pub segments: Bytes,
}

impl Content {
    /// Opens the file, part after part.
    pub(crate) fn open(&self) -> Outcome {
        let (hashes, cipher) = self.prepare()?;
        let layout = self.layout()?;
        let mut plain = Vec::new();
        for part in 0..layout.parts() {
            let sealed = usize::try_from(part)
                .ok()
                .and_then(|part| self.parts.get(part))
                .ok_or_else(|| reason(OpenError::Truncated))?;
            let opened = cipher
                .open_part(&layout, part, sealed.as_slice(), &hashes, &self.root)
                .map_err(reason)?;
            plain.extend_from_slice(&opened);
        }
        Ok(plain)
    }

    /// What comes before the content: opens the segment list, which is empty if there is
    /// one segment only, and the header.
    pub(crate) fn prepare(&self) -> Result<(Vec<u8>, ContentCipher), String> {
        let layout = self.layout()?;
        let key: ContentKey = vectors::key(self.key);
        let mut hashes = Vec::new();
        if layout.segments() > 1 {
            let context = context::segments(&self.node, &self.version);
            let sealed = self.segments.as_slice();
            let opened = content::open_segments(&layout, &key, &context, sealed, &self.root);
            hashes.extend_from_slice(&opened.map_err(reason)?);
        }
        let header = self
            .parts
            .first()
            .and_then(|part| part.as_slice().get(..envelope::HEADER))
            .ok_or_else(|| reason(OpenError::Truncated))?;
        let cipher = ContentCipher::open(&key, &self.node, &self.version, header);
        Ok((hashes, cipher.map_err(reason)?))
    }

    fn layout(&self) -> Result<Layout, String> {
        Layout::new(self.size).ok_or_else(|| "too-long".to_owned())
    }
}
