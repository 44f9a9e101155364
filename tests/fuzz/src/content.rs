//! File content: its layout, its parts, its segment list.

use std::sync::LazyLock;

use crypto_core::{
    content::{self, ContentCipher, Layout},
    context, envelope,
    keys::ContentKey,
    vectors,
};

use crate::{Target, choices::Choices, core::Given};

const NODE: [u8; 16] = [1; 16];
const VERSION: [u8; 16] = [2; 16];
/// One segment and several, full and short last chunks.
const LENGTHS: &[usize] = &[0, 1, 300, 16_384, 600_000];

struct Sealed {
    plain: Vec<u8>,
    layout: Layout,
    content: Vec<u8>,
    hashes: Vec<u8>,
    /// Empty for content of one segment.
    list: Vec<u8>,
    root: [u8; 32],
}

fn key() -> ContentKey {
    vectors::key([8; 32])
}

static GENUINE: LazyLock<Vec<Sealed>> = LazyLock::new(|| {
    let seal = |&length: &usize| {
        let plain: Vec<u8> = (0..length).map(|at| (at / 5 % 253) as u8).collect();
        let layout = Layout::new(length as u64).expect("a short file");
        let cipher = ContentCipher::make(&key(), &NODE, &VERSION, &mut Given(&[4; 24]));
        let mut hashes = Vec::new();
        let content = cipher.seal_part(&layout, 0, &plain, &mut hashes);
        let context = context::segments(&NODE, &VERSION);
        Sealed {
            list: content::seal_segments(&layout, &key(), &context, &hashes, &mut Given(&[6; 24])),
            root: content::segments_root(&hashes),
            plain,
            layout,
            content,
            hashes,
        }
    };
    LENGTHS.iter().map(seal).collect()
});

/// A length and a part of it, each 8 bytes.
pub(crate) const LAYOUT: Target = Target {
    name: "layout",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let Some(layout) = Layout::new(choices.number()) else {
            return false;
        };
        let (size, parts) = (layout.size(), layout.parts());
        let part = choices.number() % parts;
        assert!((1..=layout.segments()).contains(&parts));
        assert!(layout.content_len() > size && layout.content_len() <= layout.total_len());
        // At most an eighth more than the file, whatever its length.
        assert!(layout.total_len() <= size + size / 8 + 1024);
        let (plain, sealed) = (layout.plain_range(part), layout.sealed_range(part));
        let hashes = layout.hash_range(part);
        assert!(plain.0 <= plain.1 && plain.1 - plain.0 <= content::PART);
        assert!(sealed.0 < sealed.1 && hashes.0 < hashes.1);
        assert!(plain.1 - plain.0 <= layout.padded_len(part) as u64);
        // Parts follow one another, and the last one ends where everything does.
        if part + 1 < parts {
            assert_eq!(plain.1, layout.plain_range(part + 1).0);
            assert_eq!(sealed.1, layout.sealed_range(part + 1).0);
            assert_eq!(hashes.1, layout.hash_range(part + 1).0);
        } else {
            assert_eq!((plain.1, sealed.1), (size, layout.content_len()));
            assert_eq!(hashes.1, layout.segments());
        }
        let length = usize::try_from(sealed.1 - sealed.0).expect("a part is about 8 MiB");
        let ends: Vec<usize> = layout.segment_ends(part, length).collect();
        assert_eq!(ends.len() as u64, hashes.1 - hashes.0);
        assert!(ends.is_sorted() && ends.last() == Some(&length));
        true
    },
    seeds: || {
        [
            0,
            1,
            16_384,
            8 << 20,
            (8 << 20) + 1,
            1 << 50,
            (1 << 50) + 1,
            u64::MAX,
        ]
        .map(|size: u64| [size.to_be_bytes(), (size >> 24).to_be_bytes()].concat())
        .to_vec()
    },
    memory: (4096, 64),
};

/// Which content; what is changed: its bytes, its hashes or its root; how.
pub(crate) const CONTENT: Target = Target {
    name: "content",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let genuine = choices.one_of(&GENUINE[..]);
        let mut sealed = genuine.content.clone();
        let mut hashes = genuine.hashes.clone();
        if genuine.layout.segments() == 1 {
            hashes.clear();
        }
        let mut root = genuine.root.to_vec();
        while !choices.is_empty() {
            match choices.byte() % 4 {
                0 => choices.change(&mut hashes),
                1 => choices.change(&mut root),
                _ => choices.change(&mut sealed),
            }
        }
        root.resize(32, 0);
        let root = root.try_into().expect("32 bytes");
        let header = &sealed[..envelope::HEADER.min(sealed.len())];
        let opened = ContentCipher::open(&key(), &NODE, &VERSION, header)
            .and_then(|cipher| cipher.open_part(&genuine.layout, 0, &sealed, &hashes, &root));
        opened.is_ok_and(|plain| {
            assert!(
                sealed == genuine.content && *plain == genuine.plain,
                "a forgery opened"
            );
            true
        })
    },
    seeds: || {
        let mut seeds = Vec::new();
        for index in 0..LENGTHS.len() as u8 {
            seeds.push(vec![0, index]);
            for what in 0..3 {
                for how in 0..6 {
                    seeds.push(vec![0, index, what, 0, 9, how, 3]);
                }
            }
        }
        seeds
    },
    memory: (4 << 20, 1024),
};

/// A segment list, changed.
pub(crate) const SEGMENTS: Target = Target {
    name: "segments",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let genuine = choices.one_of(&GENUINE[3..]);
        let mut sealed = genuine.list.clone();
        let mut root = genuine.root;
        while !choices.is_empty() {
            if choices.byte().is_multiple_of(4) {
                root[choices.below(32)] ^= choices.byte();
            } else {
                choices.change(&mut sealed);
            }
        }
        let context = context::segments(&NODE, &VERSION);
        let opened = content::open_segments(&genuine.layout, &key(), &context, &sealed, &root);
        opened.is_ok_and(|hashes| {
            assert!(
                root == genuine.root && *hashes == genuine.hashes,
                "a forgery opened"
            );
            for (index, hash) in (0..).zip(hashes.chunks_exact(32)) {
                let hash = hash.try_into().expect("32 bytes");
                assert_eq!(content::check_segment(&hash, index, &hashes, &root), Ok(()));
                let next = content::check_segment(&hash, index + 1, &hashes, &root);
                assert!(next.is_err(), "one segment in another's place");
            }
            true
        })
    },
    seeds: || {
        vec![
            vec![0, 1],
            vec![0, 0],
            vec![0, 1, 0, 0, 3, 1],
            vec![0, 1, 1, 0, 70, 0, 1],
        ]
    },
    memory: (65_536, 1024),
};
