//! Searching bytes for secrets in every form in which they might leak.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Secrets, raw and as base64 (at any alignment, both alphabets), hex and URL encoding.
pub struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    /// Prepares the search.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            let mut add =
                |form: &str, bytes: Vec<u8>| needles.push((format!("{secret:?} {form}"), bytes));
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = secret
                .bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect();
            add("raw", secret.as_bytes().to_vec());
            add(
                "as UTF-16",
                secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            );
            add("as hex", hex.clone().into_bytes());
            add("as upper-case hex", hex.to_uppercase().into_bytes());
            add("URL-encoded", percent.into_bytes());
            add(
                "as JSON",
                serde_json::to_vec(secret)
                    .expect("a string")
                    .trim_ascii()
                    .to_vec(),
            );
            for shift in 0..3 {
                // What stands around the secret spoils the first and the last characters.
                let encoded = STANDARD.encode([&[0; 3][..shift], secret.as_bytes()].concat());
                let inner = encoded.trim_end_matches('=');
                let inner = &inner[if shift == 0 { 0 } else { 4 }..inner.len() - 3];
                add("as base64", inner.as_bytes().to_vec());
                add(
                    "as URL-safe base64",
                    inner.replace('+', "-").replace('/', "_").into_bytes(),
                );
            }
        }
        Self(needles)
    }

    /// The first secret that is in `bytes`, and its form.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(_, needle)| memchr::memmem::find(bytes, needle).is_some());
        found.map(|(description, _)| description.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found() {
        let needles = Needles::new(["Zürich-secret"]);
        let hex: String = "Zürich-secret"
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        for (before, after) in [("", ""), ("a", "b"), ("ab", "cd"), ("abc", "x")] {
            let text = format!("{before}Zürich-secret{after}");
            assert!(
                needles.find(STANDARD.encode(&text).as_bytes()).is_some(),
                "{text}"
            );
        }
        for text in [
            "a Zürich-secret b",
            &hex,
            "Z%C3%BCrich-secret",
            r#""Zürich-secret""#,
        ] {
            assert!(needles.find(text.as_bytes()).is_some(), "{text}");
        }
        assert_eq!(needles.find(b"Zurich-secret"), None);
    }
}
