//! File content: parts, segments, padding and the segment list.

use crypto_core::{
    content::{self, ContentCipher, Layout},
    context, envelope,
    keys::ContentKey,
};
use vectors::{Bytes, Case, Content};

use super::{Out, Seeded, opens, refused};

const NODE: [u8; 16] = [0x11; 16];
const VERSION: [u8; 16] = [0x40; 16];
const ENCRYPTED_CHUNK: usize = 16 * 1024 + 16;
/// Two segments and a bit, and a length that is its own padded length.
const SEGMENTS: u64 = 9 << 17;

/// A stored file in pieces, ready to be tampered with.
struct Stored {
    plain: Vec<u8>,
    root: [u8; 32],
    key: [u8; 32],
    rng: Seeded,
    layout: Layout,
    cipher: ContentCipher,
    parts: Vec<Vec<u8>>,
    hashes: Vec<u8>,
}

impl Stored {
    fn of(name: &str, plain: &[u8]) -> Self {
        Self::sealed(name, plain.len() as u64, |_, from, to| {
            plain[from..to].to_vec()
        })
    }

    /// A file of `size` bytes whose ciphertext is zeros but for header and tags. The size
    /// has to be its own padded length, since padding is zeros in the plaintext.
    fn of_zeros(name: &str, size: u64) -> Self {
        Self::sealed(name, size, |cipher, from, to| {
            let part = from as u64 / content::PART;
            let layout = Layout::new(size).expect("a size within the format's limits");
            let sealed = cipher.seal_part(&layout, part, &vec![0; to - from], &mut Vec::new());
            let body = &sealed[if part == 0 { envelope::HEADER } else { 0 }..];
            let keystream: Vec<u8> = body
                .chunks(ENCRYPTED_CHUNK)
                .flat_map(|chunk| &chunk[..chunk.len() - 16])
                .copied()
                .collect();
            assert_eq!(keystream.len(), to - from, "a size without padding");
            keystream
        })
    }

