//! A device that acts as the app does: it sends a commit until its fate is known, looks again and
//! makes it anew when another device was faster, and comes back from what it keeps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crypto_core::keys::KeptKek;
use harness::device::{ClientError, Device};
use protocol::{
    AccountKeys, Change, ChangesPage, CommitId, CommitRequest, ErrorCode, FileDetails, NodeId,
    NodeKind, UploadId, VersionId,
};
use rand::rngs::StdRng;
use reqwest::StatusCode;
use vault::pins::Pins;
use vault::transfer::UploadPlan;
use vault::tree::FeedStep;
use vault::{Vault, VaultError};

use super::PASSWORD;
use super::model::Fact;
use super::wishes::Wish;

/// More rounds than this mean that something else is wrong: nobody is faster for ever.
const MAX_ROUNDS: usize = 8;

/// A wish on its way.
pub(super) struct Task {
    /// Which of all wishes it is.
    number: usize,
    pub(super) wish: Wish,
    /// The upload, for what needs one.
    pub(super) staged: Option<(UploadPlan, UploadId)>,
    /// Sent, or about to be; its fate is not known.
    request: Option<CommitRequest>,
    rounds: usize,
}

/// What came of a step of a task.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The server said that it did it.
    Acknowledged(usize),
    /// It cannot be done any more, or is done already.
    Dropped,
    /// It goes on later.
    Waiting,
}

/// Why something stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// No answer came.
    Away,
    /// What it is about is not there any more, or was never.
    Gone,
    /// What this device knows is not the newest: again.
    Behind,
}

/// What all devices of a case share: what was made, and what each commit means.
#[derive(Default)]
pub(super) struct Book {
    /// In which order nodes came into being, for the same choices with every key.
    pub(super) births: HashMap<NodeId, usize>,
    /// What each version holds.
    pub(super) contents: HashMap<VersionId, Vec<u8>>,
    /// The wish that each commit was made for, and what it does.
    pub(super) commits: HashMap<CommitId, (usize, Vec<Fact>)>,
}

impl Book {
    fn born(&mut self, id: NodeId) {
        let next = self.births.len();
        self.births.entry(id).or_insert(next);
    }
}

/// What survives the end of a process.
#[derive(Default)]
struct Disk {
    pins: Vec<u8>,
    /// The account key, as the device keeps it.
    kept: Vec<u8>,
    pieces: BTreeMap<NodeId, Vec<u8>>,
}

pub(super) struct Actor {
    pub(super) device: Device,
    pub(super) name: &'static str,
    url: String,
    pub(super) rng: StdRng,
    cursor: Option<String>,
    disk: Disk,
    kek: [u8; 32],
    /// Its process ended, and none has begun since.
    pub(super) ended: bool,
    pub(super) task: Option<Task>,
}

impl Actor {
    pub(super) fn new(
        name: &'static str,
        url: &str,
        mut device: Device,
        rng: StdRng,
        kek: u8,
    ) -> Self {
        let kek = [kek; 32];
        let kept = device.keep(&KeptKek::import(kek));
        let mut actor = Self {
            device,
            name,
            url: url.to_owned(),
            rng,
            cursor: None,
            disk: Disk {
                kept,
                ..Disk::default()
            },
            kek,
            ended: false,
            task: None,
        };
        actor.keep();
        actor
    }

    pub(super) fn vault(&self) -> &Vault {
        &self.device.vault
    }

    pub(super) fn wish(&mut self, number: usize, wish: Wish) {
        self.task = Some(Task {
            number,
            wish,
            staged: None,
            request: None,
            rounds: 0,
        });
    }

    /// Writes what it knows to its disk.
    pub(super) fn keep(&mut self) {
        self.disk.pins = self.vault().pins().encode();
        let Some(cursor) = self.cursor.clone() else {
            return;
        };
        let (pieces, all) = self
            .device
            .vault
            .cache_pieces(&cursor, usize::MAX, &mut self.rng);
        assert!(all);
        for piece in pieces {
            match piece.sealed {
                Some(sealed) => self.disk.pieces.insert(piece.name, sealed),
                None => self.disk.pieces.remove(&piece.name),
            };
        }
    }

    /// The process ends, and another begins with what is on the disk; not before the server
    /// answers its first question.
    pub(super) async fn crash(&mut self, with_password: bool) {
        self.task = None;
        self.ended = true;
        let pins = Pins::parse(&self.disk.pins).unwrap();
        if with_password {
            let device =
                Device::sign_in(&self.url, self.device.email(), PASSWORD, Some(pins)).await;
            match device {
                Ok(device) => self.device = device,
                Err(error) => return assert_away(self.name, &error),
            }
        } else {
            let keys: AccountKeys = match self.device.get("/user/keys").await {
                Ok(keys) => keys,
                Err(error) => return assert_away(self.name, &error),
            };
            let kek = KeptKek::import(self.kek);
            let opened = Vault::unlock_kept(&kek, &self.disk.kept, &keys, pins);
            self.device.vault = opened.unwrap();
        }
        self.ended = false;
        let pieces = self.disk.pieces.clone().into_iter().collect();
        let loaded = self.device.vault.load_pieces(pieces);
        for dropped in loaded.dropped {
            self.disk.pieces.remove(&dropped);
        }
        self.cursor = loaded.cursor;
    }

