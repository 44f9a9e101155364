//! What a native client does with folders: looking, following the feed, changing.

use protocol::{AccountKeys, ChangesPage, FolderPage, Head, HeadsPage, NodeId};
use rand::rngs::StdRng;
use vault::{
    Vault, VaultError,
    tree::{Edit, FolderView, Listing, Step, Way},
};

use crate::device::{ClientError, Device, now};

impl Device {
    /// Fetches and verifies the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn open(&mut self) -> Result<FolderView, ClientError> {
        self.open_in(self.vault.root()).await
    }

    /// Fetches and verifies a folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn open_in(&mut self, folder: NodeId) -> Result<FolderView, ClientError> {
        let listing = self.listing(folder).await?;
        Ok(self.vault.open_folder(folder, &listing)?)
    }

    /// Renames an entry; gives the folder that it is in.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rename(&mut self, node: NodeId, name: &str) -> Result<FolderView, ClientError> {
        let request = self.vault.rename(node, name, now(), &mut self.rng)?;
        self.commit(&request).await?;
        let folder = self.vault.entry(node).map(|entry| entry.folder);
        Ok(self.view(folder.expect("what was renamed is there")))
    }

    /// Puts entries into the trash; gives the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn trash(&mut self, nodes: &[NodeId]) -> Result<FolderView, ClientError> {
        self.steps(nodes, Vault::trash).await
    }

    /// Takes entries out of the trash; gives the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn restore(&mut self, nodes: &[NodeId]) -> Result<FolderView, ClientError> {
        self.steps(nodes, Vault::restore).await
    }

    /// Removes entries for good, by way of the trash; gives the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn purge(&mut self, nodes: &[NodeId]) -> Result<FolderView, ClientError> {
        self.steps(nodes, Vault::trash).await?;
        self.steps(nodes, Vault::purge).await
    }

    /// Moves entries into another folder; gives that.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn move_to(
        &mut self,
        nodes: &[NodeId],
        to: NodeId,
    ) -> Result<FolderView, ClientError> {
        self.steps(nodes, |vault, nodes, now, rng| {
            vault.move_to(nodes, to, now, rng)
        })
        .await?;
        Ok(self.view(to))
    }

    /// Makes a folder; gives its id.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_folder(
        &mut self,
        parent: NodeId,
        name: &str,
    ) -> Result<NodeId, ClientError> {
        let (id, request) = self
            .vault
            .create_folder(parent, name, now(), &mut self.rng)?;
        self.commit(&request).await?;
        Ok(id)
    }

    /// Changes entries' metadata; gives the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn edit(&mut self, nodes: &[NodeId], edit: &Edit) -> Result<FolderView, ClientError> {
        self.steps(nodes, |vault, nodes, now, rng| {
            vault.edit(nodes, edit, now, rng)
        })
        .await
    }

    /// Reads the change feed to its end, from `cursor` on (from the beginning without one), and
    /// looks at what does not prove itself; gives the new cursor.
    ///
    /// # Errors
    /// [`ClientError`]: of a folder that had to be looked at, its finding.
    pub async fn catch_up(&mut self, cursor: Option<String>) -> Result<String, ClientError> {
        if self.vault.folder(self.vault.root()).is_none() {
            self.open().await?;
        }
        let after = |cursor: &str| format!("/changes?cursor={cursor}");
        let mut path = cursor.map_or_else(|| "/changes".to_owned(), |cursor| after(&cursor));
        loop {
            let page: ChangesPage = self.get(&path).await?;
            let mut step = self.vault.apply_changes(&page)?;
            let mut look = step.look;
            while let Some(gap) = step.gaps.first().copied() {
                let heads = self.heads(gap.folder, gap.after, gap.before).await?;
                step = self.vault.bridge(gap.folder, &heads);
                look.append(&mut step.look);
            }
            if !page.more {
                look.extend(self.vault.unopened());
            }
            for folder in look {
                self.open_in(folder).await?;
                self.vault.resume_feed();
            }
            if !page.more {
                return Ok(page.cursor);
            }
            path = after(&page.cursor);
        }
    }

    /// Takes in what the account keeps, sealed, for all of its devices: what they have seen.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn take_pins(&mut self) -> Result<(), ClientError> {
        let keys: AccountKeys = self.get("/user/keys").await?;
        Ok(self.vault.merge_keys(&keys)?)
    }

    /// Goes one way out of what was found about a node, or about its whole folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn resolve(
        &mut self,
        folder: NodeId,
        node: Option<NodeId>,
        way: Way,
    ) -> Result<FolderView, ClientError> {
        let request = match node {
            Some(node) => self
                .vault
                .resolve(folder, node, way, now(), &mut self.rng)?,
            None => {
                let listing = self.listing(folder).await?;
                self.vault
                    .accept_folder(folder, &listing, now(), &mut self.rng)?
            }
        };
        self.commit(&request).await?;
        Ok(self.view(folder))
    }

    /// What the server says about a folder, with the heads that lead to it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn listing(&self, folder: NodeId) -> Result<Listing, ClientError> {
        let path = format!("/folders/{folder}/children");
        let mut pages: Vec<FolderPage> = vec![self.get(&path).await?];
        while let Some(cursor) = pages.last().and_then(|page| page.next_cursor.clone()) {
            pages.push(self.get(&format!("{path}?cursor={cursor}")).await?);
        }
        let head = pages[0].head.seq;
        let between = match self.vault.pinned_seq(folder) {
            Some(after) => self.heads(folder, after, head).await?,
            None => Vec::new(),
        };
        Ok(Listing { pages, between })
    }

    /// The heads between two counters.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn heads(
        &self,
        folder: NodeId,
        mut after: u64,
        before: u64,
    ) -> Result<Vec<Head>, ClientError> {
        let mut between = Vec::new();
        while before > after + 1 {
            let page: HeadsPage = self
                .get(&format!("/folders/{folder}/heads?after={after}"))
                .await?;
            let Some(last) = page.heads.last() else { break };
            after = last.seq.max(after + 1);
            between.extend(page.heads);
            if !page.more {
                break;
            }
        }
        Ok(between)
    }

    /// Sends one commit after the other until all entries are dealt with.
    async fn steps(
        &mut self,
        mut nodes: &[NodeId],
        mut make: impl FnMut(&mut Vault, &[NodeId], u64, &mut StdRng) -> Result<Step, VaultError>,
    ) -> Result<FolderView, ClientError> {
        while !nodes.is_empty() {
            let step = make(&mut self.vault, nodes, now(), &mut self.rng)?;
            if let Some(request) = step.request {
                self.commit(&request).await?;
            }
            nodes = &nodes[step.covered..];
        }
        Ok(self.view(self.vault.root()))
    }

    fn view(&self, folder: NodeId) -> FolderView {
        self.vault.folder(folder).expect("it was verified")
    }
}
