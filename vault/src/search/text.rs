//! The words of notes and documents: which texts have which word.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::fold::{fold_into, words};

/// Words of one text that are looked at.
const MAX_WORDS: usize = 20_000;

/// Pairs of a word and a text that has it, in all texts: about 40 MB with their words.
const MAX_PAIRS: usize = 3_000_000;

/// Texts are folded piece by piece, so that a large one is never copied whole.
const PIECE: usize = 16 * 1024;

/// Texts by number; the number of one that was taken out is not used again until
/// [`Texts::compact`].
#[derive(Default)]
pub(super) struct Texts {
    /// The texts of each word, ascending.
    words: BTreeMap<Box<str>, Vec<u32>>,
    /// How many words each text has; `None` if it was taken out.
    texts: Vec<Option<u32>>,
    /// Pairs, those of texts that were taken out included.
    pairs: usize,
    /// Pairs of texts that were taken out.
    dead: usize,
}

impl Texts {
    /// Adds a text; gives its number, or `None` when there is no room for it.
    pub(super) fn add(&mut self, text: &str) -> Option<u32> {
        let found = distinct_words(text);
        self.add_words(found.iter().map(|word| &**word))
    }

    /// Adds a text that has these words, none twice.
    pub(super) fn add_words<'a>(
        &mut self,
        found: impl ExactSizeIterator<Item = &'a str>,
    ) -> Option<u32> {
        if self.pairs - self.dead + found.len() > MAX_PAIRS {
            return None;
        }
        let number = u32::try_from(self.texts.len()).ok()?;
        let count = found.len();
        for word in found {
            match self.words.get_mut(word) {
                Some(texts) => texts.push(number),
                None => {
                    self.words.insert(word.into(), vec![number]);
                }
            }
        }
        self.pairs += count;
        self.texts.push(Some(count as u32));
        Some(number)
    }

    pub(super) fn remove(&mut self, number: u32) {
        if let Some(count) = self.texts[number as usize].take() {
            self.dead += count as usize;
        }
    }

    /// Whether most of what is kept is of texts that were taken out.
    pub(super) fn is_wasteful(&self) -> bool {
        self.dead > 10_000 && self.dead > self.pairs / 2
    }

    /// Forgets the texts that were taken out; gives each old number its new one.
    pub(super) fn compact(&mut self) -> Vec<Option<u32>> {
        let mut next = 0..;
        let numbers: Vec<Option<u32>> = self
            .texts
            .iter()
            .map(|text| text.and_then(|_| next.next()))
            .collect();
        self.words.retain(|_, texts| {
            texts.retain_mut(|text| match numbers[*text as usize] {
                Some(number) => {
                    *text = number;
                    true
                }
                None => false,
            });
            texts.shrink_to_fit();
            !texts.is_empty()
        });
        self.texts.retain(Option::is_some);
        self.pairs -= self.dead;
        self.dead = 0;
        numbers
    }

    /// Calls `found` with every text that has, for each word of the folded `query`, a word
    /// that begins with it. A text may come more than once, and a query without letters and
    /// digits finds nothing.
    pub(super) fn find(&self, query: &str, mut found: impl FnMut(u32)) {
        let mut parts: Vec<String> = Vec::new();
        words(query, &mut |word| {
            parts.push(word.to_owned());
            true
        });
        match parts.as_slice() {
            [] => {}
            [only] => self.beginning_with(only, &mut found),
            _ => {
                // How many parts each text has had so far; the last one is told right away.
                let mut had = vec![0u32; self.texts.len()];
                for (index, part) in (0u32..).zip(&parts) {
                    let last = index as usize + 1 == parts.len();
                    self.beginning_with(part, &mut |text| {
                        let had = &mut had[text as usize];
                        if *had == index {
                            *had += 1;
                            if last {
                                found(text);
                            }
                        }
                    });
                }
            }
        }
    }

    /// Calls `found` with each live text once for every word of it that begins so.
    fn beginning_with(&self, start: &str, found: &mut impl FnMut(u32)) {
        let from = self
            .words
            .range::<str, _>((Bound::Included(start), Bound::Unbounded));
        for (_, texts) in from.take_while(|(word, _)| word.starts_with(start)) {
            for &text in texts {
                if self.texts[text as usize].is_some() {
                    found(text);
                }
            }
        }
    }
}

