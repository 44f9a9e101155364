//! The texts of files: found while they are what the tree says, and kept as pieces that are good
//! for nothing else.

use std::collections::BTreeMap;

use protocol::{NodeId, UploadId, VersionId};
use rand::rngs::StdRng;
use vault::{
    Vault,
    search::Place,
    tree::{Matches, Wanted},
};

use crate::shelf::{PASSWORD, Shelf, sign_up};

type Disk = BTreeMap<NodeId, Vec<u8>>;

fn search(vault: &mut Vault, text: &str) -> Matches {
    vault.search(&Wanted {
        text: text.into(),
        ..Wanted::default()
    })
}

fn finds(vault: &mut Vault, text: &str) -> Vec<String> {
    let found = search(vault, text).matches.into_iter();
    found.map(|found| found.entry.name).collect()
}

fn current(vault: &Vault, node: NodeId) -> VersionId {
    vault.entry(node).unwrap().version.unwrap()
}

fn read(vault: &mut Vault, disk: &mut Disk, node: NodeId, text: &str, rng: &mut StdRng) {
    let version = current(vault, node);
    let piece = vault.index_text(node, version, Some(text), rng);
    disk.insert(node, piece.unwrap());
}

fn load(vault: &mut Vault, disk: &Disk) -> Vec<NodeId> {
    vault.load_texts(disk.clone().into_iter().collect())
}

fn add_version(vault: &mut Vault, shelf: &mut Shelf, node: NodeId, rng: &mut StdRng) {
    let mut plan = vault.plan_version(node, "", 20, 0, rng).unwrap();
    plan.seal_part(0, b"").unwrap();
    plan.finish(rng).unwrap();
    let upload = (&plan, UploadId::from_random([2; 16]));
    let versions = shelf.details(node).versions;
    let request = vault
        .commit_version(upload, &versions, None, 20, rng)
        .unwrap();
    let commit = request.id;
    shelf.commit(request);
    vault.committed(commit).unwrap();
}

fn purge(vault: &mut Vault, shelf: &mut Shelf, node: NodeId, rng: &mut StdRng) {
    let trashed = vault.trash(&[node], 15, rng).unwrap().request.unwrap();
    shelf.offer(&trashed).unwrap();
    vault.committed(trashed.id).unwrap();
    let purged = vault.purge(&[node], 16, rng).unwrap().request.unwrap();
    shelf.offer(&purged).unwrap();
    vault.committed(purged.id).unwrap();
}

/// The account on another day: its tree was fetched, its texts were not read.
fn again(shelf: &Shelf, password: &str) -> Vault {
    let mut vault = shelf.unlock(password, None, true).unwrap();
    let root = vault.root();
    vault.open_folder(root, &shelf.listing(&vault)).unwrap();
    vault
}

/// Two notes that were read: one of milk, one of bread.
fn filled(seed: u64) -> (Vault, Shelf, Disk, [NodeId; 2], StdRng) {
    let (mut vault, mut shelf, mut rng) = sign_up(seed);
    let mut disk = Disk::new();
    let nodes = [("one.md", "Buy milk,\n\nnow"), ("two.md", "fresh bread")].map(|(name, text)| {
        let node = shelf.upload(&mut vault, name, text.as_bytes(), &mut rng);
        read(&mut vault, &mut disk, node, text, &mut rng);
        node
    });
    (vault, shelf, disk, nodes, rng)
}

