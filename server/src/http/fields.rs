//! Rules for fields; all that are broken are reported at once.

use std::collections::BTreeMap;

use protocol::Base64;

use crate::error::{ApiError, ApiResult};

/// A wrapped 32-byte key, in bytes.
pub(crate) const WRAPPED_KEY: usize = 104;

/// The shortest thing that can be sealed: a header and an empty chunk.
const SEALED_MIN: usize = 72;

/// Collects the fields that break a rule.
#[derive(Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Notes a field, once, when the rule does not hold.
    pub(crate) fn require(&mut self, holds: bool, field: &str, reason: &str) {
        if !holds {
            self.0
                .entry(field.to_owned())
                .or_insert_with(|| reason.to_owned());
        }
    }

    /// Between so many characters, and none that is invisible.
    pub(crate) fn text(&mut self, field: &str, value: &str, min: usize, max: usize) {
        let length = value.chars().count();
        self.require(
            (min..=max).contains(&length),
            field,
            &format!("it must have {min} to {max} characters"),
        );
        self.require(
            !value.chars().any(char::is_control),
            field,
            "it must not contain control characters",
        );
    }

    pub(crate) fn opt_text(&mut self, field: &str, value: Option<&str>, max: usize) {
        if let Some(value) = value {
            self.text(field, value, 1, max);
        }
    }

    /// A key wrapped under another.
    pub(crate) fn wrapped_key(&mut self, field: &str, value: &Base64) {
        self.require(
            value.0.len() == WRAPPED_KEY,
            field,
            &format!("it must be {WRAPPED_KEY} bytes"),
        );
    }

    /// A sealed record.
    pub(crate) fn sealed(&mut self, field: &str, value: &Base64, max: usize) {
        self.require(
            (SEALED_MIN..=max).contains(&value.0.len()),
            field,
            &format!("it must be {SEALED_MIN} to {max} bytes"),
        );
    }

    pub(crate) fn equal(&mut self, field: &str, value: u64, expected: u64) {
        self.require(value == expected, field, &format!("it must be {expected}"));
    }

    /// # Errors
    /// 422 naming the fields, if any rule was broken.
    pub(crate) fn finish(self) -> ApiResult<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::validation(self.0))
        }
    }
}

/// One address, trimmed and lower-cased; `None` when it has not the form of one.
pub(crate) fn normalise_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let fine = |c: char| !c.is_control() && !c.is_whitespace() && !r#"@<>()[]\,;:""#.contains(c);
    let labels = || domain.split('.');
    let ok = email.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(fine)
        && domain.chars().all(fine)
        && labels()
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    ok.then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_normalised_or_refused() {
        assert_eq!(
            normalise_email(" Ann@Example.ORG ").as_deref(),
            Some("ann@example.org")
        );
        assert_eq!(
            normalise_email("a@localhost").as_deref(),
            Some("a@localhost")
        );
        for bad in [
            "", "a", "@b.c", "a@", "a@b@c", "a b@c.d", "a@b..c", "a@-b.c", "a\0@b.c", "a@b,c",
        ] {
            assert_eq!(normalise_email(bad), None, "{bad:?}");
        }
        assert_eq!(normalise_email(&format!("{}@b.c", "x".repeat(65))), None);
    }
}
