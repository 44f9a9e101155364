//! What `browser.mjs` calls. The WASM path runs whole vectors in here; for the SubtleCrypto
//! path this gives out what the app's `ContentSealer` and `ContentOpener` are made with.

use crypto_core::content::ContentCipher;
use wasm_bindgen::prelude::*;

use crate::{Case, Content, Outcome, Vector, cobblestone};

/// Runs a vector file.
///
/// # Errors
/// What came out instead of what must.
#[wasm_bindgen(js_name = checkVector)]
pub fn check_vector(json: &str) -> Result<(), JsError> {
    Vector::parse(json)
        .and_then(|vector| vector.check())
        .map_err(|error| JsError::new(&error))
}

/// Runs the published vectors for the envelope and says how many there are.
///
/// # Errors
/// The first that went wrong.
#[wasm_bindgen(js_name = checkPublished)]
pub fn check_published() -> Result<usize, JsError> {
    let published = cobblestone().map_err(|error| JsError::new(&error))?;
    for one in &published {
        if let Err(error) = &one.result {
            return Err(JsError::new(&format!("{}: {error}", one.name)));
        }
    }
    Ok(published.len())
}

/// A vector about file content.
#[wasm_bindgen]
pub struct ContentVector {
    vector: Vector,
    hashes: Vec<u8>,
    cipher: Option<ContentCipher>,
}

#[wasm_bindgen]
impl ContentVector {
    /// Parses a vector file; nothing if it is about something else.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(json: &str) -> Result<Option<Self>, JsError> {
        let vector = Vector::parse(json).map_err(|error| JsError::new(&error))?;
        let is_content = matches!(vector.case, Case::Content(_));
        Ok(is_content.then_some(Self {
            vector,
            hashes: Vec::new(),
            cipher: None,
        }))
    }

    fn content(&self) -> &Content {
        match &self.vector.case {
            Case::Content(content) => content,
            _ => unreachable!("parse lets nothing else in"),
        }
    }

    /// Opens what is opened before the content: the segment list and the header. Gives the
    /// reason if one of them is refused.
    pub fn prepare(&mut self) -> Option<String> {
        let prepared = self.content().prepare();
        match prepared {
            Ok((hashes, cipher)) => {
                self.hashes = hashes;
                self.cipher = Some(cipher);
                None
            }
            Err(reason) => Some(reason),
        }
    }

    fn cipher(&self) -> &ContentCipher {
        self.cipher.as_ref().expect("prepare comes first")
    }

    /// The AES key, to be imported.
    pub fn key(&self) -> Vec<u8> {
        self.cipher().export_for_subtle_crypto().to_vec()
    }

    /// The base nonce.
    pub fn nonce(&self) -> Vec<u8> {
        self.cipher().base_nonce().to_vec()
    }

    /// The content's first bytes.
    pub fn header(&self) -> Vec<u8> {
        self.cipher().header().to_vec()
    }

    /// The opened segment list.
    pub fn hashes(&self) -> Vec<u8> {
        self.hashes.clone()
    }

    /// The hash that the version record names.
    pub fn root(&self) -> Vec<u8> {
        self.content().root.to_vec()
    }

    /// The file's true length.
    pub fn size(&self) -> f64 {
        self.content().size as f64
    }

    /// A stored part; empty if it is missing.
    pub fn part(&self, index: usize) -> Vec<u8> {
        let part = self.content().parts.get(index);
        part.map_or_else(Vec::new, |part| part.as_slice().to_vec())
    }

    /// Compares what came out: bytes, or a reason.
    ///
    /// # Errors
    /// What came out instead of what must.
    pub fn compare(&self, opened: Option<Vec<u8>>, reason: Option<String>) -> Result<(), JsError> {
        let outcome: Outcome = opened.ok_or_else(|| reason.unwrap_or_default());
        self.vector
            .compare(&outcome)
            .map_err(|error| JsError::new(&error))
    }
}
