//! The envelope: lengths, changes, cuts, and messages that are not where they belong.

use crypto_core::{envelope, keys::NodeKey};
use vectors::{Case, NamedContext};

use super::{Out, Seeded, opens, refused};

/// Plaintext bytes of a full chunk.
const CHUNK: usize = 16 * 1024;
/// The same sealed.
const SEALED_CHUNK: usize = CHUNK + 16;

/// A sealed message and all that is needed to open it.
pub(super) struct Message {
    pub(super) key: [u8; 32],
    context: NamedContext,
    pub(super) plain: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}

impl Message {
    /// A message of `plain` under a key made from `name`.
    pub(super) fn of(name: &str, context: NamedContext, plain: &[u8]) -> Self {
        let mut rng = Seeded::new(name);
        let key = rng.array();
        let typed: NodeKey = crypto_core::vectors::key(key);
        let sealed = envelope::seal(&typed, &context.build(), plain, &mut rng);
        let plain = plain.to_vec();
        Self {
            key,
            context,
            plain,
            sealed,
        }
    }

    /// A message of `length` bytes whose ciphertext is zeros but for header and tags: what
    /// sealing zeros gives, sealed under the same salt. Only a test may use a salt twice.
    fn of_zeros(name: &str, length: usize) -> Self {
        let keystream: Vec<u8> = Self::of(name, metadata(), &vec![0; length]).sealed
            [envelope::HEADER..]
            .chunks(SEALED_CHUNK)
            .flat_map(|chunk| &chunk[..chunk.len() - 16])
            .copied()
            .collect();
        Self::of(name, metadata(), &keystream)
    }

    pub(super) fn case(&self) -> Case {
        self.case_with(self.sealed.clone())
    }

    fn case_with(&self, sealed: Vec<u8>) -> Case {
        Case::Envelope {
            key: self.key,
            context: self.context.clone(),
            sealed: sealed.into(),
        }
    }

    /// The case with one byte changed.
    fn flipped(&self, at: usize) -> Case {
        let mut sealed = self.sealed.clone();
        sealed[at] ^= 1;
        self.case_with(sealed)
    }

    /// The case as if it were meant for another place.
    fn elsewhere(&self, context: NamedContext) -> Case {
        Case::Envelope {
            key: self.key,
            context,
            sealed: self.sealed.clone().into(),
        }
    }
}

fn metadata() -> NamedContext {
    NamedContext::Metadata {
        node: [0x11; 16],
        rev: 1,
    }
}

pub(super) fn add(out: &mut Out) {
    lengths(out);
    changes(out);
    cuts_and_additions(out);
    places(out);
}

fn lengths(out: &mut Out) {
    for (name, length, rule) in [
        ("envelope-empty", 0, "An empty message is one empty chunk."),
        ("envelope-one-byte", 1, "A message of one byte opens."),
        (
            "envelope-almost-a-chunk",
            CHUNK - 1,
            "The longest single chunk is one byte short of full.",
        ),
        (
            "envelope-full-chunk",
            CHUNK,
            "After a full chunk comes an empty one.",
        ),
        (
            "envelope-two-chunks",
            CHUNK + 1,
            "A full chunk and a short one open.",
        ),
        (
            "envelope-257-chunks",
            256 * CHUNK + 1,
            "The chunk counter goes past one byte.",
        ),
    ] {
        let message = Message::of_zeros(name, length);
        opens(out, name, rule, message.case(), &message.plain);
    }
}

