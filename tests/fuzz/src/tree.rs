//! The vault against a lying server: what an honest one once said, changed.

use protocol::{Base64, FolderPage, Node, NodeId, NodeKind, VersionId};
use vault::{Vault, VaultError, tree::Listing};

use crate::{
    Target,
    choices::Choices,
    text,
    world::{CONTENT, world},
};

pub(crate) const NAME: Target = Target {
    name: "name",
    check: |bytes| {
        text(bytes, |text| {
            let (name, other) = text.split_once('\n').unwrap_or((text, ""));
            if !vault::fuzzing::is_name(name) {
                return false;
            }
            let unique = vault::fuzzing::unique_name(name, &[name, other]);
            assert!(vault::fuzzing::is_name(&unique), "{unique:?}");
            assert_ne!(
                vault::fuzzing::unique_name(&unique, &[name, other, &unique]),
                unique
            );
            true
        })
    },
    seeds: || {
        [
            "a.pdf\na (1).pdf",
            ".env",
            "caf\u{e9}\ncafe\u{301}",
            "a.b.c.d",
            "...",
            "..",
            "a/b",
        ]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([
            [&[b'a'; 250][..], b".html"].concat(),
            "ä".repeat(127).into_bytes(),
        ])
        .collect()
    },
    memory: (16_384, 256),
};

/// A listing of the root: of which state, for a device that has seen which one, and changes.
pub(crate) const LISTING: Target = Target {
    name: "listing",
    check: |bytes| {
        let world = world();
        let mut choices = Choices::new(bytes);
        let pins = choices.below(world.states.len() + 1).checked_sub(1);
        let mut vault = world.unlock(pins);
        let root = world.root.id;
        let seen = vault.pinned_seq(root);
        let state = choices.below(world.states.len());
        let mut listing = world.listing(state, seen.unwrap_or(0));
        if choices.byte() % 2 == 1 {
            // Something may be known already.
            let newest = world.states.len() - 1;
            let honest = world.listing(newest, seen.unwrap_or(0));
            let view = vault.open_folder(root, &honest).expect("an honest listing");
            assert_eq!(view.entries, world.states[newest].entries);
        }
        while !choices.is_empty() {
            change_listing(&mut listing, &mut choices);
        }
        let before = vault.folder(root);
        match vault.open_folder(root, &listing) {
            Ok(view) => {
                check_view(&mut vault, &view, &listing);
                view.findings.is_empty()
            }
            Err(_) => {
                assert_eq!(
                    vault.folder(root),
                    before,
                    "a refused answer has changed something"
                );
                false
            }
        }
    },
    seeds: || {
        let mut seeds = Vec::new();
        for state in 0..7 {
            for pins in [0, 1, 4] {
                seeds.push(vec![0, pins, 0, state, 0]);
            }
            for what in 0..17 {
                seeds.push(vec![
                    0,
                    0,
                    0,
                    state,
                    state % 2,
                    what,
                    0,
                    0,
                    0,
                    1,
                    0,
                    1,
                    0,
                    0,
                ]);
            }
        }
        seeds
    },
    memory: (8 << 20, 65_536),
};

fn check_view(vault: &mut Vault, view: &vault::tree::FolderView, listing: &Listing) {
    let world = world();
    let root = world.root.id;
    let place = world.heads.iter().position(|head| head.seq == view.seq);
    let place = place.expect("no head of this seq was ever signed");
    assert!(listing.pages[0].head == world.heads[place], "a forged head");
    let ever = |entry| {
        world
            .states
            .iter()
            .any(|state| state.entries.contains(entry))
    };
    assert!(
        view.entries.iter().all(ever),
        "an entry that never was: {view:?}"
    );
    if view.verified {
        let genuine = &world.states[place].entries;
        assert!(
            view.entries.iter().all(|entry| genuine.contains(entry)),
            "not of this head"
        );
        assert!(
            !view.findings.is_empty() || view.entries == *genuine,
            "something is missing"
        );
        assert!(vault.pinned_seq(root).is_some_and(|seq| seq <= view.seq));
    } else {
        assert!(!view.findings.is_empty(), "doubts without a reason");
        let mut rng = crate::core::Given(&[1; 24]);
        if let Some(entry) = view.entries.first() {
            let refused = vault.rename(entry.id, "new", 30, &mut rng).err();
            assert_eq!(refused, Some(VaultError::FolderNotVerified));
        }
    }
}

