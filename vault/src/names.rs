//! File names: what is allowed, and how a taken one is made unique.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::VaultError;

/// The longest name in UTF-8 bytes; what common file systems allow.
const MAX_BYTES: usize = 255;

/// What is longer, the dot included, is no extension.
const MAX_EXTENSION: usize = 32;

/// Checks a name for a file or folder.
///
/// # Errors
/// [`VaultError::InvalidName`] if it is empty, `.` or `..`, longer than 255 bytes, or
/// has a slash or a NUL in it.
pub(crate) fn check(name: &str) -> Result<(), VaultError> {
    let allowed = !name.is_empty()
        && name.len() <= MAX_BYTES
        && name != "."
        && name != ".."
        && !name.contains(['/', '\0']);
    if allowed {
        Ok(())
    } else {
        Err(VaultError::InvalidName)
    }
}

/// `name`, or `name (1)`, `name (2)` … before its extension: the first one that is not
/// taken. Names count as the same if they are after Unicode's NFC.
pub(crate) fn unique(name: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(&key(name)) {
        return name.to_owned();
    }
    let (stem, extension) = match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= MAX_EXTENSION => name.split_at(at),
        _ => (name, ""),
    };
    (1u64..)
        .map(|number| {
            let suffix = format!(" ({number}){extension}");
            format!(
                "{}{suffix}",
                cut(stem, MAX_BYTES.saturating_sub(suffix.len()))
            )
        })
        .find(|candidate| !taken.contains(&key(candidate)))
        .expect("there are more numbers than names")
}

/// What makes two names the same.
pub(crate) fn key(name: &str) -> String {
    name.nfc().collect()
}

/// The longest beginning of `text` that has at most `bytes` bytes and no half character.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| key(name)).collect()
    }

    #[test]
    fn taken_names_get_numbers() {
        assert_eq!(unique("a.pdf", &taken(&[])), "a.pdf");
        assert_eq!(unique("a.pdf", &taken(&["a.pdf"])), "a (1).pdf");
        assert_eq!(
            unique("a.pdf", &taken(&["a.pdf", "a (1).pdf"])),
            "a (2).pdf"
        );
        assert_eq!(unique(".env", &taken(&[".env"])), ".env (1)");
        assert_eq!(
            unique("caf\u{e9}", &taken(&["cafe\u{301}"])),
            "caf\u{e9} (1)"
        );
    }

    #[test]
    fn a_numbered_name_stays_short_enough() {
        let long = format!("{}.txt", "ä".repeat(125));
        let unique = unique(&long, &taken(&[&long]));
        assert!(
            unique.len() <= MAX_BYTES && unique.ends_with(" (1).txt"),
            "{unique}"
        );
        check(&unique).unwrap();
        let all_extension = format!("a.{}", "x".repeat(253));
        check(&super::unique(&all_extension, &taken(&[&all_extension]))).unwrap();
    }

    #[test]
    fn bad_names_are_refused() {
        for name in ["", ".", "..", "a/b", "a\0b", &"x".repeat(256)] {
            assert_eq!(check(name), Err(VaultError::InvalidName), "{name:?}");
        }
        for name in ["...", "报告 📈.pdf", &"x".repeat(255), "a\\b", " "] {
            check(name).unwrap();
        }
    }
}