fn changes(out: &mut Out) {
    let message = Message::of_zeros("envelope-changed", 2 * CHUNK + 100);
    let last = message.sealed.len() - 1;
    let body = envelope::HEADER;
    for (name, at, rule, reason) in [
        (
            "envelope-changed-salt",
            0,
            "The salt is bound by the commitment.",
            "does-not-belong-here",
        ),
        (
            "envelope-changed-commitment",
            55,
            "The commitment is compared to its last byte.",
            "does-not-belong-here",
        ),
        (
            "envelope-changed-first-chunk",
            body,
            "A changed first chunk is refused.",
            "altered",
        ),
        (
            "envelope-changed-tag",
            body + CHUNK,
            "A changed tag is refused.",
            "altered",
        ),
        (
            "envelope-changed-middle-chunk",
            body + SEALED_CHUNK + 7,
            "A changed middle chunk is refused, whole chunks before it or not.",
            "altered",
        ),
        (
            "envelope-changed-last-byte",
            last,
            "A change in the very last byte is refused.",
            "altered",
        ),
    ] {
        refused(out, name, rule, message.flipped(at), reason);
    }
    let (first, rest) = message.sealed[body..].split_at(SEALED_CHUNK);
    let (second, tail) = rest.split_at(SEALED_CHUNK);
    let header = &message.sealed[..body];
    let swapped = [header, second, first, tail].concat();
    refused(
        out,
        "envelope-chunks-swapped",
        "Chunks have their places.",
        message.case_with(swapped),
        "altered",
    );
    let doubled = [header, first, first, tail].concat();
    refused(
        out,
        "envelope-chunk-doubled",
        "A chunk stands in one place only.",
        message.case_with(doubled),
        "altered",
    );
    let dropped = [header, second, tail].concat();
    refused(
        out,
        "envelope-chunk-dropped",
        "A chunk cannot be left out.",
        message.case_with(dropped),
        "altered",
    );
}

fn cuts_and_additions(out: &mut Out) {
    let message = Message::of_zeros("envelope-cut", CHUNK + 100);
    let cut = |length: usize| message.case_with(message.sealed[..length].to_vec());
    let body = envelope::HEADER;
    let end = message.sealed.len();
    for (name, length, rule, reason) in [
        (
            "envelope-nothing",
            0,
            "No bytes are no message.",
            "truncated",
        ),
        (
            "envelope-cut-in-header",
            body - 1,
            "A message cut inside its header is refused.",
            "truncated",
        ),
        (
            "envelope-header-only",
            body,
            "A header alone is no message.",
            "truncated",
        ),
        (
            "envelope-cut-in-first-tag",
            body + 15,
            "Fewer bytes than a tag are no chunk.",
            "truncated",
        ),
        (
            "envelope-short-chunk-missing",
            body + SEALED_CHUNK,
            "A message without its short last chunk has been cut.",
            "truncated",
        ),
        (
            "envelope-cut-in-last-chunk",
            end - 1,
            "A cut inside the last chunk is refused.",
            "altered",
        ),
        (
            "envelope-last-tag-missing",
            end - 16,
            "A last chunk without its tag is refused.",
            "altered",
        ),
    ] {
        refused(out, name, rule, cut(length), reason);
    }
    let longer = |addition: &[u8]| message.case_with([&message.sealed[..], addition].concat());
    refused(
        out,
        "envelope-byte-added",
        "A byte after the end is refused.",
        longer(&[0]),
        "altered",
    );
    let again = &message.sealed[body + SEALED_CHUNK..];
    refused(
        out,
        "envelope-chunk-added",
        "A chunk after the last one is refused, well sealed or not.",
        longer(again),
        "altered",
    );
}

fn places(out: &mut Out) {
    let message = Message::of("envelope-place", metadata(), b"a record");
    let reason = "does-not-belong-here";
    let node = [0x11; 16];
    let other_rev = NamedContext::Metadata { node, rev: 2 };
    refused(
        out,
        "envelope-older-revision",
        "An older revision does not pass for a newer one.",
        message.elsewhere(other_rev),
        reason,
    );
    let other_node = NamedContext::Metadata {
        node: [0x12; 16],
        rev: 1,
    };
    refused(
        out,
        "envelope-another-node",
        "One node's metadata does not pass for another's.",
        message.elsewhere(other_node),
        reason,
    );
    let other_purpose = NamedContext::AccountState {
        user: node,
        epoch: 1,
    };
    refused(
        out,
        "envelope-another-purpose",
        "Fields of the same widths do not make another purpose.",
        message.elsewhere(other_purpose),
        reason,
    );
    let mut other_key = Message::of("envelope-place", metadata(), b"a record");
    other_key.key[31] ^= 1;
    refused(
        out,
        "envelope-another-key",
        "The commitment refuses another key before any tag is looked at.",
        other_key.case(),
        reason,
    );
}