fn change_listing(listing: &mut Listing, choices: &mut Choices<'_>) {
    let what = choices.byte() % 17;
    let page_count = listing.pages.len();
    let Some(page) = listing.pages.get_mut(choices.below(page_count)) else {
        return;
    };
    let (count, at) = (page.children.len(), choices.below(page.children.len()));
    let other = choices.below(count);
    match what {
        0 if count > 0 => drop(page.children.remove(at)),
        1 if count > 0 => page.children.push(page.children[at].clone()),
        2 => {
            let state = choices.one_of(&world().states);
            if let Some(node) = state.nodes.get(choices.below(state.nodes.len())) {
                page.children.retain(|child| child.id != node.id);
                page.children.push(node.clone());
            }
        }
        3 if count > 0 => {
            let mut node = page.children[at].clone();
            node.id = NodeId::from_random([choices.byte(); 16]);
            page.children.push(node);
        }
        4 if count > 0 => {
            let key = page.children[other].wrapped_key.clone();
            page.children[other].wrapped_key =
                std::mem::replace(&mut page.children[at].wrapped_key, key);
        }
        5 if count > 0 => {
            let metadata = page.children[other].metadata.clone();
            page.children[other].metadata =
                std::mem::replace(&mut page.children[at].metadata, metadata);
        }
        6 if count > 0 => change_node(&mut page.children[at], choices),
        7 => change_node(&mut page.folder, choices),
        8 => choices.change(&mut page.head.sealed.0),
        9 => page.head = choices.one_of(&world().heads).clone(),
        10 => page.head.seq = choices.number(),
        11 => page.acl = None,
        12 => {
            if let Some(acl) = &mut page.acl {
                choices.change(&mut acl.sealed.0);
            }
        }
        13 => listing.between.push(choices.one_of(&world().heads).clone()),
        14 if !listing.between.is_empty() => {
            let at = choices.below(listing.between.len());
            listing.between.remove(at);
        }
        15 if !listing.between.is_empty() => {
            let at = choices.below(listing.between.len());
            choices.change(&mut listing.between[at].sealed.0);
        }
        _ => {
            let children = page.children.split_off(at);
            let more = FolderPage {
                children,
                ..page.clone()
            };
            listing.pages.push(more);
        }
    }
}

fn change_node(node: &mut Node, choices: &mut Choices<'_>) {
    match choices.byte() % 6 {
        0 => choices.change(&mut node.wrapped_key.0),
        1 => choices.change(&mut node.metadata.sealed.0),
        2 => node.metadata.rev = choices.number(),
        3 => node.epoch = choices.number(),
        4 => node.kind = [NodeKind::File, NodeKind::Folder][usize::from(choices.byte()) % 2],
        _ => node.id = NodeId::from_random([choices.byte(); 16]),
    }
}

/// What `GET /files/{id}` says of a file, and its bytes, changed.
pub(crate) const DETAILS: Target = Target {
    name: "details",
    check: |bytes| {
        let world = world();
        let mut choices = Choices::new(bytes);
        let mut vault = world.unlock(None);
        let newest = world.states.len() - 1;
        let honest = world.listing(newest, 1);
        let honest = vault.open_folder(world.root.id, &honest);
        assert!(honest.is_ok_and(|view| view.verified));
        let (mut details, mut blob) = (world.details.clone(), world.blob.clone());
        while !choices.is_empty() {
            let versions = &mut details.versions;
            let at = choices.below(versions.len());
            match (choices.byte() % 6, versions.get_mut(at)) {
                (0, Some(version)) => choices.change(&mut version.wrapped_key.0),
                (1, Some(version)) => choices.change(&mut version.record.0),
                (2, Some(version)) => version.id = VersionId::from_random([choices.byte(); 16]),
                (3, Some(version)) => {
                    let mut copy = version.clone();
                    copy.record = Base64(choices.take(100).to_vec());
                    versions.push(copy);
                }
                (4, Some(_)) => drop(versions.remove(at)),
                _ => choices.change(&mut blob),
            }
        }
        let Ok(plan) = vault.plan_download(world.file, &details.versions) else {
            return false;
        };
        assert_eq!(plan.layout.size(), CONTENT.len() as u64);
        assert_eq!(
            plan.check_total(blob.len() as u64).is_ok(),
            blob.len() == world.blob.len()
        );
        let header = &blob[..blob.len().min(56)];
        let content = plan
            .open_header(header)
            .and_then(|cipher| Ok(cipher.open_part(&plan.layout, 0, &blob, &[], &plan.root)?));
        content.is_ok_and(|content| {
            assert_eq!(*content, CONTENT, "a forgery opened");
            true
        })
    },
    seeds: || {
        let mut seeds: Vec<Vec<u8>> = (0..6).map(|what| vec![0, 0, what, 0, 3, 0, 1]).collect();
        seeds.push(Vec::new());
        seeds
    },
    memory: (8 << 20, 65_536),
};