/// The different words among the first [`MAX_WORDS`] of a text.
fn distinct_words(text: &str) -> BTreeSet<Box<str>> {
    let mut found = BTreeSet::new();
    let mut left = MAX_WORDS;
    let mut folded = String::new();
    let mut rest = text;
    while left > 0 && !rest.is_empty() {
        let (piece, tail) = rest.split_at(cut(rest));
        rest = tail;
        folded.clear();
        fold_into(piece, &mut folded);
        words(&folded, &mut |word| {
            if !found.contains(word) {
                found.insert(word.into());
            }
            left -= 1;
            left > 0
        });
    }
    found
}

/// Where the next piece of a text ends: not within a word, unless it is longer than a piece.
pub(super) fn cut(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    let end = text.floor_char_boundary(PIECE);
    let space = text[..end].rfind(char::is_whitespace);
    space.filter(|space| *space > 0).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &Texts, query: &str) -> BTreeSet<u32> {
        let mut all = BTreeSet::new();
        texts.find(query, |text| {
            all.insert(text);
        });
        all
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        let mut texts = Texts::default();
        let one = texts.add("Der Zähler steht auf 4711.").unwrap();
        let two = texts.add("Zahlen, bitte! 47").unwrap();
        assert_eq!(found(&texts, "zah"), BTreeSet::from([one, two]));
        assert_eq!(found(&texts, "zahlen"), BTreeSet::from([two]));
        assert_eq!(found(&texts, "471"), BTreeSet::from([one]));
        assert_eq!(found(&texts, "ahl"), BTreeSet::new());
        assert_eq!(found(&texts, "zah-bit"), BTreeSet::from([two]));
        assert_eq!(found(&texts, "-"), BTreeSet::new());
    }

    #[test]
    fn words_without_spaces_are_found_anywhere() {
        let mut texts = Texts::default();
        let text = texts.add("年度财务报告").unwrap();
        for query in ["财务", "务", "财务报告", "告"] {
            assert_eq!(found(&texts, query), BTreeSet::from([text]), "{query}");
        }
        assert_eq!(found(&texts, "务财"), BTreeSet::new());
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        let mut texts = Texts::default();
        let start = "words here ".repeat(PIECE / 11);
        let text = texts.add(&format!("{start} unbroken end")).unwrap();
        assert_eq!(found(&texts, "unbroken"), BTreeSet::from([text]));
        let far = format!("{} toofar", "a ".repeat(MAX_WORDS));
        texts.add(&far).unwrap();
        assert_eq!(found(&texts, "toofar"), BTreeSet::new());
    }

    #[test]
    fn what_was_taken_out_is_not_found_and_makes_room() {
        let mut texts = Texts::default();
        let words: Vec<String> = (0..20_000).map(|number| format!("w{number}")).collect();
        let many = words.join(" ");
        let kept = texts.add("kept w1").unwrap();
        let mut added = Vec::new();
        while let Some(number) = texts.add(&many) {
            added.push(number);
        }
        assert_eq!(added.len(), (MAX_PAIRS - 2) / 20_000);
        for number in added {
            texts.remove(number);
        }
        assert_eq!(found(&texts, "w1"), BTreeSet::from([kept]));
        assert!(texts.is_wasteful());
        let numbers = texts.compact();
        assert_eq!(numbers[kept as usize], Some(0));
        assert!(!texts.is_wasteful());
        assert_eq!(texts.pairs, 2);
        assert_eq!(found(&texts, "w1"), BTreeSet::from([0]));
        assert_eq!(texts.words.len(), 2);
    }
}
