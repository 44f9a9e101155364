//! Errors as the page sees them: an `Error` whose `code` selects the words.

use crypto_core::{OpenError, recovery::PhraseError};
use js_sys::{Object, Reflect};
use vault::VaultError;
use wasm_bindgen::JsValue;

/// Why something failed.
pub struct Failure {
    code: &'static str,
    message: String,
    phrase: Option<PhraseError>,
}

impl Failure {
    /// The file is not as long as it was when its upload was planned.
    pub(crate) fn file_changed() -> Self {
        Self {
            code: "file-changed",
            message: "the file changed while it was being read".into(),
            phrase: None,
        }
    }

    /// `SubtleCrypto` refused.
    pub(crate) fn subtle(error: &JsValue) -> Self {
        Self {
            code: "subtle-failed",
            message: format!("SubtleCrypto failed: {error:?}"),
            phrase: None,
        }
    }

    /// A mistake of the calling program.
    pub(crate) fn internal(message: &str) -> Self {
        Self {
            code: "internal",
            message: message.to_owned(),
            phrase: None,
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            phrase: match error {
                VaultError::InvalidPhrase(error) => Some(error),
                _ => None,
            },
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        VaultError::from(error).into()
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        // The category and the place only: the text may hold what was being parsed.
        let message = format!(
            "malformed answer at line {}, column {}",
            error.line(),
            error.column()
        );
        Self {
            code: VaultError::BadAnswer.code(),
            message,
            phrase: None,
        }
    }
}

/// What is wrong with a recovery phrase, in the form that the pages know.
fn phrase_fault(error: PhraseError) -> Object {
    let fault = Object::new();
    let kind = match error {
        PhraseError::WordCount => "word-count",
        PhraseError::UnknownWord(_) => "unknown-word",
        PhraseError::Checksum => "checksum",
    };
    // Setting a new property of a new object does not fail.
    let _ = Reflect::set(&fault, &"kind".into(), &kind.into());
    if let PhraseError::UnknownWord(word) = error {
        let _ = Reflect::set(&fault, &"word".into(), &JsValue::from(word as u32));
    }
    fault
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let error = js_sys::Error::new(&failure.message);
        // Setting a new property of a new object does not fail.
        let _ = Reflect::set(&error, &"code".into(), &failure.code.into());
        if let Some(phrase) = failure.phrase {
            let _ = Reflect::set(&error, &"phrase".into(), &phrase_fault(phrase));
        }
        error.into()
    }
}
