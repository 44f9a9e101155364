//! Thumbnails: made and sealed on the device, stored after the content, bound by the version
//! record.

use crypto_core::{
    CryptoRng, context, envelope,
    keys::ContentKey,
    padding::{self, THUMBNAIL_STEP},
    sha256,
};
use zeroize::Zeroizing;

use crate::{
    VaultError,
    findings::FindingKind,
    records::{Origin, Thumbnail},
};

/// Most bytes of a picture before it is padded and sealed: what a server stores as a
/// thumbnail, less the envelope, in whole steps.
pub const MAX_THUMBNAIL: usize = 63 * THUMBNAIL_STEP - 4;

/// Seals a picture of at most [`MAX_THUMBNAIL`] bytes.
///
/// # Errors
/// [`VaultError::Impossible`] if it is empty or longer.
pub(super) fn seal(
    key: &ContentKey,
    of: &Origin,
    picture: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, VaultError> {
    if picture.is_empty() || picture.len() > MAX_THUMBNAIL {
        return Err(VaultError::Impossible);
    }
    let padded = padding::pad_to(picture, THUMBNAIL_STEP);
    Ok(envelope::seal(key, &context(of), &padded, rng))
}

/// Opens what the server has as the thumbnail of a version.
///
/// # Errors
/// A finding: truncated, trailing data, altered.
pub(super) fn open(
    key: &ContentKey,
    of: &Origin,
    expected: &Thumbnail,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    match (sealed.len() as u64).cmp(&expected.length) {
        std::cmp::Ordering::Less => return Err(VaultError::Finding(FindingKind::Truncated)),
        std::cmp::Ordering::Greater => return Err(VaultError::Finding(FindingKind::TrailingData)),
        std::cmp::Ordering::Equal => {}
    }
    if sha256(sealed) != *expected.hash {
        return Err(VaultError::Finding(FindingKind::Altered));
    }
    let padded = envelope::open(key, &context(of), sealed)?;
    Ok(Zeroizing::new(
        padding::unpad_from(&padded, THUMBNAIL_STEP)?.to_vec(),
    ))
}

fn context(of: &Origin) -> context::Context {
    context::thumbnail(&of.node, &of.version)
}

impl Thumbnail {
    pub(super) fn of(sealed: &[u8]) -> Self {
        Self {
            length: sealed.len() as u64,
            hash: sha256(sealed).into(),
        }
    }
}
