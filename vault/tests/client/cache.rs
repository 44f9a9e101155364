//! The tree as a device keeps it: it comes back as it was, or not at all.

use std::collections::BTreeMap;

use protocol::NodeId;
use rand::rngs::StdRng;
use vault::{
    Vault, VaultError,
    findings::FindingKind,
    tree::{Loaded, Step},
};

use crate::shelf::{PASSWORD, Shelf, sign_up};

const ALL: usize = usize::MAX;

/// The name of the piece about all of them.
fn state() -> NodeId {
    NodeId::from_bytes([0; 16])
}

/// The pieces on a device's disk.
#[derive(Clone, Default)]
struct Disk(BTreeMap<NodeId, Vec<u8>>);

impl Disk {
    /// Writes what has changed; gives the names of what was written or deleted.
    fn write(&mut self, vault: &mut Vault, cursor: &str, rng: &mut StdRng) -> Vec<NodeId> {
        let (pieces, all) = vault.cache_pieces(cursor, ALL, rng);
        assert!(all);
        let mut names: Vec<NodeId> = pieces.iter().map(|piece| piece.name).collect();
        for piece in pieces {
            match piece.sealed {
                Some(sealed) => self.0.insert(piece.name, sealed),
                None => Some(self.0.remove(&piece.name).expect("only what is there goes")),
            };
        }
        names.sort_unstable();
        names
    }

    fn load(&self, vault: &mut Vault) -> Loaded {
        let pieces = self.0.iter();
        vault.load_pieces(
            pieces
                .map(|(name, sealed)| (*name, sealed.clone()))
                .collect(),
        )
    }

    fn names(&self) -> Vec<NodeId> {
        self.0.keys().copied().collect()
    }
}

fn look(vault: &mut Vault, shelf: &Shelf, folder: NodeId) {
    let listing = shelf.listing_of(vault, folder);
    let view = vault.open_folder(folder, &listing).unwrap();
    assert!(view.verified && view.findings.is_empty(), "{view:?}");
}

fn look_at_unopened(vault: &mut Vault, shelf: &Shelf) {
    while let [first, ..] = vault.unopened()[..] {
        look(vault, shelf, first);
    }
}

fn follow(vault: &mut Vault, shelf: &Shelf, cursor: u64) -> u64 {
    let (page, until) = shelf.changes(cursor, u64::MAX >> 1);
    let mut step = vault.apply_changes(&page).unwrap();
    let mut looks = step.look.clone();
    while let Some(gap) = step.gaps.first().copied() {
        step = vault.bridge(
            gap.folder,
            &shelf.heads_between(gap.folder, gap.after, gap.before),
        );
        looks.extend(step.look.iter().copied());
    }
    assert!(!page.more);
    for folder in looks {
        look(vault, shelf, folder);
    }
    look_at_unopened(vault, shelf);
    until
}

fn make_folder(
    vault: &mut Vault,
    shelf: &mut Shelf,
    parent: NodeId,
    name: &str,
    rng: &mut StdRng,
) -> NodeId {
    let (id, request) = vault.create_folder(parent, name, 9, rng).unwrap();
    let commit = request.id;
    shelf.offer(&request).unwrap();
    vault.committed(commit).unwrap();
    id
}

fn rename(vault: &mut Vault, shelf: &mut Shelf, node: NodeId, name: &str, rng: &mut StdRng) {
    let request = vault.rename(node, name, 11, rng).unwrap();
    let commit = request.id;
    shelf.offer(&request).unwrap();
    vault.committed(commit).unwrap();
}

fn send(vault: &mut Vault, shelf: &mut Shelf, step: Result<Step, VaultError>) {
    let request = step.unwrap().request.unwrap();
    shelf.offer(&request).unwrap();
    vault.committed(request.id).unwrap();
}

fn paths(vault: &Vault) -> Vec<String> {
    let path = |node| {
        let steps = vault.path(node).unwrap();
        steps
            .into_iter()
            .map(|step| step.name)
            .collect::<Vec<_>>()
            .join("/")
    };
    let mut paths: Vec<String> = vault.below(vault.root()).into_iter().map(path).collect();
    paths.sort();
    paths
}

