//! Where words stand in a text, and what stands around them.

use std::ops::Range;

use super::{
    fold::{fold, fold_into, words},
    text::cut,
};

/// Bytes of the text that an excerpt has before the first word that was found, at most.
const BEFORE: usize = 24;
/// Bytes from that word on, at most.
const AFTER: usize = 160;
/// Places that are compared with each other.
const MOST_PLACES: usize = 200;

/// The part of a text around the words of a query, each found at the beginning of a word as in
/// the index: every other piece is what was found, the first is what stands before it. `None`
/// if none of the words is in it.
pub(crate) fn excerpt(text: &str, query: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    words(&fold(query), &mut |word| {
        parts.push(word.to_owned());
        true
    });
    let mut at = 0;
    while at < text.len() {
        let length = cut(&text[at..]);
        let found = places(&text[at..at + length], &parts);
        if let Some(first) = best(&found) {
            let marks = found.iter().map(|(_, mark)| mark.start + at..mark.end + at);
            return Some(around(text, first + at, marks));
        }
        at += length;
    }
    None
}

/// Where each part stands, in order: its number, and the bytes of the text.
fn places(text: &str, parts: &[String]) -> Vec<(usize, Range<usize>)> {
    let mut folded = String::with_capacity(text.len());
    // For each letter of the text where it begins, in the text and folded.
    let mut letters: Vec<(usize, usize)> = Vec::with_capacity(text.len());
    let mut letter = [0; 4];
    for (at, one) in text.char_indices() {
        letters.push((at, folded.len()));
        fold_into(one.encode_utf8(&mut letter), &mut folded);
    }
    letters.push((text.len(), folded.len()));
    let begins = |at: usize| letters.partition_point(|(_, folded)| *folded <= at) - 1;
    let ends = |at: usize| letters.partition_point(|(_, folded)| *folded < at);
    let mut found = Vec::new();
    let start = folded.as_ptr().addr();
    words(&folded, &mut |word| {
        let hit = parts.iter().position(|part| word.starts_with(&**part));
        if let Some(number) = hit {
            let at = word.as_ptr().addr() - start;
            let end = letters[ends(at + parts[number].len())].0;
            found.push((number, letters[begins(at)].0..end));
        }
        found.len() < MOST_PLACES
    });
    found
}

/// Where the excerpt with the most different words begins.
fn best(found: &[(usize, Range<usize>)]) -> Option<usize> {
    let different = |index: usize| {
        let near = found[index..]
            .iter()
            .take_while(|(_, mark)| mark.end <= found[index].1.start + AFTER);
        near.fold(0u32, |bits, (number, _)| bits | 1 << (number % 32))
            .count_ones()
    };
    // Of those that are as good, the first.
    let best = (0..found.len()).rev().max_by_key(|index| different(*index));
    best.map(|index| found[index].1.start)
}

fn around(text: &str, first: usize, marks: impl Iterator<Item = Range<usize>>) -> Vec<String> {
    let from = text.ceil_char_boundary(first.saturating_sub(BEFORE));
    let until = text.floor_char_boundary((first + AFTER).min(text.len()));
    // Whole words, where there are spaces between them.
    let from = match text[from..first].find(' ') {
        Some(space) if from > 0 => from + space + 1,
        _ => from,
    };
    let until = match text[first..until].rfind(' ') {
        Some(space) if until < text.len() && space > 0 => first + space,
        _ => until,
    };
    let mut pieces = vec![String::new()];
    if from > 0 {
        pieces[0].push('…');
    }
    let mut at = from;
    for mark in marks.filter(|mark| mark.start >= from && mark.end <= until) {
        if mark.start < at || (mark.start == at && pieces.len() > 1) {
            // It goes on where another one stands.
            let last = pieces.len() - 2;
            if mark.end > at {
                pieces[last].push_str(&text[at..mark.end]);
            }
        } else {
            let last = pieces.len() - 1;
            pieces[last].push_str(&text[at..mark.start]);
            pieces.push(text[mark.clone()].to_owned());
            pieces.push(String::new());
        }
        at = at.max(mark.end);
    }
    let last = pieces.len() - 1;
    pieces[last].push_str(&text[at..until]);
    if until < text.len() {
        pieces[last].push('…');
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, query: &str) -> String {
        let pieces = excerpt(text, query).unwrap();
        let marked = pieces.iter().enumerate().map(|(index, piece)| {
            if index % 2 == 1 {
                format!("[{piece}]")
            } else {
                piece.clone()
            }
        });
        marked.collect()
    }

    #[test]
    fn what_was_found_is_marked_as_it_is_written() {
        for (text, query, expected) in [
            ("Der Zähler steht.", "ZAHL", "Der [Zähl]er steht."),
            ("A\u{30a}ngstrom", "ang", "[A\u{30a}ng]strom"),
            ("Große Straße", "strass", "Große [Straß]e"),
            ("Große Straße", "stras", "Große [Straß]e"),
            ("年度财务报告", "财务报", "年度[财务报]告"),
            ("milk and milk", "mil", "[mil]k and [mil]k"),
            ("a plan-B here", "plan-b", "a [plan]-[B] here"),
        ] {
            assert_eq!(shown(text, query), expected, "{text} {query}");
        }
        assert_eq!(excerpt("nothing of it", "thing"), None);
        assert_eq!(excerpt("anything", "-"), None);
    }

    #[test]
    fn the_place_with_the_most_words_is_shown_and_cut_between_words() {
        let text = format!(
            "red {}the blue and the red house {}",
            "filler ".repeat(60),
            "filler ".repeat(60)
        );
        let shown = shown(&text, "red blue");
        assert!(shown.starts_with("…filler filler"), "{shown}");
        assert!(shown.contains("the [blue] and the [red] house"), "{shown}");
        assert!(shown.ends_with("filler…"), "{shown}");
        assert!(shown.len() < 240, "{shown}");
    }

    #[test]
    fn far_within_a_long_text() {
        let text = format!("{}needle end", "hay ".repeat(20_000));
        assert!(shown(&text, "need").ends_with("hay [need]le end"));
    }

    proptest! {
        #[test]
        fn it_is_a_part_of_the_text(text: String, from in 0..40usize, letters in 1..6usize) {
            let query: String = text.chars().skip(from).take(letters).collect();
            if let Some(pieces) = excerpt(&text, &query) {
                prop_assert!(pieces.len() >= 3 && pieces.len() % 2 == 1);
                let joined = pieces.concat();
                let inner = joined.strip_prefix('…').unwrap_or(&joined);
                prop_assert!(text.contains(inner) || text.contains(inner.strip_suffix('…').unwrap_or(inner)) || text.contains(&*joined));
            }
        }
    }
}
