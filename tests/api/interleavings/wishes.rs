//! What people want, and the commits that devices make of it.

use harness::device::now;
use protocol::{Change, CommitRequest, NodeId};
use vault::tree::Edit;
use vault::{Vault, VaultError};

use super::actor::{Actor, Book, Stop, Task};
use super::model::{Fact, Made};

/// What a person wants.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Folder {
        parent: NodeId,
        name: String,
    },
    File {
        parent: NodeId,
        name: String,
        content: Vec<u8>,
    },
    Content {
        file: NodeId,
        content: Vec<u8>,
    },
    Rename {
        node: NodeId,
        name: String,
    },
    Move {
        nodes: Vec<NodeId>,
        to: NodeId,
    },
    Copy {
        file: NodeId,
        to: NodeId,
    },
    Star {
        nodes: Vec<NodeId>,
        starred: bool,
    },
    Tags {
        nodes: Vec<NodeId>,
        tags: Vec<String>,
    },
    Describe {
        node: NodeId,
        description: String,
    },
    Trash {
        nodes: Vec<NodeId>,
    },
    Restore {
        nodes: Vec<NodeId>,
    },
    Purge {
        nodes: Vec<NodeId>,
    },
}

/// A commit, if there is anything to do, and what it does.
pub(super) type Drafted = Option<(CommitRequest, Vec<Fact>)>;

