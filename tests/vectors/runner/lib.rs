//! Runs test vectors against `crypto-core`: the project's own files, and the published
//! ones for the envelope. The same code runs natively and, compiled to WASM, in a browser.
//!
//! One vector is one JSON file that states one rule; `tests/vectors/README.md` describes
//! the format.

#[cfg(target_arch = "wasm32")]
pub mod browser;
mod bytes;
mod case;
mod content;
mod context;
mod wycheproof;

pub use self::{
    bytes::Bytes,
    case::Case,
    content::Content,
    context::NamedContext,
    wycheproof::{Published, cobblestone},
};

use serde::{Deserialize, Serialize};

/// A vector file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The rule that it states, in one sentence.
    pub rule: String,
    /// What is given, and which function it is given to.
    pub case: Case,
    /// What must come out.
    pub expect: Expected,
}

/// What must come out of a vector.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// It opens (parses, derives …) and gives these bytes.
    Opens(Bytes),
    /// It opens and gives bytes too many for a file: their length and SHA-256.
    OpensTo {
        /// How many bytes.
        length: usize,
        /// SHA-256 of them, in hexadecimal.
        sha256: String,
    },
    /// It is refused for this reason.
    Refused(String),
}

/// What came out: the bytes, or the reason for refusing.
pub type Outcome = Result<Vec<u8>, String>;

impl Vector {
    /// Parses a vector file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("malformed vector: {error}"))
    }

    /// Runs the case and compares.
    ///
    /// # Errors
    /// What came out instead.
    pub fn check(&self) -> Result<(), String> {
        self.compare(&self.case.run())
    }

    /// Compares what came out with what must.
    ///
    /// # Errors
    /// What came out instead.
    pub fn compare(&self, outcome: &Outcome) -> Result<(), String> {
        let as_expected = match (&self.expect, outcome) {
            (Expected::Opens(bytes), Ok(actual)) => bytes.as_slice() == *actual,
            (Expected::OpensTo { length, sha256 }, Ok(actual)) => {
                actual.len() == *length && hex::encode(crypto_core::sha256(actual)) == *sha256
            }
            (Expected::Refused(reason), Err(actual)) => reason == actual,
            _ => false,
        };
        if as_expected {
            return Ok(());
        }
        let what = match outcome {
            Ok(bytes) => format!(
                "it opened to {} bytes, {}…",
                bytes.len(),
                hex::encode(&bytes[..bytes.len().min(32)])
            ),
            Err(reason) => format!("it was refused as {reason}"),
        };
        Err(format!("{}\n  but {what}", self.rule))
    }
}
