//! `vault::tree` for the page.

use protocol::{
    ChangesPage, CommitId, CommitRequest, FolderPage, Head, HeadsPage, NodeId, Success,
};
use serde::{Serialize, de::DeserializeOwned};
use vault::{
    VaultError,
    account::Vault as Inner,
    tree::{Edit, FeedStep, Listing, Step, Way},
};
use wasm_bindgen::prelude::*;

use crate::{Random, error::Failure};

/// An unlocked vault.
#[wasm_bindgen]
pub struct Vault(pub(crate) Inner);

/// Looking: from the server's answers to what may be believed.
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

    /// The lowest seq that the folder's current head may have.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = leastSeq)]
    pub fn least_seq(&self, folder: &str) -> Result<f64, Failure> {
        Ok(self.0.least_seq(node(folder)?) as f64)
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
    /// A finding about the folder as a whole, `no-such-entry`, or `bad-answer`.
    #[wasm_bindgen(js_name = openFolder)]
    pub fn open_folder(
        &mut self,
        folder: &str,
        pages: Vec<String>,
        heads: Vec<String>,
    ) -> Result<String, Failure> {
        let listing = listing(&pages, &heads)?;
        json(&self.0.open_folder(node(folder)?, &listing)?)
    }

    /// What is known of a folder without asking.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn folder(&self, folder: &str) -> Result<Option<String>, Failure> {
        self.0.folder(node(folder)?).as_ref().map(json).transpose()
    }

    /// Takes in the body of a page of changes; says what to do next, where to go on, and
    /// whether there is more.
    ///
    /// # Errors
    /// `bad-answer`; `folder-not-verified` before the root was opened.
    #[wasm_bindgen(js_name = applyChanges)]
    pub fn apply_changes(&mut self, page: &str) -> Result<String, Failure> {
        let page = body::<ChangesPage>(page)?;
        let step = self.0.apply_changes(&page)?;
        json(&FeedPage {
            step,
            empty: page.changes.is_empty() && page.heads.is_empty(),
            cursor: page.cursor,
            more: page.more,
        })
    }

    /// The pages that come are from the feed's beginning again: what is older now, or does not
    /// come at all, is to be looked at.
    #[wasm_bindgen(js_name = restartFeed)]
    pub fn restart_feed(&mut self) {
        self.0.restart_feed();
    }

    /// Whether a folder was verified.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    #[wasm_bindgen(js_name = hasFolder)]
    pub fn has_folder(&self, folder: &str) -> Result<bool, Failure> {
        Ok(self.0.has_folder(node(folder)?))
    }

    /// Folders that were seen as children but not opened themselves.
    #[must_use]
    pub fn unopened(&self) -> Vec<String> {
        self.0.unopened().iter().map(ToString::to_string).collect()
    }

    /// Takes in the heads that were missing between what was seen of a folder and its current
    /// head.
    ///
    /// # Errors
    /// `bad-answer`, or `internal` for a malformed id.
    pub fn bridge(&mut self, folder: &str, heads: Vec<String>) -> Result<String, Failure> {
        json(&self.0.bridge(node(folder)?, &between(&heads)?))
    }

    /// Goes on with changes that waited for a folder which was opened meanwhile.
    ///
    /// # Errors
    /// None to be expected.
    #[wasm_bindgen(js_name = resumeFeed)]
    pub fn resume_feed(&mut self) -> Result<String, Failure> {
        json(&self.0.resume_feed())
    }

    /// The way from the root to a node; nothing if there is none.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn path(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
    ) -> Result<Option<String>, Failure> {
        self.0.path(node(entry)?).as_ref().map(json).transpose()
    }

    /// The entry of a node that was verified.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn entry(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
    ) -> Result<Option<String>, Failure> {
        self.0.entry(node(entry)?).as_ref().map(json).transpose()
    }

    /// What is in the trash, but for what is below something else that is.
    ///
    /// # Errors
    /// None to be expected.
    pub fn trashed(&self) -> Result<String, Failure> {
        json(&self.0.trashed_entries())
    }

    /// Live entries that are starred.
    ///
    /// # Errors
    /// None to be expected.
    pub fn starred(&self) -> Result<String, Failure> {
        json(&self.0.live_entries(|entry| entry.starred))
    }

    /// The live files that were changed last, newest first.
    ///
    /// # Errors
    /// None to be expected.
    pub fn recent(&self, most: usize) -> Result<String, Failure> {
        json(&self.0.recent(most))
    }

    /// A hash over everything that this device has seen, for comparing with another device:
    /// 32 digits in groups of four.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
}

/// Changing: commits to send.
#[wasm_bindgen]
impl Vault {
    /// The commit that renames an entry.
    ///
    /// # Errors
    /// `invalid-name`, `no-such-entry`, `folder-not-verified`.
    pub fn rename(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        name: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        json(&self.0.rename(node(entry)?, name, now as u64, &mut Random)?)
    }

