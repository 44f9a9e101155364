//! The texts of notes and documents, for the search: which have to be read, and what of them the
//! device keeps, sealed.
//!
//! One piece a file, named by its id, so that reading one writes one. A piece says which version
//! it was read from, and counts only while that is the file's current one in the verified tree;
//! its place seals account and file. So a piece that was altered, exchanged, taken from another
//! account or put back from before is as good as none, and the file is read again. In memory is
//! only which words each text has; the texts themselves stay in their pieces, which are opened
//! again to show where something was found.

use std::{cmp::Reverse, collections::HashMap};

use crypto_core::{
    CryptoRng, OpenError, context, envelope,
    padding::{pad_to, unpad_from},
    record,
};
use protocol::{NodeId, NodeKind, VersionId};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{Child, view::Entry};
use crate::{Vault, records::KeptText, search, search::FileKind};

/// Bytes of one text that are kept and found.
const MOST_KEPT: usize = 200_000;
/// To whose multiples pieces are padded.
const STEP: usize = 1024;
/// Files that are named at once.
const MOST_UNREAD: usize = 5000;

/// What is known of files beyond their words.
#[derive(Default)]
pub(crate) struct Read {
    files: HashMap<NodeId, Known>,
}

#[derive(PartialEq, Eq)]
enum Known {
    /// The device has its piece.
    Kept,
    /// This version of it is not to be read.
    Passed([u8; 16]),
}

/// What is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Files that may have a text which was not read yet, the latest changed first; not all of
    /// them if there are very many.
    pub files: Vec<Entry>,
    /// How many there are in all.
    pub unread: usize,
    /// How many files were read, as they are now.
    pub read: usize,
    /// Files whose pieces are of no use any more.
    pub gone: Vec<NodeId>,
}

impl Vault {
    /// The files whose text is not known. A program that finds that it cannot read one of them
    /// says so with [`Vault::pass_over`].
    pub fn unread(&mut self) -> Unread {
        self.follow_tree();
        let index = &self.indexed.search;
        let known = &self.indexed.read.files;
        let mut read = 0;
        let mut files = Vec::new();
        self.each_live(|folder, node, child| {
            let Some(current) = child.metadata.current.filter(|_| may_have_text(child)) else {
                return;
            };
            if index.text_version(node) == Some(*current) {
                read += 1;
            } else if known.get(&node) != Some(&Known::Passed(*current)) {
                files.push((Reverse(child.metadata.modified), folder, node));
            }
        });
        files.sort_unstable();
        let unread = files.len();
        files.truncate(MOST_UNREAD);
        let files = files.into_iter().filter_map(|(.., node)| self.entry(node));
        let files = files.collect();
        let mut gone: Vec<NodeId> = Vec::new();
        let index = &self.indexed.search;
        self.indexed.read.files.retain(|node, known| {
            let is_gone = *known == Known::Kept && index.text_version(*node).is_none();
            if is_gone {
                gone.push(*node);
            }
            !is_gone
        });
        Unread {
            files,
            unread,
            read,
            gone,
        }
    }

    /// This version of a file is not to be named by [`Vault::unread`] again, as long as the vault
    /// is open.
    pub fn pass_over(&mut self, node: NodeId, version: VersionId) {
        let passed = Known::Passed(*version.as_bytes());
        self.indexed.read.files.insert(node, passed);
    }

    /// Takes in what was read of a file, or that this version of it has no text that could be
    /// read; gives the piece to keep under the file's id. `None` if the version is not the current
    /// one, or there is no room for more words.
    pub fn index_text(
        &mut self,
        node: NodeId,
        version: VersionId,
        text: Option<&str>,
        rng: &mut impl CryptoRng,
    ) -> Option<Vec<u8>> {
        self.follow_tree();
        let text = text.map(tidy);
        if !self.take_text(node, version, text.as_deref().map_or("", |text| text)) {
            return None;
        }
        let kept = KeptText {
            version: record::VERSION,
            of: (*version.as_bytes()).into(),
            text: text.as_deref().cloned(),
        };
        Some(self.seal_text(node, &kept, rng))
    }

    /// Takes over pieces that the device has kept; gives those that are of no use as far as the
    /// tree is known.
    pub fn load_texts(&mut self, pieces: Vec<(NodeId, Vec<u8>)>) -> Vec<NodeId> {
        self.follow_tree();
        let mut left = Vec::new();
        for (node, sealed) in pieces {
            let taken = self.open_text(node, &sealed).is_ok_and(|kept| {
                let version = VersionId::from_bytes(*kept.of);
                self.take_text(node, version, kept.text.as_deref().unwrap_or_default())
            });
            if !taken {
                left.push(node);
            }
        }
        left
    }