    /// Exchanges what it has seen for what the account's other devices have seen.
    pub(super) async fn exchange_pins(&mut self) {
        match self.device.push_pins().await {
            Ok(()) => {}
            Err(ClientError::Server(StatusCode::CONFLICT, _)) => {
                if let Err(error) = self.device.take_pins().await {
                    assert_away(self.name, &error);
                }
            }
            // Its fate is unknown: what the account has is asked for before anything is sent.
            Err(error) if is_away(&error) => {
                if let Err(error) = self.device.take_pins().await {
                    assert_away(self.name, &error);
                }
            }
            Err(error) => panic!("{}: {error:?}", self.name),
        }
    }

    /// Reads the feed to its end; gives whether it got there.
    pub(super) async fn catch_up(&mut self) -> bool {
        match self.follow().await {
            Ok(()) => true,
            Err(Stop::Away) => false,
            Err(other) => panic!("{}: {other:?}", self.name),
        }
    }

    async fn follow(&mut self) -> Result<(), Stop> {
        let root = self.vault().root();
        if !self.vault().has_folder(root) {
            self.look(root).await?;
        }
        loop {
            let path = match &self.cursor {
                Some(cursor) => format!("/changes?cursor={cursor}"),
                None => "/changes".to_owned(),
            };
            let page: ChangesPage = self.get(&path).await?;
            let step = self.device.vault.apply_changes(&page).unwrap();
            self.work(step).await?;
            if !page.more {
                self.open_rest().await?;
            }
            self.cursor = Some(page.cursor);
            if !page.more {
                return Ok(());
            }
        }
    }

    async fn work(&mut self, first: FeedStep) -> Result<(), Stop> {
        let mut step = first;
        let mut bridged = BTreeSet::new();
        let mut looked = BTreeSet::new();
        let mut look: BTreeSet<NodeId> = BTreeSet::new();
        loop {
            look.extend(step.look.iter().copied());
            if let Some(gap) = step
                .gaps
                .iter()
                .find(|gap| bridged.insert(gap.folder))
                .copied()
            {
                let heads = self.device.heads(gap.folder, gap.after, gap.before).await;
                let heads = match heads {
                    Err(error) if is_gone(&error) => Vec::new(),
                    other => other.map_err(|error| self.stopped(&error))?,
                };
                step = self.device.vault.bridge(gap.folder, &heads);
            } else if let Some(folder) = look.iter().copied().find(|id| looked.insert(*id)) {
                ignore_gone(self.look(folder).await)?;
                step = self.device.vault.resume_feed();
            } else {
                return Ok(());
            }
        }
    }

    async fn open_rest(&mut self) -> Result<(), Stop> {
        let mut tried = BTreeSet::new();
        while let Some(folder) = self
            .vault()
            .unopened()
            .into_iter()
            .find(|folder| tried.insert(*folder))
        {
            ignore_gone(self.look(folder).await)?;
        }
        Ok(())
    }

    /// Fetches and checks a folder; again if something overtook the answer.
    async fn look(&mut self, folder: NodeId) -> Result<(), Stop> {
        for _ in 0..MAX_ROUNDS {
            let least = self.vault().least_seq(folder);
            let listing = self.device.listing(folder).await;
            let listing = listing.map_err(|error| self.stopped(&error))?;
            match self.device.vault.open_folder(folder, &listing) {
                Ok(view) => {
                    assert!(view.verified, "{}: {view:?}", self.name);
                    assert_eq!(view.findings, [], "{}: nothing is wrong", self.name);
                    return Ok(());
                }
                Err(VaultError::NoSuchEntry) => return Err(Stop::Gone),
                Err(error) => assert_ne!(
                    self.vault().least_seq(folder),
                    least,
                    "{}: {folder}: {error:?}",
                    self.name
                ),
            }
        }
        panic!("{}: {folder} is overtaken for ever", self.name)
    }