    /// The commit that changes entries' tags, description, category or star.
    ///
    /// # Errors
    /// `invalid-metadata`, `no-such-entry`, `folder-not-verified`.
    pub fn edit(
        &mut self,
        nodes: Vec<String>,
        edit: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let edit: Edit = serde_json::from_str(edit)?;
        json(&self.0.edit(&ids(&nodes)?, &edit, now as u64, &mut Random)?)
    }

    /// The commit that puts entries into the trash.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn trash(
        &mut self,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::trash, &nodes, now)
    }

    /// The commit that takes entries out of the trash.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn restore(
        &mut self,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::restore, &nodes, now)
    }

    /// The commit that removes entries for good.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn purge(
        &mut self,
        nodes: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        self.change(Inner::purge, &nodes, now)
    }

    /// The commit that moves entries into another folder.
    ///
    /// # Errors
    /// `into-itself`, `too-deep`, `no-such-entry`, `folder-not-verified`.
    #[wasm_bindgen(js_name = moveTo)]
    pub fn move_to(
        &mut self,
        nodes: Vec<String>,
        to: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let done = self
            .0
            .move_to(&ids(&nodes)?, node(to)?, now as u64, &mut Random)?;
        json(&done)
    }

    /// The commit that makes a folder: `{"node", "request"}`.
    ///
    /// # Errors
    /// `invalid-name`, `too-deep`, `folder-not-verified`.
    #[wasm_bindgen(js_name = createFolder)]
    pub fn create_folder(
        &mut self,
        parent: &str,
        name: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let (node, request) = self
            .0
            .create_folder(node(parent)?, name, now as u64, &mut Random)?;
        json(&NewFolder { node, request })
    }

    /// The commit that makes what is missing of these paths (a list of lists of names, each
    /// after what it begins with): `{"nodes", "request"}`, the ids of the first of them.
    ///
    /// # Errors
    /// `invalid-name`, `too-deep`, `folder-not-verified`.
    #[wasm_bindgen(js_name = createFolders)]
    pub fn create_folders(
        &mut self,
        parent: &str,
        paths: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let paths: Vec<Vec<String>> = serde_json::from_str(paths)?;
        let (nodes, request) =
            self.0
                .create_folders(node(parent)?, &paths, now as u64, &mut Random)?;
        json(&NewFolders { nodes, request })
    }

    /// The ways out of what was found about a node, or about its whole folder.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn ways(&self, folder: &str, about: Option<String>) -> Result<String, Failure> {
        let about = about.as_deref().map(node).transpose()?;
        json(&self.0.ways(node(folder)?, about))
    }

    /// The commit that goes one of the ways with a node.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    pub fn resolve(
        &mut self,
        folder: &str,
        about: &str,
        way: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let way = Way::parse(way).ok_or_else(|| Failure::internal("no such way"))?;
        let commit = self
            .0
            .resolve(node(folder)?, node(about)?, way, now as u64, &mut Random)?;
        json(&commit)
    }

    /// The commit that takes for true what the server shows of a whole folder.
    ///
    /// # Errors
    /// A finding, `bad-answer`.
    #[wasm_bindgen(js_name = acceptFolder)]
    pub fn accept_folder(
        &mut self,
        folder: &str,
        pages: Vec<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let listing = listing(&pages, &[])?;
        let commit = self
            .0
            .accept_folder(node(folder)?, &listing, now as u64, &mut Random)?;
        json(&commit)
    }

    /// The server has accepted a commit; gives the ids of the folders that changed.
    ///
    /// # Errors
    /// `no-such-entry` if it was not under way.
    pub fn committed(
        &mut self,
        #[wasm_bindgen(js_name = commitId)] commit: &str,
    ) -> Result<Vec<String>, Failure> {
        let folders = self.0.committed(commit_id(commit)?)?;
        Ok(folders.iter().map(ToString::to_string).collect())
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

/// A commit of the vault over many entries.
type Change = fn(&mut Inner, &[NodeId], u64, &mut Random) -> Result<Step, VaultError>;

impl Vault {
    fn change(&mut self, make: Change, nodes: &[String], now: f64) -> Result<String, Failure> {
        json(&make(&mut self.0, &ids(nodes)?, now as u64, &mut Random)?)
    }
}

#[derive(Serialize)]
struct FeedPage {
    #[serde(flatten)]
    step: FeedStep,
    cursor: String,
    more: bool,
    /// Whether the page said anything.
    empty: bool,
}

#[derive(Serialize)]
struct NewFolder {
    node: NodeId,
    request: CommitRequest,
}

#[derive(Serialize)]
struct NewFolders {
    nodes: Vec<NodeId>,
    request: Option<CommitRequest>,
}

fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}

fn listing(pages: &[String], heads: &[String]) -> Result<Listing, Failure> {
    let pages = pages
        .iter()
        .map(|page| body::<FolderPage>(page))
        .collect::<Result<_, _>>()?;
    Ok(Listing {
        pages,
        between: between(heads)?,
    })
}

fn between(pages: &[String]) -> Result<Vec<Head>, Failure> {
    let pages = pages
        .iter()
        .map(|page| body::<HeadsPage>(page))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(pages.into_iter().flat_map(|page| page.heads).collect())
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
