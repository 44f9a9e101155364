//! File content: one Cobblestone-256 message of the padded bytes, cut into segments that
//! are hashed, so that it is checked as it streams and can be read from any place.
//!
//! * chunk: 16 KiB of plaintext, 16 bytes more when sealed; the last one is short.
//! * segment: 32 chunks of ciphertext, the header counted into the first; its SHA-256 is
//!   in the version's segment list.
//! * part: 16 segments (8 MiB of plaintext), the unit in which clients work.
//!
//! What is stored is the content and, if it has more than one segment, the sealed segment
//! list after it. The segment list alone makes content authentic towards those who hold
//! the content key; its hash stands in the version record.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    OpenError,
    context::{self, Context},
    envelope::{self, HEADER},
    hazmat::{CHUNK, ChunkCipher, ENCRYPTED_CHUNK, MessageKeys, TAG},
    keys::ContentKey,
    padding::padme,
};

/// Plaintext bytes of a full part.
pub const PART: u64 = PART_CHUNKS * CHUNK_U64;
/// Plaintext bytes of a full segment, the smallest piece that can be checked and opened.
pub const SEGMENT_PLAIN: u64 = SEGMENT_CHUNKS * CHUNK_U64;
/// The longest file, so that padding cannot overflow the format's limits: 1 PiB.
pub const MAX_SIZE: u64 = 1 << 50;

const CHUNK_U64: u64 = CHUNK as u64;
const SEGMENT_CHUNKS: u64 = 32;
const PART_CHUNKS: u64 = 16 * SEGMENT_CHUNKS;
const SEGMENT: usize = SEGMENT_CHUNKS as usize * ENCRYPTED_CHUNK;

/// Where everything lies in the stored bytes of a file of a given length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    padded: u64,
}

impl Layout {
    /// The layout of a file of `size` bytes; `None` past [`MAX_SIZE`].
    #[must_use]
    pub fn new(size: u64) -> Option<Self> {
        (size <= MAX_SIZE).then(|| Self {
            size,
            padded: padme(size),
        })
    }

    /// The file's true length.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    fn chunks(&self) -> u64 {
        self.padded / CHUNK_U64 + 1
    }

    /// How many segments there are, at least 1.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.chunks().div_ceil(SEGMENT_CHUNKS)
    }

    /// How many parts there are, at least 1.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.chunks().div_ceil(PART_CHUNKS)
    }

    /// Length of the sealed content, header included.
    #[must_use]
    pub fn content_len(&self) -> u64 {
        envelope::sealed_len(self.padded)
    }

    /// Length of all stored bytes: the content, and the segment list if there is one.
    #[must_use]
    pub fn total_len(&self) -> u64 {
        self.content_len()
            + if self.segments() > 1 {
                envelope::sealed_len(32 * self.segments())
            } else {
                0
            }
    }

    /// Which bytes of the file go into part `part`: `start..end`, possibly empty.
    #[must_use]
    pub fn plain_range(&self, part: u64) -> (u64, u64) {
        (
            (part * PART).min(self.size),
            ((part + 1) * PART).min(self.size),
        )
    }

    /// Which bytes of the content part `part` is: `start..end`.
    #[must_use]
    pub fn sealed_range(&self, part: u64) -> (u64, u64) {
        let at = |chunk: u64| HEADER as u64 + chunk * ENCRYPTED_CHUNK as u64;
        let start = if part == 0 { 0 } else { at(part * PART_CHUNKS) };
        (start, at((part + 1) * PART_CHUNKS).min(self.content_len()))
    }

    /// Padded plaintext bytes of part `part`.
    #[must_use]
    pub fn padded_len(&self, part: u64) -> usize {
        let length = self.padded.saturating_sub(part * PART).min(PART);
        usize::try_from(length).expect("a part is 8 MiB at most")
    }

    /// The index of the first chunk of part `part`.
    #[must_use]
    pub fn first_chunk(&self, part: u64) -> u64 {
        part * PART_CHUNKS
    }

    /// Where, in the ciphertext of a part that is `length` bytes long, its segments end.
    pub fn segment_ends(
        &self,
        part: u64,
        length: usize,
    ) -> impl Iterator<Item = usize> + Clone + use<> {
        let first = if part == 0 { HEADER + SEGMENT } else { SEGMENT };
        let more = length.saturating_sub(first).div_ceil(SEGMENT);
        (0..=more).map(move |index| (first + index * SEGMENT).min(length))
    }

    /// Splits the ciphertext of a part into its segments.
    pub fn split<'a>(
        &self,
        part: u64,
        sealed: &'a [u8],
    ) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut start = 0;
        self.segment_ends(part, sealed.len())
            .map(move |end| &sealed[std::mem::replace(&mut start, end)..end])
    }

    /// Which bytes of the content `count` segments from `first` on are: `start..end`.
    #[must_use]
    pub fn segments_range(&self, first: u64, count: u64) -> (u64, u64) {
        let at = |chunk: u64| HEADER as u64 + chunk * ENCRYPTED_CHUNK as u64;
        let start = if first == 0 {
            0
        } else {
            at(first * SEGMENT_CHUNKS)
        };
        (
            start,
            at((first + count) * SEGMENT_CHUNKS).min(self.content_len()),
        )
    }

    /// Which bytes of the file, without the padding, are in `count` segments from `first` on:
    /// `start..end`, possibly empty.
    #[must_use]
    pub fn segments_plain(&self, first: u64, count: u64) -> (u64, u64) {
        (
            (first * SEGMENT_PLAIN).min(self.size),
            ((first + count) * SEGMENT_PLAIN).min(self.size),
        )
    }

    /// The index of the first chunk of segment `segment`.
    #[must_use]
    pub fn first_chunk_of_segment(&self, segment: u64) -> u64 {
        segment * SEGMENT_CHUNKS
    }

    /// Where, among all segment hashes, those of part `part` stand: `start..end`.
    #[must_use]
    pub fn hash_range(&self, part: u64) -> (u64, u64) {
        let per_part = PART_CHUNKS / SEGMENT_CHUNKS;
        (
            part * per_part,
            ((part + 1) * per_part).min(self.segments()),
        )
    }
}