fn again(vault: &Vault, shelf: &Shelf) -> Vault {
    shelf.unlock(PASSWORD, Some(vault.pins()), true).unwrap()
}

/// A vault with files in folders in folders, and its disk: `[root, a, below a, b]`.
fn filled(seed: u64) -> (Vault, Shelf, Disk, [NodeId; 4], StdRng) {
    let (mut vault, mut shelf, mut rng) = sign_up(seed);
    let root = vault.root();
    let a = make_folder(&mut vault, &mut shelf, root, "a", &mut rng);
    let below = make_folder(&mut vault, &mut shelf, a, "below", &mut rng);
    let b = make_folder(&mut vault, &mut shelf, root, "b", &mut rng);
    for (folder, name) in [(root, "1"), (a, "2"), (below, "3"), (below, "4"), (b, "5")] {
        shelf.upload_to(&mut vault, folder, name, name.as_bytes(), &mut rng);
    }
    let mut disk = Disk::default();
    let cursor = shelf.feed.to_string();
    disk.write(&mut vault, &cursor, &mut rng);
    (vault, shelf, disk, [root, a, below, b], rng)
}

#[test]
fn what_was_kept_is_there_again() {
    let (mut one, mut shelf, disk, [root, a, below, b], mut rng) = filled(1);
    let mut two = again(&one, &shelf);
    let loaded = disk.load(&mut two);
    let expected = Loaded {
        cursor: Some(shelf.feed.to_string()),
        folders: 4,
        dropped: Vec::new(),
    };
    assert_eq!(loaded, expected);
    assert_eq!(two.fingerprint(), one.fingerprint());
    for folder in [root, a, below, b] {
        assert_eq!(two.folder(folder), one.folder(folder));
    }
    assert!(two.unopened().is_empty());
    // Keys as well: it writes, and reads what the other one writes.
    rename(&mut two, &mut shelf, below, "deeper", &mut rng);
    let file = shelf.upload_to(&mut two, below, "6", b"six", &mut rng);
    assert_eq!(shelf.download(&two, file).unwrap(), b"six");
    follow(&mut one, &shelf, loaded.cursor.unwrap().parse().unwrap());
    assert_eq!(paths(&one), paths(&two));
    assert!(paths(&one).contains(&"/a/deeper/6".to_owned()));
}

#[test]
fn a_change_rewrites_only_its_folder() {
    let (mut vault, mut shelf, mut disk, [_, a, below, b], mut rng) = filled(2);
    let cursor = shelf.feed.to_string();
    assert_eq!(disk.write(&mut vault, &cursor, &mut rng), []);
    assert_eq!(disk.write(&mut vault, "later", &mut rng), [state()]);
    shelf.upload_to(&mut vault, b, "7", b"7", &mut rng);
    let mut expected = [state(), b];
    expected.sort_unstable();
    assert_eq!(disk.write(&mut vault, "later", &mut rng), expected);
    // A folder that goes takes its piece, and those below it, along.
    let trashed = vault.trash(&[a], 12, &mut rng);
    send(&mut vault, &mut shelf, trashed);
    let purged = vault.purge(&[a], 12, &mut rng);
    send(&mut vault, &mut shelf, purged);
    let written = disk.write(&mut vault, "later", &mut rng);
    assert!(written.contains(&a) && written.contains(&below) && !written.contains(&b));
    assert_eq!(disk.names().len(), 3);
    let mut two = again(&vault, &shelf);
    assert_eq!(disk.load(&mut two).folders, 2);
    assert_eq!(paths(&two), paths(&vault));
}

#[test]
fn what_was_lost_is_given_again_and_in_parts() {
    let (mut vault, _, disk, _, mut rng) = filled(3);
    vault.cache_lost();
    let mut parts = Disk::default();
    let mut calls = 0;
    loop {
        let (pieces, all) = vault.cache_pieces("c", 0, &mut rng);
        calls += 1;
        parts.0.extend(
            pieces
                .into_iter()
                .map(|piece| (piece.name, piece.sealed.unwrap())),
        );
        // The one about all of them comes last.
        assert_eq!(parts.0.contains_key(&state()), all);
        if all {
            break;
        }
    }
    assert_eq!(calls, 4);
    assert_eq!(parts.names(), disk.names());
}

