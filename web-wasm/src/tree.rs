//! `vault::tree` for the page.

use protocol::{CommitId, CommitRequest, FolderPage, HeadsPage, NodeId, Success};
use serde::de::DeserializeOwned;
use vault::{VaultError, account::Vault as Inner, tree::Listing};
use wasm_bindgen::prelude::*;

use crate::{Random, error::Failure};

/// An unlocked vault.
#[wasm_bindgen]
pub struct Vault(pub(crate) Inner);

#[wasm_bindgen]
impl Vault {
    /// The seq after which the heads must be fetched that lead to the current one.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = pinnedSeq)]
    pub fn pinned_seq(&self, folder: &str) -> Result<Option<f64>, Failure> {
        Ok(self.0.pinned_seq(node(folder)?).map(|seq| seq as f64))
    }

    /// The head's seq in the body of a page of children.
    ///
    /// # Errors
    /// `bad-answer`.
    #[wasm_bindgen(js_name = headSeq)]
    pub fn head_seq(&self, page: &str) -> Result<f64, Failure> {
        Ok(body::<FolderPage>(page)?.head.seq as f64)
    }

    /// Verifies all pages of a folder; gives its view.
    ///
    /// # Errors
    /// A finding about the folder as a whole, or `bad-answer`.
    #[wasm_bindgen(js_name = openFolder)]
    pub fn open_folder(
        &mut self,
        folder: &str,
        pages: Vec<String>,
        heads: Vec<String>,
    ) -> Result<String, Failure> {
        let pages = pages
            .iter()
            .map(|page| body::<FolderPage>(page))
            .collect::<Result<_, _>>()?;
        let heads = heads
            .iter()
            .map(|page| body::<HeadsPage>(page))
            .collect::<Result<Vec<_>, _>>()?;
        let between = heads.into_iter().flat_map(|page| page.heads).collect();
        let view = self
            .0
            .open_folder(node(folder)?, &Listing { pages, between })?;
        Ok(serde_json::to_string(&view)?)
    }

    /// What is known of a folder without asking.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn folder(&self, folder: &str) -> Result<Option<String>, Failure> {
        Ok(self
            .0
            .folder(node(folder)?)
            .map(|view| serde_json::to_string(&view))
            .transpose()?)
    }

    /// The commit that renames an entry.
    ///
    /// # Errors
    /// `invalid-name`, `no-such-entry`, `folder-not-verified`.
    pub fn rename(
        &mut self,
        folder: &str,
        #[wasm_bindgen(js_name = node)] entry: &str,
        name: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let commit = self
            .0
            .rename(node(folder)?, node(entry)?, name, now as u64, &mut Random)?;
        Ok(serde_json::to_string(&commit)?)
    }

    /// The commit that puts entries into the trash; at most 500.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn trash(
        &mut self,
        folder: &str,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::trash, folder, &nodes, now)
    }

    /// The commit that takes entries out of the trash; at most 500.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn restore(
        &mut self,
        folder: &str,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::restore, folder, &nodes, now)
    }

    /// The commit that removes entries for good; at most 1000.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn purge(
        &mut self,
        folder: &str,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::purge, folder, &nodes, now)
    }

    /// The server has accepted a commit; gives the folder's view.
    ///
    /// # Errors
    /// `no-such-entry` if it was not under way.
    pub fn committed(
        &mut self,
        #[wasm_bindgen(js_name = commitId)] commit: &str,
    ) -> Result<String, Failure> {
        Ok(serde_json::to_string(
            &self.0.committed(commit_id(commit)?)?,
        )?)
    }

    /// The server has refused a commit for good.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn abandoned(
        &mut self,
        #[wasm_bindgen(js_name = commitId)] commit: &str,
    ) -> Result<(), Failure> {
        self.0.abandoned(commit_id(commit)?);
        Ok(())
    }
}

/// A commit of the vault over many entries of one folder.
type Change =
    fn(&mut Inner, NodeId, &[NodeId], u64, &mut Random) -> Result<CommitRequest, VaultError>;

impl Vault {
    fn change(
        &mut self,
        make: Change,
        folder: &str,
        nodes: &[String],
        now: f64,
    ) -> Result<String, Failure> {
        let commit = make(
            &mut self.0,
            node(folder)?,
            &ids(nodes)?,
            now as u64,
            &mut Random,
        )?;
        Ok(serde_json::to_string(&commit)?)
    }
}

/// The `data` in the body of a successful answer.
fn body<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let answer: Success<T> = serde_json::from_str(text)?;
    answer.data.ok_or_else(|| VaultError::BadAnswer.into())
}

pub(crate) fn node(text: &str) -> Result<NodeId, Failure> {
    text.parse()
        .map_err(|_| Failure::internal("malformed id of a file or folder"))
}

fn ids(texts: &[String]) -> Result<Vec<NodeId>, Failure> {
    texts.iter().map(|text| node(text)).collect()
}

fn commit_id(text: &str) -> Result<CommitId, Failure> {
    text.parse()
        .map_err(|_| Failure::internal("malformed id of a commit"))
}