/// The hash of a segment list: what stands in the version record. `hashes` is all segment
/// hashes one after the other.
#[must_use]
pub fn segments_root(hashes: &[u8]) -> [u8; 32] {
    crate::sha256(hashes)
}

/// Seals a segment list; empty when there is one segment only, since the root says it all.
pub fn seal_segments(
    layout: &Layout,
    key: &ContentKey,
    context: &Context,
    hashes: &[u8],
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    if layout.segments() == 1 {
        Vec::new()
    } else {
        envelope::seal(key, context, hashes, rng)
    }
}

/// Opens a segment list and compares it with the root.
///
/// # Errors
/// As [`envelope::open`]; [`OpenError::Altered`] if it is not the list that the version
/// record names.
pub fn open_segments(
    layout: &Layout,
    key: &ContentKey,
    context: &Context,
    sealed: &[u8],
    root: &[u8; 32],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let expected = layout.total_len() - layout.content_len();
    match (sealed.len() as u64).cmp(&expected) {
        std::cmp::Ordering::Less => return Err(OpenError::Truncated),
        std::cmp::Ordering::Greater => return Err(OpenError::TrailingData),
        std::cmp::Ordering::Equal => {}
    }
    let hashes = envelope::open(key, context, sealed)?;
    if segments_root(&hashes) == *root {
        Ok(hashes)
    } else {
        Err(OpenError::Altered)
    }
}

/// Checks one segment against its expected hash. With a single segment the list is that
/// one hash, so `hashes` may be empty and the root decides.
///
/// # Errors
/// [`OpenError::Altered`].
pub fn check_segment(
    hash: &[u8; 32],
    index: u64,
    hashes: &[u8],
    root: &[u8; 32],
) -> Result<(), OpenError> {
    let matches = if hashes.is_empty() {
        index == 0 && segments_root(hash) == *root
    } else {
        let at = usize::try_from(index)
            .ok()
            .and_then(|index| index.checked_mul(32));
        at.and_then(|at| hashes.get(at..at + 32)) == Some(&hash[..])
    };
    if matches {
        Ok(())
    } else {
        Err(OpenError::Altered)
    }
}

/// The keys of one version's content message.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentCipher {
    header: [u8; HEADER],
    keys: MessageKeys,
}

impl ContentCipher {
    /// For new content, with a random salt.
    pub fn make(
        key: &ContentKey,
        node: &[u8; 16],
        version: &[u8; 16],
        rng: &mut impl CryptoRng,
    ) -> Self {
        let (header, keys) = envelope::start(key, &context::content(node, version), rng);
        Self { header, keys }
    }

    /// For content that begins with `header`.
    ///
    /// # Errors
    /// [`OpenError::Truncated`] if it is not [`HEADER`] bytes long,
    /// [`OpenError::DoesNotBelongHere`] if it is another version's.
    pub fn open(
        key: &ContentKey,
        node: &[u8; 16],
        version: &[u8; 16],
        header: &[u8],
    ) -> Result<Self, OpenError> {
        let header: [u8; HEADER] = header.try_into().map_err(|_| OpenError::Truncated)?;
        let keys = envelope::check(key, &context::content(node, version), &header)?;
        Ok(Self { header, keys })
    }

    /// The message's first bytes.
    #[must_use]
    pub fn header(&self) -> &[u8; HEADER] {
        &self.header
    }