    /// What stands around the words of a query in texts that are kept, piece by piece, every
    /// other one a word that was found; those in which there is none are left out.
    #[must_use]
    pub fn excerpts(
        &self,
        pieces: &[(NodeId, Vec<u8>)],
        query: &str,
    ) -> Vec<(NodeId, Vec<String>)> {
        let found = pieces.iter().filter_map(|(node, sealed)| {
            let kept = self.open_text(*node, sealed).ok()?;
            // Of another version it would be, than the one in which the words were found.
            let is_current = self.indexed.search.text_version(*node) == Some(*kept.of);
            let text = kept.text.filter(|_| is_current)?;
            Some((*node, search::excerpt(&text, query)?))
        });
        found.collect()
    }

    /// The version whose text is found.
    #[must_use]
    pub fn indexed_version(&self, node: NodeId) -> Option<VersionId> {
        let version = self.indexed.search.text_version(node)?;
        Some(VersionId::from_bytes(version))
    }

    fn take_text(&mut self, node: NodeId, version: VersionId, text: &str) -> bool {
        let current = self
            .tree
            .find(node)
            .and_then(|(_, child)| child.metadata.current);
        let version = *version.as_bytes();
        let taken =
            current == Some(version.into()) && self.indexed.search.set_text(node, version, text);
        if taken {
            self.indexed.read.files.insert(node, Known::Kept);
        }
        taken
    }

    fn seal_text(&self, node: NodeId, kept: &KeptText, rng: &mut impl CryptoRng) -> Vec<u8> {
        let length = 64 + kept.text.as_ref().map_or(0, String::len);
        let bytes = Zeroizing::new(record::encode_within(kept, length));
        let padded = pad_to(&bytes, STEP);
        let context = context::search_index(self.user.as_bytes(), node.as_bytes());
        envelope::seal(self.account_key(), &context, &padded, rng)
    }

    fn open_text(&self, node: NodeId, sealed: &[u8]) -> Result<KeptText, OpenError> {
        let context = context::search_index(self.user.as_bytes(), node.as_bytes());
        let padded = envelope::open(self.account_key(), &context, sealed)?;
        record::parse(unpad_from(&padded, STEP)?)
    }
}

/// Whether it could be a note or a document; what has no telling name could be.
fn may_have_text(child: &Child) -> bool {
    let metadata = &child.metadata;
    let kind = FileKind::of(child.leaf.kind, &metadata.name, &metadata.media_type);
    let never = matches!(
        kind,
        FileKind::Folder
            | FileKind::Image
            | FileKind::Video
            | FileKind::Audio
            | FileKind::Archive
            | FileKind::Slides
            | FileKind::Key
    );
    child.leaf.kind == NodeKind::File && metadata.trashed.is_none() && !never
}

/// The text with one space for whatever stands between its words, as far as it is kept.
fn tidy(text: &str) -> Zeroizing<String> {
    let mut tidied = Zeroizing::new(String::with_capacity(text.len().min(MOST_KEPT)));
    let apart = |letter: char| letter.is_whitespace() || letter.is_control();
    for word in text.split(apart).filter(|word| !word.is_empty()) {
        let space = usize::from(!tidied.is_empty());
        let room = (MOST_KEPT - tidied.len()).saturating_sub(space);
        let end = word.floor_char_boundary(room);
        if end == 0 {
            break;
        }
        if space > 0 {
            tidied.push(' ');
        }
        tidied.push_str(&word[..end]);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;
    use crate::account::NewAccount;

    /// Whatever else they say, such as a version that is some other file's as well.
    #[test]
    fn pieces_open_in_their_own_place() {
        let mut rng = StdRng::seed_from_u64(1);
        let vault = NewAccount::create("correct horse battery staple", 1, &mut rng)
            .unwrap()
            .into_vault();
        let (node, other) = (NodeId::from_bytes([1; 16]), NodeId::from_bytes([2; 16]));
        let kept = KeptText {
            version: record::VERSION,
            of: [3; 16].into(),
            text: Some("words".into()),
        };
        let sealed = vault.seal_text(node, &kept, &mut rng);
        let opened = vault.open_text(node, &sealed).unwrap();
        assert_eq!(opened.text.as_deref(), Some("words"));
        assert!(vault.open_text(other, &sealed).is_err());
    }

    #[test]
    fn texts_are_tidied_and_cut() {
        assert_eq!(*tidy(" a\r\n\tb\u{0}c  d\u{a0}e "), "a b c d e");
        assert_eq!(*tidy("\n"), "");
        let long = "ä".repeat(MOST_KEPT);
        assert_eq!(tidy(&long).len(), MOST_KEPT);
        let words = "word ".repeat(MOST_KEPT);
        assert_eq!(tidy(&words).len(), MOST_KEPT - 1);
    }
}