#[test]
fn what_is_to_be_read_is_what_may_have_a_text_and_was_not_read() {
    let (mut vault, mut shelf, mut rng) = sign_up(60);
    let note = shelf.upload(&mut vault, "note.md", b"text", &mut rng);
    let readme = shelf.upload(&mut vault, "README", b"text", &mut rng);
    for name in ["a.png", "b.mp4", "c.zip", "d.pem"] {
        shelf.upload(&mut vault, name, b"text", &mut rng);
    }
    let trashed = shelf.upload(&mut vault, "old.txt", b"text", &mut rng);
    let request = vault.trash(&[trashed], 9, &mut rng).unwrap().request;
    let request = request.unwrap();
    let commit = request.id;
    shelf.offer(&request).unwrap();
    vault.committed(commit).unwrap();

    let mut disk = Disk::new();
    let names = |vault: &mut Vault| {
        let unread = vault.unread();
        assert_eq!(unread.unread, unread.files.len());
        let mut names: Vec<String> = unread.files.into_iter().map(|file| file.name).collect();
        names.sort();
        (names, unread.read)
    };
    assert_eq!(
        names(&mut vault),
        (vec!["README".into(), "note.md".into()], 0)
    );
    let version = current(&vault, readme);
    vault.pass_over(readme, version);
    read(&mut vault, &mut disk, note, "Buy milk", &mut rng);
    assert_eq!(names(&mut vault), (vec![], 1));
    // A new version is another matter.
    add_version(&mut vault, &mut shelf, readme, &mut rng);
    add_version(&mut vault, &mut shelf, note, &mut rng);
    assert_eq!(
        names(&mut vault),
        (vec!["README".into(), "note.md".into()], 0)
    );
    // What cannot be read was read as well.
    let version = current(&vault, note);
    let piece = vault.index_text(note, version, None, &mut rng);
    assert!(piece.is_some());
    assert_eq!(names(&mut vault), (vec!["README".into()], 1));
    let mut two = again(&shelf, PASSWORD);
    assert_eq!(two.load_texts(vec![(note, piece.unwrap())]), []);
    assert_eq!(names(&mut two), (vec!["README".into()], 1));
}

#[test]
fn a_text_is_found_while_its_version_is_the_current_one() {
    let (mut vault, mut shelf, mut disk, [one, two], mut rng) = filled(61);
    assert_eq!(finds(&mut vault, "mil"), ["one.md"]);
    assert_eq!(
        search(&mut vault, "bre").matches[0].place,
        Some(Place::Text)
    );
    assert_eq!(vault.indexed_version(one), Some(current(&vault, one)));
    let before = current(&vault, one);
    add_version(&mut vault, &mut shelf, one, &mut rng);
    assert_eq!(finds(&mut vault, "milk"), [""; 0]);
    // Whoever was reading it meanwhile has read the version of before.
    assert!(
        vault
            .index_text(one, before, Some("Buy milk"), &mut rng)
            .is_none()
    );
    assert_eq!(vault.unread().gone, [one]);
    assert_eq!(vault.unread().gone, []);
    read(&mut vault, &mut disk, one, "Buy cheese", &mut rng);
    assert_eq!(finds(&mut vault, "milk"), [""; 0]);
    assert_eq!(finds(&mut vault, "buy cheese"), ["one.md"]);
    let renamed = vault.rename(two, "list.md", 11, &mut rng).unwrap();
    let commit = renamed.id;
    shelf.offer(&renamed).unwrap();
    vault.committed(commit).unwrap();
    assert_eq!(finds(&mut vault, "bread list"), ["list.md"]);
    purge(&mut vault, &mut shelf, two, &mut rng);
    assert_eq!(finds(&mut vault, "bread"), [""; 0]);
    assert_eq!(vault.unread().gone, [two]);
}

#[test]
fn what_was_read_is_found_again_on_another_day() {
    let (_, shelf, disk, [one, two], _) = filled(62);
    let mut vault = again(&shelf, PASSWORD);
    assert_eq!(vault.unread().files.len(), 2);
    assert_eq!(load(&mut vault, &disk), []);
    assert_eq!((vault.unread().files.len(), vault.unread().read), (0, 2));
    assert_eq!(finds(&mut vault, "milk"), ["one.md"]);
    assert_eq!(finds(&mut vault, "bread"), ["two.md"]);
    let pieces: Vec<_> = disk.into_iter().collect();
    let mut found = vault.excerpts(&pieces, "mil buy bread");
    found.sort();
    let mut expected = [
        (one, vec!["", "Buy", " ", "mil", "k, now"]),
        (two, vec!["fresh ", "bread", ""]),
    ]
    .map(|(node, pieces)| (node, pieces.into_iter().map(str::to_owned).collect()));
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(vault.excerpts(&pieces, "cheese"), []);
}

