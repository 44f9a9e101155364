//! What the device keeps of `vault::tree`, and searching it, for the page.

use js_sys::{Array, Uint8Array};
use protocol::NodeId;
use vault::tree::Wanted;
use wasm_bindgen::prelude::*;

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
        // A name that is none is of no piece.
        let named = names.iter().zip(pieces).filter_map(|(name, piece)| {
            let name: NodeId = name.parse().ok()?;
            Some((name, piece.to_vec()))
        });
        Ok(serde_json::to_string(&self.0.load_pieces(named.collect()))?)
    }

    /// Looks for entries; both sides are JSON.
    ///
    /// # Errors
    /// `bad-answer` if the query is none.
    pub fn search(&mut self, wanted: &str) -> Result<String, Failure> {
        let wanted: Wanted = serde_json::from_str(wanted)?;
        Ok(serde_json::to_string(&self.0.search(&wanted))?)
    }

    /// Sets the text of a note or document for the search; false if there is no room for it.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = indexText)]
    pub fn index_text(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        version: &str,
        text: &str,
    ) -> Result<bool, Failure> {
        let version = version
            .parse()
            .map_err(|_| Failure::internal("malformed id of a version"))?;
        Ok(self.0.index_text(node(entry)?, version, text))
    }

    /// The version whose text was set last.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = indexedVersion)]
    pub fn indexed_version(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
    ) -> Result<Option<String>, Failure> {
        let version = self.0.indexed_version(node(entry)?);
        Ok(version.map(|version| version.to_string()))
    }
}
