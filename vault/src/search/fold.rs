//! What counts as the same letter: without accents, without case, compatibility forms alike.

use unicode_normalization::{UnicodeNormalization as _, char::canonical_combining_class};

/// The longest word of a text that is told apart, in characters; longer ones are cut.
const MAX_WORD: usize = 32;

/// Appends `text` as it is compared. Controls become spaces, so that they can separate fields.
pub(super) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|letter| match letter {
            control if control.is_ascii_control() => ' ',
            letter => letter.to_ascii_lowercase(),
        }));
        return;
    }
    for letter in text.nfkd() {
        for small in letter.to_lowercase() {
            fold_letter(small, out);
        }
    }
}

/// `text` as it is compared.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

fn fold_letter(letter: char, out: &mut String) {
    match letter {
        // Letters with strokes and the like, which Unicode does not take apart.
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ł' => out.push('l'),
        'ŧ' => out.push('t'),
        'ς' => out.push('σ'),
        control if control.is_control() => out.push(' '),
        mark if is_accent(mark) => {}
        letter => out.push(letter),
    }
}

/// A mark that people leave out when they search. Nuktas, voicing marks and viramas (classes
/// 7 to 9) are no accents: without them it is another letter.
fn is_accent(letter: char) -> bool {
    !matches!(canonical_combining_class(letter), 0 | 7..=9)
}

/// Calls `found` with every word of an already folded text: runs of letters and digits. Where
/// words are not set apart by spaces, every two neighbouring letters are one. Ends early when
/// `found` says so.
pub(super) fn words(folded: &str, found: &mut dyn FnMut(&str) -> bool) {
    for run in folded.split(|letter: char| !letter.is_alphanumeric()) {
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let dense = is_dense(first);
            let end = rest
                .find(|letter| is_dense(letter) != dense)
                .unwrap_or(rest.len());
            let (part, tail) = rest.split_at(end);
            rest = tail;
            let more = if dense {
                pairs(part, found)
            } else {
                found(beginning(part, MAX_WORD))
            };
            if !more {
                return;
            }
        }
    }
}

/// Every two neighbouring letters of `run`, and the last one alone.
fn pairs(run: &str, found: &mut dyn FnMut(&str) -> bool) -> bool {
    run.char_indices().all(|(start, letter)| {
        let next = &run[start + letter.len_utf8()..];
        let end = run.len() - next.len() + next.chars().next().map_or(0, char::len_utf8);
        found(&run[start..end])
    })
}

fn beginning(word: &str, letters: usize) -> &str {
    match word.char_indices().nth(letters) {
        Some((end, _)) => &word[..end],
        None => word,
    }
}

/// Scripts that are written without spaces between words.
fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words(&fold(text), &mut |word| {
            found.push(word.to_owned());
            true
        });
        found
    }

    #[test]
    fn case_and_accents_do_not_count() {
        for (written, folded) in [
            ("Ångström", "angstrom"),
            ("A\u{30a}", "a"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ﬁnal", "final"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδός", "οδοσ"),
            ("Ⅳ", "iv"),
            ("a\u{0}b\nc", "a b c"),
            ("é\u{0}", "e "),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
        // Another letter, not an accent.
        assert_ne!(fold("が"), fold("か"));
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(all_words("Plan B: 3,5 km!"), ["plan", "b", "3", "5", "km"]);
        assert_eq!(all_words("报告v2 文"), ["报告", "告", "v2", "文"]);
        assert_eq!(all_words(&"x".repeat(40)), ["x".repeat(32)]);
        assert!(all_words(" -_ ").is_empty());
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text: String) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            prop_assert!(!folded.contains(char::is_control));
        }

        #[test]
        fn composed_or_not_is_the_same(text: String) {
            let (composed, apart): (String, String) = (text.nfc().collect(), text.nfd().collect());
            prop_assert_eq!(fold(&composed), fold(&apart));
        }
    }
}