/// Loads a disk that something is wrong with: `gone` is dropped, and fetched again.
fn repaired(one: &Vault, shelf: &Shelf, disk: &Disk, gone: &[NodeId]) {
    let mut two = again(one, shelf);
    let loaded = disk.load(&mut two);
    for folder in gone {
        assert!(two.folder(*folder).is_none());
        assert_eq!(loaded.dropped.contains(folder), disk.0.contains_key(folder));
    }
    let cursor = match loaded.cursor {
        Some(cursor) => cursor.parse().unwrap(),
        None => {
            assert_eq!(loaded.folders, 0);
            look(&mut two, shelf, one.root());
            0
        }
    };
    follow(&mut two, shelf, cursor);
    assert_eq!(two.fingerprint(), one.fingerprint());
    assert_eq!(paths(&two), paths(one));
}

#[test]
fn what_does_not_open_is_fetched_again() {
    let (vault, shelf, disk, [root, a, below, b], _) = filled(4);
    let all = [root, a, below, b];
    for (broken, gone) in [
        (below, &[below][..]),
        (a, &[a, below]),
        (b, &[b]),
        (root, &all),
        (state(), &all),
    ] {
        let mut altered = disk.clone();
        *altered.0.get_mut(&broken).unwrap().last_mut().unwrap() ^= 1;
        repaired(&vault, &shelf, &altered, gone);
        let mut cut = disk.clone();
        cut.0.get_mut(&broken).unwrap().truncate(70);
        repaired(&vault, &shelf, &cut, gone);
        let mut missing = disk.clone();
        missing.0.remove(&broken);
        repaired(&vault, &shelf, &missing, gone);
    }
    let mut exchanged = disk.clone();
    exchanged.0.insert(a, disk.0[&b].clone());
    repaired(&vault, &shelf, &exchanged, &[a, below]);
    repaired(&vault, &shelf, &Disk::default(), &all);
}

#[test]
fn pieces_of_another_account_are_dropped() {
    let (vault, shelf, disk, [root, ..], _) = filled(5);
    let (_, _, other, ..) = filled(6);
    let mut two = again(&vault, &shelf);
    let loaded = other.load(&mut two);
    assert_eq!((loaded.cursor, loaded.folders), (None, 0));
    assert_eq!(loaded.dropped.len(), other.names().len());
    assert!(two.folder(root).is_none());
    let mut both = other;
    both.0.extend(disk.0);
    assert_eq!(both.load(&mut two).folders, 4);
}

#[test]
fn what_is_older_than_what_was_seen_is_dropped() {
    let (mut vault, mut shelf, disk, [_, a, below, b], mut rng) = filled(7);
    shelf.upload_to(&mut vault, b, "late", b"late", &mut rng);
    // The pins know of it, the piece does not.
    repaired(&vault, &shelf, &disk, &[b]);
    // The same, where a later state lists what an earlier piece was exchanged for.
    let mut later = disk.clone();
    later.write(&mut vault, "9", &mut rng);
    let mut mixed = later.clone();
    mixed.0.insert(b, disk.0[&b].clone());
    let mut two = shelf.unlock(PASSWORD, None, true).unwrap();
    let loaded = mixed.load(&mut two);
    assert_eq!(loaded.dropped, [b]);
    assert_eq!(two.unopened(), [b]);
    // A piece that is newer than the state is right: the feed only repeats what it knows.
    rename(&mut vault, &mut shelf, below, "newer", &mut rng);
    let mut newer = later.clone();
    newer.write(&mut vault, "10", &mut rng);
    newer.0.insert(state(), later.0[&state()].clone());
    let mut two = shelf.unlock(PASSWORD, None, true).unwrap();
    assert_eq!(newer.load(&mut two).dropped, []);
    assert_eq!(two.folder(a), vault.folder(a));
    assert_eq!(two.fingerprint(), vault.fingerprint());
}

#[test]
fn a_folder_of_another_history_is_dropped() {
    let (mut vault, mut shelf, _, [_, _, _, b], mut rng) = filled(8);
    let mut shelf_of_other = shelf.clone();
    let mut other = again(&vault, &shelf);
    look(&mut other, &shelf, vault.root());
    look_at_unopened(&mut other, &shelf);
    shelf.upload_to(&mut vault, b, "one", b"one", &mut rng);
    shelf_of_other.upload_to(&mut other, b, "two", b"two", &mut rng);
    let mut disk = Disk::default();
    disk.write(&mut other, "0", &mut rng);
    let mut two = again(&vault, &shelf);
    assert_eq!(disk.load(&mut two).dropped, [b]);
}