    /// The AES-256 key of this one message, for SubtleCrypto, which seals bulk content seven
    /// times faster than WASM does. It opens this version's content and nothing else.
    #[must_use]
    pub fn export_for_subtle_crypto(&self) -> &[u8; 32] {
        &self.keys.aead_key
    }

    /// The nonce into whose last five bytes a chunk's index is XORed.
    #[must_use]
    pub fn base_nonce(&self) -> &[u8; 12] {
        &self.keys.base_nonce
    }

    /// Seals part `part` (the header comes first in part 0) and appends its segments' hashes
    /// to `hashes`. `plain` is exactly the bytes of [`Layout::plain_range`].
    ///
    /// # Panics
    /// If `plain` has another length. Who calls must not seal a part twice with different
    /// bytes: it would be under the same nonces.
    #[must_use]
    pub fn seal_part(
        &self,
        layout: &Layout,
        part: u64,
        plain: &[u8],
        hashes: &mut Vec<u8>,
    ) -> Vec<u8> {
        let (start, end) = layout.plain_range(part);
        assert_eq!(plain.len() as u64, end - start, "a part is sealed whole");
        let mut padded = Zeroizing::new(plain.to_vec());
        padded.resize(layout.padded_len(part), 0);
        let cipher = ChunkCipher::new(&self.keys);
        let (from, to) = layout.sealed_range(part);
        let mut out =
            Vec::with_capacity(usize::try_from(to - from).expect("a part is about 8 MiB"));
        if part == 0 {
            out.extend_from_slice(&self.header);
        }
        let mut index = layout.first_chunk(part);
        let (full, last) = padded.split_at(padded.len() / CHUNK * CHUNK);
        for chunk in full.chunks_exact(CHUNK) {
            cipher.seal(index, chunk, &mut out);
            index += 1;
        }
        if part + 1 == layout.parts() {
            cipher.seal(index, last, &mut out);
        }
        for segment in layout.split(part, &out) {
            hashes.extend_from_slice(&Sha256::digest(segment));
        }
        out
    }

    /// Checks and opens part `part`, the padding taken off. `sealed` is exactly the bytes of
    /// [`Layout::sealed_range`].
    ///
    /// # Errors
    /// [`OpenError::Truncated`], [`OpenError::TrailingData`] by length,
    /// [`OpenError::DoesNotBelongHere`] for another header, [`OpenError::Altered`] by hash or
    /// tag. Nothing of the part is released then.
    pub fn open_part(
        &self,
        layout: &Layout,
        part: u64,
        sealed: &[u8],
        hashes: &[u8],
        root: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (start, end) = layout.sealed_range(part);
        match (sealed.len() as u64).cmp(&(end - start)) {
            std::cmp::Ordering::Less => return Err(OpenError::Truncated),
            std::cmp::Ordering::Greater => return Err(OpenError::TrailingData),
            std::cmp::Ordering::Equal => {}
        }
        let (first_hash, _) = layout.hash_range(part);
        for (index, segment) in (first_hash..).zip(layout.split(part, sealed)) {
            check_segment(&Sha256::digest(segment).into(), index, hashes, root)?;
        }
        let body = if part == 0 {
            let (header, body) = sealed.split_at(HEADER);
            if header != self.header {
                return Err(OpenError::DoesNotBelongHere);
            }
            body
        } else {
            sealed
        };
        let cipher = ChunkCipher::new(&self.keys);
        let mut out = Zeroizing::new(Vec::with_capacity(body.len()));
        for (index, chunk) in (layout.first_chunk(part)..).zip(body.chunks(ENCRYPTED_CHUNK)) {
            cipher.open(index, chunk, &mut out)?;
        }
        let (from, to) = layout.plain_range(part);
        out.truncate(usize::try_from(to - from).expect("a part is 8 MiB at most"));
        Ok(out)
    }
}