impl Actor {
    pub(super) fn make_simple(&mut self, wish: &Wish) -> Result<Drafted, Stop> {
        let (vault, rng, now) = (&mut self.device.vault, &mut self.rng, now());
        // What the device does not know (any more) is left out, as it is of the commit.
        let known = |vault: &Vault, nodes: &[NodeId]| -> Vec<NodeId> {
            let nodes = nodes.iter().copied();
            nodes.filter(|node| vault.entry(*node).is_some()).collect()
        };
        let made = match wish {
            Wish::Folder { parent, name } => {
                vault
                    .create_folder(*parent, name, now, rng)
                    .map(|(id, request)| {
                        let fact = Fact::Create {
                            id,
                            parent: *parent,
                            name: name.clone(),
                            node: Made::new(None),
                        };
                        (Some(request), vec![fact])
                    })
            }
            Wish::Rename { node, name } => vault.rename(*node, name, now, rng).map(|request| {
                let (id, name) = (*node, name.clone());
                (Some(request), vec![Fact::Rename { id, name }])
            }),
            Wish::Move { nodes, to } => {
                let mut facts = Vec::new();
                for id in known(vault, nodes) {
                    if vault.entry(id).is_some_and(|entry| entry.folder != *to) {
                        facts.push(Fact::Move { id, to: *to });
                    }
                }
                let step = vault.move_to(nodes, *to, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::Star { nodes, starred } => {
                let starred = *starred;
                let facts = known(vault, nodes).into_iter();
                let facts = facts.map(|id| Fact::Star { id, starred }).collect();
                let edit = Edit {
                    starred: Some(starred),
                    ..Edit::default()
                };
                let step = vault.edit(nodes, &edit, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::Tags { nodes, tags } => {
                let facts = known(vault, nodes).into_iter();
                let facts = facts
                    .map(|id| Fact::Tags {
                        id,
                        tags: tags.clone(),
                    })
                    .collect();
                let edit = Edit {
                    tags: Some(tags.clone()),
                    ..Edit::default()
                };
                let step = vault.edit(nodes, &edit, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::Describe { node, description } => {
                let (id, description) = (*node, description.clone());
                let edit = Edit {
                    description: Some(description.clone()),
                    ..Edit::default()
                };
                let step = vault.edit(&[id], &edit, now, rng);
                step.map(|step| (step.request, vec![Fact::Describe { id, description }]))
            }
            Wish::Trash { nodes } => {
                let facts = known(vault, nodes).into_iter();
                let facts = facts.map(|id| Fact::Trash { id }).collect();
                let step = vault.trash(nodes, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::Restore { nodes } => {
                let mut facts = Vec::new();
                for id in known(vault, nodes) {
                    if vault.entry(id).is_some_and(|entry| entry.trashed.is_some()) {
                        facts.push(Fact::Restore { id });
                    }
                }
                let step = vault.restore(nodes, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::Purge { nodes } => {
                // What was restored meanwhile stays.
                let mut gone = known(vault, nodes);
                gone.retain(|id| is_in_trash(vault, *id));
                let facts = gone.into_iter().map(|id| Fact::Purge { id }).collect();
                let step = vault.purge(nodes, now, rng);
                step.map(|step| (step.request, facts))
            }
            Wish::File { .. } | Wish::Content { .. } | Wish::Copy { .. } => {
                unreachable!("made elsewhere")
            }
        };
        let (request, facts) = made.map_err(|error| refused(self.name, error))?;
        Ok(request.map(|request| (request, facts)))
    }

    pub(super) async fn make_with_upload(
        &mut self,
        task: &mut Task,
        book: &mut Book,
    ) -> Result<Drafted, Stop> {
        let (file, content) = match &task.wish {
            Wish::File { content, .. } => (None, content.clone()),
            Wish::Content { file, content } => (Some(*file), content.clone()),
            other => unreachable!("{other:?} needs no upload"),
        };
        if task.staged.is_none() {
            let (vault, size) = (&self.device.vault, content.len() as u64);
            let plan = match &task.wish {
                Wish::File { parent, name, .. } => {
                    vault.plan_upload(*parent, name, "text/plain", now(), size, &mut self.rng)
                }
                _ => vault.plan_version(file.unwrap(), "text/plain", now(), size, &mut self.rng),
            };
            let mut plan = plan.map_err(|error| refused(self.name, error))?;
            let mut sealed = plan.seal_part(0, &content).unwrap();
            sealed.extend(plan.finish(&mut self.rng).unwrap());
            let upload = self.device.stage(sealed).await;
            let upload = upload.map_err(|error| self.stopped(&error))?;
            book.contents.insert(plan.version(), content.clone());
            task.staged = Some((plan, upload));
        }
        let details = match file {
            Some(file) => Some(self.details(file).await?),
            None => None,
        };
        let (plan, upload) = task.staged.as_ref().unwrap();
        let (vault, rng) = (&mut self.device.vault, &mut self.rng);
        let (request, fact) = match (&task.wish, file, details) {
            (Wish::File { parent, name, .. }, ..) => {
                let request = vault.commit_uploads(*parent, &[(plan, *upload)], now(), rng);
                let fact = Fact::Create {
                    id: plan.node(),
                    parent: *parent,
                    name: name.clone(),
                    node: Made::new(Some(content)),
                };
                (request, fact)
            }
            (_, Some(id), Some(details)) => {
                let versions = &details.versions;
                let request = vault.commit_version((plan, *upload), versions, None, now(), rng);
                (request, Fact::Content { id, content })
            }
            _ => unreachable!("a version is a file's"),
        };
        match (request, file) {
            (Ok(request), _) => Ok(Some((request, vec![fact]))),
            (Err(error @ VaultError::Finding(_)), Some(file)) => {
                Err(self.overtaken(file, error).await)
            }
            (Err(error), _) => Err(refused(self.name, error)),
        }
    }

    pub(super) async fn make_copy(
        &mut self,
        file: NodeId,
        to: NodeId,
        book: &mut Book,
    ) -> Result<Drafted, Stop> {
        let details = self.details(file).await?;
        let source = self.vault().entry(file).ok_or(Stop::Gone)?;
        let files = [(file, &*details.versions, to)];
        let copied = self.device.vault.copy_files(&files, now(), &mut self.rng);
        let request = match copied {
            Ok(step) => step.request.expect("a copy is always something to do"),
            Err(error @ VaultError::Finding(_)) => return Err(self.overtaken(file, error).await),
            Err(error) => return Err(refused(self.name, error)),
        };
        let Change::Create(create) = &request.changes[0] else {
            unreachable!("a copy is a creation")
        };
        let content = book.contents[&source.version.unwrap()].clone();
        let version = create.version.as_ref().unwrap().id;
        book.contents.insert(version, content.clone());
        let fact = Fact::Create {
            id: create.id,
            parent: to,
            name: source.name,
            node: Made {
                content: Some(content),
                tags: source.tags,
                description: source.description,
            },
        };
        Ok(Some((request, vec![fact])))
    }
}

fn is_in_trash(vault: &Vault, node: NodeId) -> bool {
    let trashed = |id| vault.entry(id).is_some_and(|entry| entry.trashed.is_some());
    let way = vault.path(node).unwrap_or_default();
    way.iter().any(|step| trashed(step.id))
}

/// Why a device makes no commit: what it is about is gone, or would be below itself by now.
fn refused(name: &str, error: VaultError) -> Stop {
    match error {
        VaultError::NoSuchEntry | VaultError::FolderNotVerified | VaultError::IntoItself => {
            Stop::Gone
        }
        other => panic!("{name}: {other:?}"),
    }
}