/// Another device moves a file; the server says that it has left, and keeps back where it came.
#[test]
fn what_is_kept_back_after_a_move_is_found_again_after_a_reload() {
    for to_root in [false, true] {
        let (vault, mut shelf, disk, [root, a, _, b], mut rng) = filled(11);
        let to = if to_root { root } else { a };
        let mut other = again(&vault, &shelf);
        let cursor: u64 = disk.load(&mut other).cursor.unwrap().parse().unwrap();
        let before = shelf.clone();
        let file = vault.folder(b).unwrap().entries[0].id;
        let step = other.move_to(&[file], to, 12, &mut rng).unwrap();
        shelf.offer(&step.request.unwrap()).unwrap();

        let mut one = again(&vault, &shelf);
        disk.load(&mut one);
        assert_eq!(one.unopened(), []);
        let (mut page, _) = shelf.changes(cursor, u64::MAX >> 1);
        page.heads.retain(|head| head.node == b);
        page.changes.retain(|change| change.id == file);
        page.changes[0].parent_id = Some(b);
        page.changes[0].node = None;
        assert_eq!(one.apply_changes(&page).unwrap().look, [to]);
        let rolled_back = |vault: &mut Vault| {
            let error = vault.open_folder(to, &before.listing_of(vault, to));
            let rolled_back = VaultError::Finding(FindingKind::RolledBack);
            assert_eq!(error.unwrap_err(), rolled_back);
        };
        assert_eq!(one.unopened(), [to]);
        rolled_back(&mut one);

        let mut disk = disk.clone();
        disk.write(&mut one, &page.cursor, &mut rng);
        for _ in 0..2 {
            let mut later = again(&one, &shelf);
            assert_eq!(disk.load(&mut later).folders, 4);
            assert_eq!(later.unopened(), [to]);
            rolled_back(&mut later);
            disk.write(&mut later, &page.cursor, &mut rng);
            one = later;
        }
        // What is told in the end is right.
        look(&mut one, &shelf, to);
        assert_eq!(one.unopened(), []);
        assert_eq!(one.entry(file).unwrap().folder, to);
    }
}

#[test]
fn nothing_is_loaded_over_what_was_fetched() {
    let (mut vault, _, disk, [root, ..], mut rng) = filled(9);
    let before = vault.fingerprint();
    let loaded = disk.load(&mut vault);
    assert_eq!((loaded.cursor.clone(), loaded.dropped.len()), (None, 5));
    assert_eq!(vault.fingerprint(), before);
    assert!(vault.folder(root).is_some());
    let mut disk = disk;
    vault.cache_lost();
    assert_eq!(disk.write(&mut vault, "1", &mut rng).len(), 5);
}

#[test]
fn what_has_findings_is_not_kept() {
    let (mut vault, mut shelf, mut disk, [root, _, _, b], mut rng) = filled(10);
    let file = vault.folder(b).unwrap().entries[0].id;
    let mut lying = shelf.listing_of(&vault, b);
    lying.pages[0].children.retain(|node| node.id != file);
    let view = vault.open_folder(b, &lying).unwrap();
    assert_eq!(view.findings.len(), 1);
    let written = disk.write(&mut vault, "1", &mut rng);
    assert!(written.contains(&b) && !disk.0.contains_key(&b));
    let mut two = again(&vault, &shelf);
    assert_eq!(disk.load(&mut two).folders, 3);
    assert_eq!(two.unopened(), [b]);
    // Nor is a root that is not as it should be: then what was kept before stays.
    let kept = disk.clone();
    shelf.upload(&mut vault, "8", b"8", &mut rng);
    let mut lying = shelf.listing_of(&vault, root);
    lying.pages[0].children.retain(|node| node.id != b);
    vault.open_folder(root, &lying).unwrap();
    disk.write(&mut vault, "2", &mut rng);
    assert_eq!(disk.0[&state()], kept.0[&state()]);
}