/// Length of a sealed chunk's authentication tag, for those who seal with SubtleCrypto.
pub const CHUNK_TAG: usize = TAG;
/// Plaintext bytes of a full chunk, for those who seal with SubtleCrypto.
pub const CHUNK_PLAIN: usize = CHUNK;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const NODE: [u8; 16] = [1; 16];
    const VERSION: [u8; 16] = [2; 16];

    struct Sealed {
        layout: Layout,
        key: ContentKey,
        cipher: ContentCipher,
        parts: Vec<Vec<u8>>,
        hashes: Vec<u8>,
        plain: Vec<u8>,
    }

    fn seal(size: usize) -> Sealed {
        let mut rng = StdRng::seed_from_u64(size as u64);
        let layout = Layout::new(size as u64).unwrap();
        let key = ContentKey::make(&mut rng);
        let cipher = ContentCipher::make(&key, &NODE, &VERSION, &mut rng);
        let plain: Vec<u8> = (0..size).map(|i| (i / 7 % 256) as u8).collect();
        let mut hashes = Vec::new();
        let parts = (0..layout.parts())
            .map(|part| {
                let (from, to) = layout.plain_range(part);
                cipher.seal_part(
                    &layout,
                    part,
                    &plain[from as usize..to as usize],
                    &mut hashes,
                )
            })
            .collect();
        Sealed {
            layout,
            key,
            cipher,
            parts,
            hashes,
            plain,
        }
    }

    #[test]
    fn parts_make_one_cobblestone_message() {
        for size in [
            0,
            1,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            600_000,
            PART as usize,
            PART as usize + 1,
            20 << 20,
        ] {
            let sealed = seal(size);
            let message = sealed.parts.concat();
            assert_eq!(message.len() as u64, sealed.layout.content_len(), "{size}");
            assert_eq!(
                sealed.hashes.len() as u64,
                32 * sealed.layout.segments(),
                "{size}"
            );
            let opened =
                envelope::open(&sealed.key, &context::content(&NODE, &VERSION), &message).unwrap();
            assert_eq!(&opened[..size], &sealed.plain[..], "{size}");
            assert!(opened[size..].iter().all(|&byte| byte == 0), "{size}");
            for (part, bytes) in sealed.parts.iter().enumerate() {
                let (start, end) = sealed.layout.sealed_range(part as u64);
                assert_eq!(bytes.len() as u64, end - start, "{size}");
            }
        }
    }

    #[test]
    fn parts_open_in_any_order() {
        let sealed = seal(20 << 20);
        let root = segments_root(&sealed.hashes);
        let again =
            ContentCipher::open(&sealed.key, &NODE, &VERSION, sealed.cipher.header()).unwrap();
        for part in (0..sealed.layout.parts()).rev() {
            let (from, to) = sealed.layout.plain_range(part);
            let opened = again
                .open_part(
                    &sealed.layout,
                    part,
                    &sealed.parts[part as usize],
                    &sealed.hashes,
                    &root,
                )
                .unwrap();
            assert_eq!(opened[..], sealed.plain[from as usize..to as usize]);
        }
    }

    #[test]
    fn segments_lie_where_parts_have_them() {
        for size in [0, 1, 524_287, 524_288, 9 << 20, 20 << 20] {
            let layout = Layout::new(size).unwrap();
            let mut at = 0;
            for segment in 0..layout.segments() {
                let (start, end) = layout.segments_range(segment, 1);
                assert_eq!(start, at, "{size}");
                at = end;
            }
            assert_eq!(at, layout.content_len(), "{size}");
            for part in 0..layout.parts() {
                let (first, end) = layout.hash_range(part);
                assert_eq!(
                    layout.segments_range(first, end - first),
                    layout.sealed_range(part)
                );
                assert_eq!(
                    layout.segments_plain(first, end - first),
                    layout.plain_range(part)
                );
                assert_eq!(
                    layout.first_chunk_of_segment(first),
                    layout.first_chunk(part)
                );
            }
        }
    }

    #[test]
    fn whoever_holds_the_key_cannot_exchange_content() {
        let sealed = seal(1000);
        let root = segments_root(&sealed.hashes);
        let mut hashes = Vec::new();
        let forged = sealed
            .cipher
            .seal_part(&sealed.layout, 0, &[7; 1000], &mut hashes);
        assert_eq!(
            sealed
                .cipher
                .open_part(&sealed.layout, 0, &forged, &[], &root)
                .err(),
            Some(OpenError::Altered)
        );
        assert!(
            sealed
                .cipher
                .open_part(&sealed.layout, 0, &sealed.parts[0], &[], &root)
                .is_ok()
        );
    }

    #[test]
    fn parts_cannot_be_exchanged_or_cut() {
        let sealed = seal(40 << 20);
        let root = segments_root(&sealed.hashes);
        let open = |part, bytes: &[u8]| {
            sealed
                .cipher
                .open_part(&sealed.layout, part, bytes, &sealed.hashes, &root)
                .err()
        };
        assert_eq!(open(1, &sealed.parts[2]), Some(OpenError::Altered));
        assert_eq!(open(1, &sealed.parts[1][1..]), Some(OpenError::Truncated));
        assert_eq!(
            open(1, &[&sealed.parts[1][..], &[0]].concat()),
            Some(OpenError::TrailingData)
        );
    }

    proptest! {
        #[test]
        fn layouts_add_up(size in 0u64..MAX_SIZE) {
            let layout = Layout::new(size).unwrap();
            let last = layout.parts() - 1;
            prop_assert_eq!(layout.sealed_range(last).1, layout.content_len());
            prop_assert_eq!(layout.plain_range(last).1, size);
            prop_assert_eq!(layout.hash_range(last).1, layout.segments());
            prop_assert!(layout.sealed_range(last).0 < layout.content_len());
        }
    }
}