    fn sealed(
        name: &str,
        size: u64,
        part_bytes: impl Fn(&ContentCipher, usize, usize) -> Vec<u8>,
    ) -> Self {
        let mut rng = Seeded::new(name);
        let key = rng.array();
        let typed: ContentKey = crypto_core::vectors::key(key);
        let cipher = ContentCipher::make(&typed, &NODE, &VERSION, &mut rng);
        let layout = Layout::new(size).expect("a size within the format's limits");
        let (mut plain, mut parts, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for part in 0..layout.parts() {
            let (from, to) = layout.plain_range(part);
            let bytes = part_bytes(&cipher, from as usize, to as usize);
            parts.push(cipher.seal_part(&layout, part, &bytes, &mut hashes));
            plain.extend_from_slice(&bytes);
        }
        let root = content::segments_root(&hashes);
        Self {
            plain,
            root,
            key,
            rng,
            layout,
            cipher,
            parts,
            hashes,
        }
    }

    /// The segment list sealed as an honest client does.
    fn segments(&self) -> Vec<u8> {
        self.segments_of(&self.hashes, &VERSION)
    }

    fn segments_of(&self, hashes: &[u8], version: &[u8; 16]) -> Vec<u8> {
        let key: ContentKey = crypto_core::vectors::key(self.key);
        let context = context::segments(&NODE, version);
        content::seal_segments(&self.layout, &key, &context, hashes, &mut self.rng.clone())
    }

    fn case(&self) -> Case {
        self.case_with(|_| {})
    }

    /// The case after `tamper` had its way.
    fn case_with(&self, tamper: impl FnOnce(&mut Content)) -> Case {
        let mut content = Content {
            key: self.key,
            node: NODE,
            version: VERSION,
            size: self.layout.size(),
            root: self.root,
            parts: self.parts.iter().cloned().map(Bytes::from).collect(),
            segments: self.segments().into(),
        };
        tamper(&mut content);
        Case::Content(content)
    }

    fn first_part_with(&self, tamper: impl FnOnce(&mut Vec<u8>)) -> Case {
        let mut part = self.parts[0].clone();
        tamper(&mut part);
        self.case_with(|content| content.parts[0] = part.into())
    }
}

pub(super) fn add(out: &mut Out) {
    lengths(out);
    one_segment(out);
    segment_lists(out);
    two_parts(out);
}

fn lengths(out: &mut Out) {
    for (name, plain, rule) in [
        (
            "content-empty",
            &[][..],
            "An empty file is an empty message.",
        ),
        (
            "content-one-byte",
            &[0x42],
            "A file of one byte needs no padding.",
        ),
        (
            "content-padded",
            &[0x42; 1001],
            "Padding is taken off by the true length.",
        ),
    ] {
        let stored = Stored::of(name, plain);
        opens(out, name, rule, stored.case(), plain);
    }
    for (name, size, rule) in [
        (
            "content-full-chunk",
            16 * 1024,
            "After a full chunk comes an empty one.",
        ),
        (
            "content-full-segment",
            512 * 1024,
            "The empty last chunk of a full segment stands in a segment of its own.",
        ),
        (
            "content-three-segments",
            SEGMENTS,
            "Several segments come with a sealed list.",
        ),
    ] {
        let stored = Stored::of_zeros(name, size);
        opens(out, name, rule, stored.case(), &stored.plain);
    }
}

fn one_segment(out: &mut Out) {
    let stored = Stored::of("content-tampered", &[0x42; 1001]);
    let last = stored.parts[0].len() - 1;
    let flip = |at: usize| stored.first_part_with(|part| part[at] ^= 1);
    refused(
        out,
        "content-changed-byte",
        "A changed byte is refused.",
        flip(100),
        "altered",
    );
    refused(
        out,
        "content-changed-tag",
        "A changed tag is refused.",
        flip(last),
        "altered",
    );
    refused(
        out,
        "content-changed-salt",
        "A changed header is another message's.",
        flip(0),
        "does-not-belong-here",
    );
    let cut = stored.first_part_with(|part| part.truncate(last));
    refused(
        out,
        "content-cut",
        "A part has exactly its length, and no less.",
        cut,
        "truncated",
    );
    let cut = stored.first_part_with(|part| part.truncate(envelope::HEADER - 1));
    refused(
        out,
        "content-cut-in-header",
        "Content cut inside its header is refused.",
        cut,
        "truncated",
    );
    let longer = stored.first_part_with(|part| part.push(0));
    refused(
        out,
        "content-byte-added",
        "A part has exactly its length, and no more.",
        longer,
        "trailing-data",
    );
    let other = stored.case_with(|content| content.version = [0x41; 16]);
    refused(
        out,
        "content-another-version",
        "One version's content does not pass for another's.",
        other,
        "does-not-belong-here",
    );
    let other = stored.case_with(|content| content.node = [0x12; 16]);
    refused(
        out,
        "content-another-node",
        "One file's content does not pass for another's.",
        other,
        "does-not-belong-here",
    );
    // 1001 is padded to 1024; 1025 to more.
    let longer = stored.case_with(|content| content.size = 1025);
    refused(
        out,
        "content-size-too-large",
        "Content that is too short for the stated length is refused.",
        longer,
        "truncated",
    );
    let shorter = stored.case_with(|content| content.size = 900);
    refused(
        out,
        "content-size-too-small",
        "Content that is too long for the stated length is refused.",
        shorter,
        "trailing-data",
    );
    let mut hashes = Vec::new();
    let forged = stored
        .cipher
        .seal_part(&stored.layout, 0, &[0x43; 1001], &mut hashes);
    let forged = stored.case_with(|content| content.parts[0] = forged.into());
    refused(
        out,
        "content-forged-by-key-holder",
        "Content sealed anew with the right key is refused: its hash is not the author's.",
        forged,
        "altered",
    );
    let root = stored.case_with(|content| content.root[0] ^= 1);
    refused(
        out,
        "content-another-root",
        "The version record decides which content is right.",
        root,
        "altered",
    );
}

fn segment_lists(out: &mut Out) {
    let stored = Stored::of_zeros("content-list", SEGMENTS);
    let list = |bytes: Vec<u8>| stored.case_with(|content| content.segments = bytes.into());
    let sealed = stored.segments();
    let last = sealed.len() - 1;
    refused(
        out,
        "segments-missing",
        "Several segments without a list are refused.",
        list(Vec::new()),
        "truncated",
    );
    refused(
        out,
        "segments-cut",
        "A list cut short is refused.",
        list(sealed[..last].to_vec()),
        "truncated",
    );
    refused(
        out,
        "segments-byte-added",
        "A list with a byte too many is refused.",
        list([&sealed[..], &[0]].concat()),
        "trailing-data",
    );
    let mut changed = sealed;
    changed[last] ^= 1;
    refused(
        out,
        "segments-changed",
        "A changed list is refused.",
        list(changed),
        "altered",
    );
    let other = stored.segments_of(&stored.hashes, &[0x41; 16]);
    refused(
        out,
        "segments-another-version",
        "One version's list does not pass for another's.",
        list(other),
        "does-not-belong-here",
    );
    let mut hashes = stored.hashes.clone();
    hashes.rotate_left(32);
    let forged = stored.segments_of(&hashes, &VERSION);
    refused(
        out,
        "segments-forged-by-key-holder",
        "A list sealed anew with the right key is refused: its hash is not the author's.",
        list(forged),
        "altered",
    );
    let mut hashes = Vec::new();
    let other: Vec<u8> = stored.plain.iter().map(|byte| byte ^ 1).collect();
    let part = stored
        .cipher
        .seal_part(&stored.layout, 0, &other, &mut hashes);
    let forged = stored.case_with(|content| {
        content.parts[0] = part.into();
        content.segments = stored.segments_of(&hashes, &VERSION).into();
    });
    refused(
        out,
        "content-and-segments-forged-by-key-holder",
        "Content and list sealed anew, in agreement with each other, are refused.",
        forged,
        "altered",
    );
    let swapped = stored.first_part_with(|part| {
        let segment = 32 * ENCRYPTED_CHUNK;
        let (first, second) = part[envelope::HEADER..].split_at_mut(segment);
        first.swap_with_slice(&mut second[..segment]);
    });
    refused(
        out,
        "content-segments-swapped",
        "Segments have their places.",
        swapped,
        "altered",
    );
    let changed = stored.first_part_with(|part| {
        let last = part.len() - 1;
        part[last] ^= 1;
    });
    refused(
        out,
        "content-last-segment-changed",
        "A change in the last segment is refused.",
        changed,
        "altered",
    );
    let cut = stored.first_part_with(|part| part.truncate(part.len() - 16));
    refused(
        out,
        "content-last-chunk-missing",
        "Content without its short last chunk has been cut.",
        cut,
        "truncated",
    );
}

fn two_parts(out: &mut Out) {
    let stored = Stored::of_zeros("content-parts", 9 << 20);
    opens(
        out,
        "content-two-parts",
        "Parts after the first go on counting chunks.",
        stored.case(),
        &stored.plain,
    );
    let without = stored.case_with(|content| content.parts.truncate(1));
    refused(
        out,
        "content-part-missing",
        "A file without its last part has been cut.",
        without,
        "truncated",
    );
    let swapped = stored.case_with(|content| content.parts.swap(0, 1));
    refused(
        out,
        "content-parts-swapped",
        "Parts have their places.",
        swapped,
        "does-not-belong-here",
    );
}