    /// Does the next thing for what is wished: makes a commit, or sends one.
    pub(super) async fn go_on(&mut self, book: &mut Book) -> Outcome {
        let Some(mut task) = self.task.take() else {
            return Outcome::Dropped;
        };
        let Some(request) = task.request.take() else {
            return match self.make(&mut task, book).await {
                Ok(Some(request)) => {
                    task.request = Some(request);
                    self.task = Some(task);
                    Outcome::Waiting
                }
                // Nothing to do, or nothing to do it with.
                Ok(None) | Err(Stop::Gone) => Outcome::Dropped,
                Err(Stop::Away) => {
                    self.task = Some(task);
                    Outcome::Waiting
                }
                Err(Stop::Behind) => self.again(task),
            };
        };
        match self.device.send(&request).await {
            Ok(()) => {
                self.device.vault.committed(request.id).unwrap();
                Outcome::Acknowledged(task.number)
            }
            Err(error) if is_away(&error) => {
                task.request = Some(request);
                self.task = Some(task);
                Outcome::Waiting
            }
            Err(ClientError::Server(
                StatusCode::CONFLICT,
                Some(ErrorCode::HeadConflict | ErrorCode::Conflict),
            )) => {
                self.device.vault.abandoned(request.id);
                // The folders that it was about may be other than they were.
                for head in request.heads.iter().filter(|head| head.expected_seq > 0) {
                    match self.look(head.node).await {
                        Ok(()) | Err(Stop::Gone) => {}
                        // The next attempt finds out.
                        Err(Stop::Away | Stop::Behind) => break,
                    }
                }
                self.again(task)
            }
            Err(error) => panic!("{}: {:?}: {error:?}", self.name, task.wish),
        }
    }

    fn again(&mut self, mut task: Task) -> Outcome {
        task.rounds += 1;
        assert!(
            task.rounds < MAX_ROUNDS,
            "{}: refused for ever: {:?}",
            self.name,
            task.wish
        );
        self.task = Some(task);
        Outcome::Waiting
    }

    /// Makes the commit for a wish from what it knows now; `None` if there is nothing to do.
    async fn make(
        &mut self,
        task: &mut Task,
        book: &mut Book,
    ) -> Result<Option<CommitRequest>, Stop> {
        let made = match &task.wish {
            Wish::File { .. } | Wish::Content { .. } => self.make_with_upload(task, book).await?,
            Wish::Copy { file, to } => self.make_copy(*file, *to, book).await?,
            wish => self.make_simple(wish)?,
        };
        let Some((request, facts)) = made else {
            return Ok(None);
        };
        for change in &request.changes {
            if let Change::Create(create) = change {
                book.born(create.id);
            }
        }
        book.commits.insert(request.id, (task.number, facts));
        Ok(Some(request))
    }

    /// What the server says of a file does not fit what is known: either may be behind. If the
    /// folder has nothing new, somebody lies.
    pub(super) async fn overtaken(&mut self, file: NodeId, error: VaultError) -> Stop {
        let Some(entry) = self.vault().entry(file) else {
            return Stop::Gone;
        };
        let before = self.vault().least_seq(entry.folder);
        if let Err(stop) = self.look(entry.folder).await {
            return stop;
        }
        let same = self
            .vault()
            .entry(file)
            .is_some_and(|now| now.folder == entry.folder);
        let after = self.vault().least_seq(entry.folder);
        assert!(!same || after != before, "{}: {file}: {error:?}", self.name);
        Stop::Behind
    }

    pub(super) async fn details(&self, file: NodeId) -> Result<FileDetails, Stop> {
        let mut details: FileDetails = self.get(&format!("/files/{file}")).await?;
        while details.more_versions {
            let last = details.versions.last().unwrap().id;
            let path = format!("/files/{file}?versions_before={last}");
            let older: FileDetails = self.get(&path).await?;
            details.more_versions = older.more_versions;
            details.versions.extend(older.versions);
        }
        Ok(details)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, Stop> {
        let answer = self.device.get(path).await;
        answer.map_err(|error| self.stopped(&error))
    }

    pub(super) fn stopped(&self, error: &ClientError) -> Stop {
        if is_gone(error) {
            return Stop::Gone;
        }
        assert_away(self.name, error);
        Stop::Away
    }

    /// All that it knows, whatever is in the trash included.
    pub(super) fn nodes(&self, book: &Book) -> Vec<vault::tree::Entry> {
        let root = self.vault().root();
        let below = self.vault().below(root).into_iter();
        let mut entries: Vec<_> = below.filter_map(|id| self.vault().entry(id)).collect();
        entries.sort_by_key(|entry| book.births[&entry.id]);
        entries
    }

    /// The folders that it knows, the root first.
    pub(super) fn folders(&self, book: &Book) -> Vec<NodeId> {
        let mut folders = vec![self.vault().root()];
        let below = self.nodes(book).into_iter();
        folders.extend(
            below
                .filter(|entry| entry.kind == NodeKind::Folder)
                .map(|entry| entry.id),
        );
        folders
    }
}

fn is_away(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Server(StatusCode::GATEWAY_TIMEOUT, _) | ClientError::Connection
    )
}

fn assert_away(name: &str, error: &ClientError) {
    assert!(is_away(error), "{name}: {error:?}");
}

fn is_gone(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Server(StatusCode::NOT_FOUND | StatusCode::GONE, _)
    )
}

fn ignore_gone(looked: Result<(), Stop>) -> Result<(), Stop> {
    match looked {
        Err(Stop::Gone) => Ok(()),
        other => other,
    }
}