#[test]
fn a_piece_that_does_not_open_is_read_again() {
    let (_, shelf, disk, [one, two], _) = filled(63);
    let mut altered = disk.clone();
    *altered.get_mut(&one).unwrap().last_mut().unwrap() ^= 1;
    let mut cut = disk.clone();
    cut.get_mut(&one).unwrap().truncate(70);
    let mut exchanged = disk.clone();
    exchanged.insert(one, disk[&two].clone());
    for broken in [altered, cut, exchanged] {
        let mut vault = again(&shelf, PASSWORD);
        assert_eq!(load(&mut vault, &broken), [one]);
        assert_eq!(finds(&mut vault, "milk"), [""; 0]);
        assert_eq!(finds(&mut vault, "bread"), ["two.md"]);
        let unread = vault.unread();
        assert_eq!((unread.files.len(), unread.files[0].id), (1, one));
        let pieces: Vec<_> = broken.into_iter().collect();
        assert_eq!(vault.excerpts(&pieces, "milk"), []);
    }
}

#[test]
fn a_piece_of_before_is_of_no_use() {
    let (mut vault, mut shelf, mut disk, [one, two], mut rng) = filled(64);
    let before = disk.clone();
    add_version(&mut vault, &mut shelf, one, &mut rng);
    read(&mut vault, &mut disk, one, "Buy cheese", &mut rng);
    let mut later = again(&shelf, PASSWORD);
    assert_eq!(load(&mut later, &before), [one]);
    assert_eq!(finds(&mut later, "milk"), [""; 0]);
    // Nor is anything shown of it where the current one was read.
    assert_eq!(load(&mut later, &disk), []);
    let pieces: Vec<_> = before
        .iter()
        .map(|(id, piece)| (*id, piece.clone()))
        .collect();
    assert_eq!(later.excerpts(&pieces, "milk"), []);
    // What is gone for good does not come back with its piece.
    purge(&mut vault, &mut shelf, two, &mut rng);
    let mut later = again(&shelf, PASSWORD);
    assert_eq!(load(&mut later, &before).len(), 2);
    assert_eq!(finds(&mut later, "bread"), [""; 0]);
}

#[test]
fn pieces_of_another_account_are_of_no_use() {
    let (mut vault, _, disk, [one, two], _) = filled(65);
    let (_, _, other, [else_one, else_two], _) = filled(66);
    let named: Disk = [(one, &other[&else_one]), (two, &other[&else_two])]
        .map(|(node, piece)| (node, piece.clone()))
        .into();
    assert_eq!(load(&mut vault, &named).len(), 2);
    assert_eq!(load(&mut vault, &other).len(), 2);
    assert_eq!(finds(&mut vault, "milk"), ["one.md"]);
    assert_eq!(load(&mut vault, &disk), []);
}

#[test]
fn pieces_say_little_by_their_length() {
    let (mut vault, mut shelf, mut rng) = sign_up(67);
    let mut disk = Disk::new();
    let node = shelf.upload(&mut vault, "a.txt", b"", &mut rng);
    let mut lengths = Vec::new();
    for length in [0, 1, 900, 1100, 200_000, 300_000] {
        read(&mut vault, &mut disk, node, &"x".repeat(length), &mut rng);
        lengths.push(disk[&node].len());
    }
    assert_eq!(lengths[0], lengths[1]);
    assert_eq!(lengths[1], lengths[2]);
    assert!(lengths[2] < lengths[3]);
    // Of a long text the beginning is kept.
    assert_eq!(lengths[4], lengths[5]);
    assert!(lengths[5] < 205_000);
}
