//! A device that follows the change feed of an honest shelf.

use protocol::{CommitRequest, NodeId};
use rand::rngs::StdRng;
use vault::{
    Vault, VaultError,
    tree::{FeedStep, Step},
};

use crate::shelf::{Shelf, sign_up};

/// A device that follows the change feed.
pub(crate) struct Device {
    pub(crate) vault: Vault,
    pub(crate) cursor: u64,
    /// Folders that had to be listed.
    pub(crate) looks: usize,
}

impl Device {
    pub(crate) fn new(vault: Vault) -> Self {
        Self {
            vault,
            cursor: 0,
            looks: 0,
        }
    }

    /// Reads the feed to its end, as programs do, by pages of so many commits.
    pub(crate) fn catch_up(&mut self, shelf: &Shelf, most: u64) {
        if self.vault.folder(self.vault.root()).is_none() {
            self.look(shelf, self.vault.root()).unwrap();
        }
        loop {
            let (page, until) = shelf.changes(self.cursor, most);
            let step = self.vault.apply_changes(&page).unwrap();
            self.follow(shelf, step);
            self.cursor = until;
            if !page.more {
                for folder in self.vault.unopened() {
                    self.looks += 1;
                    self.look(shelf, folder).unwrap();
                }
                return;
            }
        }
    }

    pub(crate) fn follow(&mut self, shelf: &Shelf, mut step: FeedStep) {
        let mut look = step.look.clone();
        while let Some(gap) = step.gaps.first().copied() {
            let heads = shelf.heads_between(gap.folder, gap.after, gap.before);
            step = self.vault.bridge(gap.folder, &heads);
            look.extend(step.look.iter().copied());
        }
        // What moved into a folder that was purged later leaves no trace where it was before.
        for folder in look {
            // It may be gone by now: then a later page says so.
            if !shelf.heads.contains_key(&folder) {
                continue;
            }
            self.looks += 1;
            self.look(shelf, folder).unwrap();
            let step = self.vault.resume_feed();
            assert!(step.gaps.is_empty() && step.look.is_empty());
        }
    }

    pub(crate) fn look(&mut self, shelf: &Shelf, folder: NodeId) -> Result<(), VaultError> {
        let listing = shelf.listing_of(&self.vault, folder);
        let view = self.vault.open_folder(folder, &listing)?;
        assert!(view.verified && view.findings.is_empty(), "{view:?}");
        Ok(())
    }

    pub(crate) fn send(&mut self, shelf: &mut Shelf, request: CommitRequest) {
        let id = request.id;
        shelf.offer(&request).expect("nobody was faster");
        self.vault.committed(id).unwrap();
    }

    pub(crate) fn folder(
        &mut self,
        shelf: &mut Shelf,
        parent: NodeId,
        name: &str,
        rng: &mut StdRng,
    ) -> NodeId {
        let (id, request) = self.vault.create_folder(parent, name, 9, rng).unwrap();
        self.send(shelf, request);
        id
    }

    pub(crate) fn step(&mut self, shelf: &mut Shelf, step: Result<Step, VaultError>) {
        self.send(shelf, step.unwrap().request.unwrap());
    }

    /// Everything that hangs below the root, as paths.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .vault
            .below(self.vault.root())
            .into_iter()
            .map(|node| self.path(node))
            .collect();
        paths.sort();
        paths
    }

    pub(crate) fn path(&self, node: NodeId) -> String {
        let steps = self.vault.path(node).unwrap();
        let names: Vec<String> = steps.into_iter().map(|step| step.name).collect();
        names.join("/")
    }
}

pub(crate) fn device(seed: u64) -> (Device, Shelf, StdRng) {
    let (vault, shelf, rng) = sign_up(seed);
    (Device::new(vault), shelf, rng)
}
