//! Two devices of one account change the same tree, in any order and in any weather: requests are
//! lost, come late or twice, answers are lost, the server is killed, devices end and come back
//! with what they had kept. In the end there is one tree, both devices and a new one verify it
//! without a finding, and it is what the accepted changes make of an empty one, each of them once.
//!
//! Every choice comes from a seed, so that a story that fails can be told again:
//! `STRONGROOM_INTERLEAVING=7 cargo test -p tests --test api interleavings`. With
//! `STRONGROOM_INTERLEAVINGS=1000` there are as many stories.

mod actor;
mod model;
mod wishes;

use std::collections::{BTreeSet, HashSet};

use harness::TestApp;
use harness::device::Device;
use harness::weather::{Counts, Weather};
use protocol::{NodeId, NodeKind};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use vault::tree::Entry;

use self::actor::{Actor, Book, Outcome};
use self::model::{Model, lines_of};
use self::wishes::Wish;
use crate::unlimited;

const PASSWORD: &str = "correct horse battery staple";

/// Steps of one story.
const STEPS: usize = 320;

/// What happened, over all stories: a test in which nothing does proves nothing.
#[derive(Debug, Default)]
struct Totals {
    wishes: usize,
    acknowledged: usize,
    /// Accepted, and the device never learnt of it.
    unacknowledged: usize,
    killed: usize,
    crashed: usize,
    weather: Counts,
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_end_with_one_tree_of_all_acknowledged_changes() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse().expect("a number"))
    };
    let seeds = match number("STRONGROOM_INTERLEAVING") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STRONGROOM_INTERLEAVINGS").unwrap_or(8_u64),
    };
    let all = seeds.end - seeds.start > 1;
    let mut app = unlimited().start().await;
    let mut totals = Totals::default();
    for seed in seeds {
        // Shown when the test fails.
        println!("STRONGROOM_INTERLEAVING={seed}");
        Story::tell(&mut app, seed, &mut totals).await;
    }
    println!("{totals:?}");
    if all {
        let Counts {
            lost,
            late,
            unanswered,
            doubled,
            repeated,
        } = totals.weather;
        let happened = [lost, late, unanswered, doubled, repeated];
        assert!(happened.iter().all(|count| *count > 0), "{totals:?}");
        assert!(totals.killed > 0 && totals.crashed > 0, "{totals:?}");
        assert!(totals.acknowledged > 0 && totals.unacknowledged > 0);
    }
}

struct Story<'a> {
    app: &'a mut TestApp,
    weather: Weather,
    rng: StdRng,
    actors: [Actor; 2],
    book: Book,
    model: Model,
    /// Wishes so far.
    wishes: usize,
    /// Wishes that the server has carried out.
    done: BTreeSet<usize>,
    /// Wishes of which a device was told so.
    acknowledged: BTreeSet<usize>,
}

impl<'a> Story<'a> {
    async fn tell(app: &'a mut TestApp, seed: u64, totals: &mut Totals) {
        let mut rng = StdRng::seed_from_u64(seed);
        let weather = Weather::start(app.url(), rng.random()).await;
        let url = weather.url();
        let email = format!("story-{seed}@example.org");
        let first = Device::sign_up(&url, &email, PASSWORD).await.unwrap();
        let second = Device::sign_in(&url, &email, PASSWORD, None).await.unwrap();
        let root = first.vault.root();
        let mut actor =
            |name, device, kek| Actor::new(name, &url, device, StdRng::from_rng(&mut rng), kek);
        let actors = [actor("one", first, 1), actor("two", second, 2)];
        let mut story = Self {
            app,
            weather,
            rng,
            actors,
            book: Book::default(),
            model: Model::new(root),
            wishes: 0,
            done: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
        };
        story.weather.set_stormy(true);
        for _ in 0..STEPS {
            story.step(totals).await;
        }
        story.end(&email, totals).await;
    }

    async fn step(&mut self, totals: &mut Totals) {
        let who = self.rng.random_range(0..2);
        let actor = &mut self.actors[who];
        if actor.ended {
            actor.crash(false).await;
            return self.learn();
        }
        match self.rng.random_range(0..100) {
            0..14 => {
                actor.catch_up().await;
            }
            14..20 => actor.keep(),
            20..26 => actor.exchange_pins().await,
            26..29 => {
                totals.crashed += 1;
                // Deriving from the password is slow; it is another way to the same.
                let with_password = self.rng.random_range(0..6) == 0;
                actor.crash(with_password).await;
            }
            29..32 => {
                // Down for a while, or up again.
                if self.app.is_running() {
                    totals.killed += 1;
                    tokio::task::block_in_place(|| self.app.kill());
                } else {
                    self.app.restart().await;
                }
            }
            // People do not wait for a server that is gone.
            32..60 if !self.app.is_running() => self.app.restart().await,
            _ if actor.task.is_some() => self.go_on(who).await,
            _ => {
                let wish = self.make_wish(who);
                if let Some(wish) = wish {
                    self.actors[who].wish(self.wishes, wish);
                    self.wishes += 1;
                    self.go_on(who).await;
                    // Made now, and sent now or when others have been faster.
                    if self.rng.random_range(0..2) == 0 {
                        self.go_on(who).await;
                    }
                }
            }
        }
        self.learn();
    }

    async fn go_on(&mut self, who: usize) {
        if let Outcome::Acknowledged(number) = self.actors[who].go_on(&mut self.book).await {
            self.acknowledged.insert(number);
        }
    }

    /// Applies what the server has accepted, in its order.
    fn learn(&mut self) {
        for commit in self.weather.take_accepted() {
            let (number, facts) = &self.book.commits[&commit];
            assert!(self.done.insert(*number), "wish {number} was done twice");
            for fact in facts {
                self.model.apply(fact);
            }
        }
    }

