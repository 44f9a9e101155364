//! What the device keeps of `vault::tree`, and searching it, for the page.

use js_sys::{Array, Uint8Array};
use protocol::{NodeId, VersionId};
use vault::tree::Wanted;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::{
    Random,
    error::Failure,
    tree::{Vault, node},
};

#[wasm_bindgen]
impl Vault {
    /// The sealed pieces that have changed since they were last asked for, about `most` bytes at
    /// a time: pairs of a name and what to keep under it, or null. All of one call are written
    /// together; the last call of a round ends with a piece named by zeros.
    #[wasm_bindgen(js_name = cachePieces, unchecked_return_type = "[string, Uint8Array | null][]")]
    pub fn cache_pieces(&mut self, cursor: &str, most: f64) -> Array {
        let (pieces, _) = self.0.cache_pieces(cursor, most as usize, &mut Random);
        let pairs = pieces.into_iter().map(|piece| {
            let sealed = piece.sealed.map_or(JsValue::NULL, |sealed| {
                Uint8Array::from(sealed.as_slice()).into()
            });
            Array::of2(&piece.name.to_string().into(), &sealed)
        });
        pairs.collect()
    }

    /// What was given out could not be kept.
    #[wasm_bindgen(js_name = cacheLost)]
    pub fn cache_lost(&mut self) {
        self.0.cache_lost();
    }

    /// Takes over what the device has kept; gives the cursor to go on from, and the names of
    /// pieces that can go, as JSON.
    #[wasm_bindgen(js_name = loadPieces)]
    pub fn load_pieces(
        &mut self,
        names: Vec<String>,
        pieces: Vec<Uint8Array>,
    ) -> Result<String, Failure> {
        let pieces = named(&names, &pieces);
        Ok(serde_json::to_string(&self.0.load_pieces(pieces))?)
    }

    /// Looks for entries; both sides are JSON.
    ///
    /// # Errors
    /// `bad-answer` if the query is none.
    pub fn search(&mut self, wanted: &str) -> Result<String, Failure> {
        let wanted: Wanted = serde_json::from_str(wanted)?;
        Ok(serde_json::to_string(&self.0.search(&wanted))?)
    }

    /// Which texts are to be read, as JSON.
    ///
    /// # Errors
    /// None that is expected.
    pub fn unread(&mut self) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.0.unread())?)
    }

    /// This version of a file is not to be named as unread again.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = passOver)]
    pub fn pass_over(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        version: &str,
    ) -> Result<(), Failure> {
        self.0.pass_over(node(entry)?, version_id(version)?);
        Ok(())
    }

    /// Takes in the text of a note or document for the search, or that none can be read; gives
    /// the sealed piece to keep under the file's id, or nothing if the version is not the current
    /// one or there is no room.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = indexText)]
    pub fn index_text(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        version: &str,
        text: Option<String>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let text = text.map(Zeroizing::new);
        let text = text.as_deref().map(String::as_str);
        let version = version_id(version)?;
        Ok(self.0.index_text(node(entry)?, version, text, &mut Random))
    }

    /// Takes over pieces that the device has kept; gives the names of those that are of no use,
    /// as JSON.
    ///
    /// # Errors
    /// None that is expected.
    #[wasm_bindgen(js_name = loadTexts)]
    pub fn load_texts(
        &mut self,
        names: Vec<String>,
        pieces: Vec<Uint8Array>,
    ) -> Result<String, Failure> {
        let left = self.0.load_texts(named(&names, &pieces));
        Ok(serde_json::to_string(&left)?)
    }

    /// What stands around the words of a query in pieces that were kept, as JSON: pairs of a
    /// name and strings, of which every other one was found.
    ///
    /// # Errors
    /// None that is expected.
    pub fn excerpts(
        &self,
        names: Vec<String>,
        pieces: Vec<Uint8Array>,
        query: &str,
    ) -> Result<String, Failure> {
        let found = self.0.excerpts(&named(&names, &pieces), query);
        Ok(serde_json::to_string(&found)?)
    }
}

/// Pieces by their names; a name that is none is of no piece.
fn named(names: &[String], pieces: &[Uint8Array]) -> Vec<(NodeId, Vec<u8>)> {
    let both = names.iter().zip(pieces);
    both.filter_map(|(name, piece)| Some((name.parse().ok()?, piece.to_vec())))
        .collect()
}

fn version_id(text: &str) -> Result<VersionId, Failure> {
    text.parse()
        .map_err(|_| Failure::internal("malformed id of a version"))
}
