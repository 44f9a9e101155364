//! Which letters an entry's fields have: most of them have the one that somebody types first.

use super::Place;

/// Sets of letters and digits, one bit each; what else there is in UTF-8 shares the other bits.
#[derive(Clone, Copy, Default)]
pub(super) struct Letters {
    /// Those that begin a word of the name.
    starts: u64,
    name: u64,
    tags: u64,
    all: u64,
}

impl Letters {
    /// Of the folded name, of tags and category, and of the description.
    pub(super) fn of([name, tags, description]: [&str; 3]) -> Self {
        let mut starts = 0;
        let mut before = ' ';
        for letter in name.chars() {
            if letter.is_ascii_alphanumeric() && !before.is_alphanumeric() {
                starts |= bit(letter as u8);
            }
            before = letter;
        }
        let (name, tags) = (Self::needed(name), Self::needed(tags));
        Self {
            starts,
            name,
            tags,
            all: name | tags | Self::needed(description),
        }
    }

    /// What fields must have to have `word` in them.
    pub(super) fn needed(word: &str) -> u64 {
        word.bytes().fold(0, |bits, byte| bits | bit(byte))
    }

    /// Whether a word that needs these letters could be in one of the fields.
    pub(super) fn has(&self, needed: u64) -> bool {
        self.all & needed == needed
    }

    /// The best place of one small letter or digit; `first` is the first byte of the name.
    pub(super) fn place(&self, letter: u8, first: u8) -> Option<Place> {
        let bit = bit(letter);
        if self.all & bit == 0 {
            None
        } else if first == letter {
            Some(Place::NameStart)
        } else if self.starts & bit != 0 {
            Some(Place::NameWord)
        } else if self.name & bit != 0 {
            Some(Place::Name)
        } else if self.tags & bit != 0 {
            Some(Place::Tag)
        } else {
            Some(Place::Description)
        }
    }
}

fn bit(byte: u8) -> u64 {
    let number = match byte {
        b'a'..=b'z' => byte - b'a',
        b'0'..=b'9' => 26 + byte - b'0',
        other => 36 + other % 28,
    };
    1 << number
}