    async fn end(&mut self, email: &str, totals: &mut Totals) {
        if !self.app.is_running() {
            self.app.restart().await;
        }
        self.weather.set_stormy(false);
        self.weather.deliver_late().await;
        self.learn();
        for who in 0..2 {
            if self.actors[who].ended {
                self.actors[who].crash(false).await;
            }
            while self.actors[who].task.is_some() {
                self.go_on(who).await;
                self.learn();
            }
        }
        for actor in &mut self.actors {
            assert!(actor.catch_up().await);
        }
        for who in [0, 1, 0, 1] {
            self.actors[who].exchange_pins().await;
            self.actors[who].device.take_pins().await.unwrap();
        }
        for actor in &mut self.actors {
            assert!(actor.catch_up().await);
        }

        let expected = self.model.lines();
        let root = self.actors[0].vault().root();
        for actor in &self.actors {
            assert_eq!(lines_of(&actor.nodes(&self.book), root), expected);
        }
        let [one, two] = &self.actors;
        assert_eq!(one.vault().fingerprint(), two.vault().fingerprint());

        let new = Device::sign_in(&self.weather.url(), email, PASSWORD, None).await;
        let mut new = new.unwrap();
        let mut entries: Vec<Entry> = Vec::new();
        let mut waiting = vec![root];
        while let Some(folder) = waiting.pop() {
            let view = new.open_in(folder).await.unwrap();
            assert!(view.verified && view.findings.is_empty(), "{view:?}");
            let folders = view.entries.iter();
            waiting.extend(
                folders
                    .filter(|entry| entry.kind == NodeKind::Folder)
                    .map(|entry| entry.id),
            );
            entries.extend(view.entries);
        }
        assert_eq!(lines_of(&entries, root), expected);
        for (file, content) in self.model.files() {
            assert_eq!(new.download(file).await.unwrap(), content, "{file}");
        }

        assert!(
            self.acknowledged.is_subset(&self.done),
            "what a device was told was done"
        );
        totals.wishes += self.wishes;
        totals.acknowledged += self.acknowledged.len();
        totals.unacknowledged += self.done.len() - self.acknowledged.len();
        totals.weather += self.weather.counts();
    }

    /// Something to do, from what a device knows; `None` if there is nothing to do it with.
    fn make_wish(&mut self, who: usize) -> Option<Wish> {
        let folders = self.actors[who].folders(&self.book);
        let nodes = self.actors[who].nodes(&self.book);
        if !self.actors[who].vault().has_folder(folders[0]) {
            return None;
        }
        let trashed = |entry: &&Entry| entry.trashed.is_some();
        let live = |entry: &&Entry| entry.trashed.is_none();
        let file = |entry: &&Entry| entry.kind == NodeKind::File && entry.trashed.is_none();
        let rng = &mut self.rng;
        let word = format!("{}{}", ["a", "b", "c"][rng.random_range(0..3)], self.wishes);
        let folder = folders[rng.random_range(0..folders.len())];
        let wish = match rng.random_range(0..100) {
            0..16 => Wish::Folder {
                parent: folder,
                name: word,
            },
            16..34 => Wish::File {
                parent: folder,
                name: word.clone(),
                content: word.repeat(rng.random_range(0..400)).into_bytes(),
            },
            34..40 => Wish::Content {
                file: pick(rng, &nodes, file)?.id,
                content: word.repeat(rng.random_range(0..400)).into_bytes(),
            },
            40..50 => Wish::Rename {
                node: pick(rng, &nodes, live)?.id,
                // Sometimes one that another entry has.
                name: match rng.random_range(0..4) {
                    0 => pick(rng, &nodes, live)?.name.clone(),
                    _ => word,
                },
            },
            50..64 => Wish::Move {
                nodes: siblings(rng, &nodes, live)?,
                to: folder,
            },
            64..69 => Wish::Copy {
                file: pick(rng, &nodes, file)?.id,
                to: folder,
            },
            69..74 => Wish::Star {
                nodes: siblings(rng, &nodes, live)?,
                starred: rng.random_range(0..3) > 0,
            },
            74..78 => Wish::Tags {
                nodes: siblings(rng, &nodes, live)?,
                tags: vec![word],
            },
            78..81 => Wish::Describe {
                node: pick(rng, &nodes, live)?.id,
                description: word,
            },
            81..89 => Wish::Trash {
                nodes: siblings(rng, &nodes, live)?,
            },
            89..95 => Wish::Restore {
                nodes: siblings(rng, &nodes, trashed)?,
            },
            _ => Wish::Purge {
                nodes: siblings(rng, &nodes, trashed)?,
            },
        };
        Some(wish)
    }
}

fn pick<'a>(
    rng: &mut StdRng,
    nodes: &'a [Entry],
    like: impl Fn(&&Entry) -> bool,
) -> Option<&'a Entry> {
    let found: Vec<&Entry> = nodes.iter().filter(like).collect();
    (!found.is_empty()).then(|| found[rng.random_range(0..found.len())])
}

/// One to three entries of one folder.
fn siblings(
    rng: &mut StdRng,
    nodes: &[Entry],
    like: impl Fn(&&Entry) -> bool,
) -> Option<Vec<NodeId>> {
    let first = pick(rng, nodes, &like)?;
    let mut seen = HashSet::new();
    let mut found = vec![first.id];
    for _ in 0..rng.random_range(0..3) {
        let other = pick(rng, nodes, |entry| {
            like(entry) && entry.folder == first.folder
        })?;
        found.push(other.id);
    }
    found.retain(|id| seen.insert(*id));
    Some(found)
}
