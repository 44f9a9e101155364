//! Folders in folders: what devices make of them, and of each other's changes.

use protocol::{NodeId, NodeKind};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use vault::{
    VaultError,
    tree::{Edit, Entry},
};

use crate::{
    device::{Device, device},
    shelf::{PASSWORD, Shelf},
};

fn names(entries: &[Entry]) -> Vec<&str> {
    let mut names: Vec<&str> = entries.iter().map(|entry| &*entry.name).collect();
    names.sort_unstable();
    names
}

#[test]
fn folders_are_made_moved_and_found_by_another_device() {
    let (mut one, mut shelf, mut rng) = device(1);
    let root = one.vault.root();
    let a = one.folder(&mut shelf, root, "a", &mut rng);
    let b = one.folder(&mut shelf, root, "b", &mut rng);
    let deep = one.folder(&mut shelf, a, "deep", &mut rng);
    let file = shelf.upload_to(&mut one.vault, deep, "file", b"content", &mut rng);
    shelf.upload_to(&mut one.vault, b, "file", b"other", &mut rng);
    assert_eq!(
        one.paths(),
        ["/a", "/a/deep", "/a/deep/file", "/b", "/b/file"]
    );

    let moved = one.vault.move_to(&[deep], b, 20, &mut rng);
    one.step(&mut shelf, moved);
    let moved = one.vault.move_to(&[file], b, 21, &mut rng);
    one.step(&mut shelf, moved);
    let renamed = one.vault.rename(b, "c", 22, &mut rng).unwrap();
    one.send(&mut shelf, renamed);
    let all = ["/a", "/c", "/c/deep", "/c/file", "/c/file (1)"];
    assert_eq!(one.paths(), all);

    // One that follows the feed, and one that looks at each folder.
    for most in [1, 3, u64::MAX >> 1] {
        let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
        two.catch_up(&shelf, most);
        assert_eq!(two.paths(), all);
        assert_eq!(two.vault.fingerprint(), one.vault.fingerprint());
        assert_eq!(shelf.download(&two.vault, file).unwrap(), b"content");
        assert!(two.vault.unopened().is_empty());
    }
    let mut three = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    assert_eq!(three.look(&shelf, b), Err(VaultError::NoSuchEntry));
    for folder in [root, a, b, deep] {
        three.look(&shelf, folder).unwrap();
    }
    assert_eq!(three.paths(), all);
}

#[test]
fn whole_subtrees_are_trashed_restored_and_purged_by_one_change() {
    let (mut one, mut shelf, mut rng) = device(2);
    let root = one.vault.root();
    let top = one.folder(&mut shelf, root, "top", &mut rng);
    let inner = one.folder(&mut shelf, top, "inner", &mut rng);
    for n in 0..3 {
        shelf.upload_to(&mut one.vault, inner, &format!("f{n}"), b"x", &mut rng);
    }
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);

    let step = one.vault.trash(&[inner], 30, &mut rng);
    one.step(&mut shelf, step);
    let step = one.vault.trash(&[top], 31, &mut rng).unwrap();
    let request = step.request.unwrap();
    assert_eq!(
        (request.changes.len(), request.heads.len(), step.covered),
        (2, 2, 1)
    );
    one.send(&mut shelf, request);
    assert_eq!(names(&one.vault.trashed_entries()), ["top"]);
    assert!(one.vault.live_entries(|_| true).is_empty());

    // The name was given away meanwhile.
    one.folder(&mut shelf, root, "top", &mut rng);
    let step = one.vault.restore(&[top], 32, &mut rng);
    one.step(&mut shelf, step);
    assert_eq!(names(&one.vault.trashed_entries()), ["inner"]);
    assert_eq!(names(&one.vault.live_entries(|_| true)), ["top", "top (1)"]);

    let step = one.vault.trash(&[top], 33, &mut rng);
    one.step(&mut shelf, step);
    let step = one.vault.purge(&[top], 33, &mut rng).unwrap();
    let request = step.request.unwrap();
    assert_eq!((request.changes.len(), request.heads.len()), (1, 1));
    one.send(&mut shelf, request);
    assert_eq!(one.paths(), ["/top"]);
    two.catch_up(&shelf, 100);
    assert_eq!(two.paths(), ["/top"]);
    assert_eq!(two.vault.fingerprint(), one.vault.fingerprint());
}

/// Deleting for good was asked for; meanwhile some of it was restored, here or elsewhere.
#[test]
fn what_was_restored_meanwhile_is_not_purged() {
    let (mut one, mut shelf, mut rng) = device(14);
    let root = one.vault.root();
    let [kept, gone, here] = ["kept", "gone", "here"]
        .map(|name| shelf.upload_to(&mut one.vault, root, name, b"x", &mut rng));
    let folder = one.folder(&mut shelf, root, "folder", &mut rng);
    let inside = shelf.upload_to(&mut one.vault, folder, "inside", b"x", &mut rng);
    let all = [kept, gone, here, folder];
    let step = one.vault.trash(&all, 31, &mut rng);
    one.step(&mut shelf, step);
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);

    // What is below something in the trash is in the trash.
    let step = one.vault.purge(&[inside], 32, &mut rng).unwrap();
    one.vault.abandoned(step.request.unwrap().id);
    // Queued behind a restore of one's own.
    let step = one.vault.restore(&[here], 32, &mut rng);
    one.step(&mut shelf, step);
    let step = one.vault.purge(&[here], 33, &mut rng).unwrap();
    assert!(step.request.is_none());
    assert_eq!(step.covered, 1);
    // Another device is faster: the commit is refused, and made anew.
    let late = one
        .vault
        .purge(&all, 34, &mut rng)
        .unwrap()
        .request
        .unwrap();
    two.catch_up(&shelf, 100);
    let step = two.vault.restore(&[kept, folder], 35, &mut rng);
    two.step(&mut shelf, step);
    assert!(shelf.offer(&late).is_none());
    one.vault.abandoned(late.id);
    one.catch_up(&shelf, 100);
    let step = one.vault.purge(&all, 36, &mut rng);
    one.step(&mut shelf, step);
    let left = ["/folder", "/folder/inside", "/here", "/kept"];
    assert_eq!(one.paths(), left);
    assert!(one.vault.trashed_entries().is_empty() && !shelf.nodes.contains_key(&gone));
    // What was restored is not below anything in the trash any more either.
    let step = one.vault.purge(&[inside], 37, &mut rng).unwrap();
    assert!(step.request.is_none());
}

#[test]
fn metadata_is_edited_and_travels() {
    let (mut one, mut shelf, mut rng) = device(3);
    let root = one.vault.root();
    let folder = one.folder(&mut shelf, root, "folder", &mut rng);
    let file = shelf.upload_to(&mut one.vault, folder, "file", b"x", &mut rng);
    let edit = Edit {
        starred: Some(true),
        tags: Some(vec![
            " red ".into(),
            "red".into(),
            String::new(),
            "blue".into(),
        ]),
        description: Some("A description.".into()),
        category: Some("letters".into()),
    };
    let step = one.vault.edit(&[folder, file], &edit, 40, &mut rng);
    one.step(&mut shelf, step);
    let again = one
        .vault
        .edit(&[folder, file], &edit, 41, &mut rng)
        .unwrap();
    assert!(
        again.request.is_none() && again.covered == 2,
        "nothing to change"
    );
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 2);
    for node in [folder, file] {
        let entry = two.vault.entry(node).unwrap();
        assert!(entry.starred);
        assert_eq!(entry.tags, ["red", "blue"]);
        assert_eq!(
            (&*entry.description, &*entry.category),
            ("A description.", "letters")
        );
    }
    let none = Edit {
        starred: Some(false),
        tags: Some(Vec::new()),
        description: Some(" ".into()),
        category: None,
    };
    let step = two.vault.edit(&[file], &none, 42, &mut rng);
    two.step(&mut shelf, step);
    let entry = two.vault.entry(file).unwrap();
    assert!(!entry.starred && entry.tags.is_empty() && entry.description.is_empty());
    assert_eq!(entry.category, "letters");
    for edit in [
        Edit {
            tags: Some(vec!["x".repeat(129)]),
            ..Edit::default()
        },
        Edit {
            tags: Some(vec!["x".into(); 65]),
            ..Edit::default()
        },
        Edit {
            description: Some("x".repeat(16 * 1024 + 1)),
            ..Edit::default()
        },
    ] {
        let refused = two.vault.edit(&[file], &edit, 43, &mut rng).err();
        assert_eq!(refused, Some(VaultError::InvalidMetadata));
    }
}

#[test]
fn a_dropped_directory_becomes_folders_and_merges_with_what_is_there() {
    let (mut one, mut shelf, mut rng) = device(4);
    let root = one.vault.root();
    let photos = one.folder(&mut shelf, root, "photos", &mut rng);
    shelf.upload(&mut one.vault, "file", b"x", &mut rng);
    let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let paths: Vec<_> = ["photos", "photos/2024", "photos/2024/may", "notes", "file"]
        .map(path)
        .into();
    let (ids, request) = one
        .vault
        .create_folders(root, &paths, 50, &mut rng)
        .unwrap();
    assert_eq!((ids.len(), ids[0]), (5, photos));
    let request = request.unwrap();
    assert_eq!(request.changes.len(), 4);
    one.send(&mut shelf, request);
    let all = [
        "/file",
        "/file (1)",
        "/notes",
        "/photos",
        "/photos/2024",
        "/photos/2024/may",
    ];
    assert_eq!(one.paths(), all);
    // Again: all but the one whose name a file has is there.
    let (again, request) = one
        .vault
        .create_folders(root, &paths[..4], 51, &mut rng)
        .unwrap();
    assert_eq!((again, request.is_none()), (ids[..4].to_vec(), true));
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);
    assert_eq!(two.paths(), all);

    // More than one commit holds.
    let many: Vec<_> = (0..2000).map(|n| path(&format!("d{n}"))).collect();
    let mut rest = &many[..];
    let mut commits = 0;
    while !rest.is_empty() {
        let (ids, request) = one
            .vault
            .create_folders(photos, rest, 52, &mut rng)
            .unwrap();
        one.send(&mut shelf, request.unwrap());
        rest = &rest[ids.len()..];
        commits += 1;
    }
    assert!(commits > 1);
    two.catch_up(&shelf, 100);
    assert_eq!(two.paths().len(), 2006);
    for (bad, error) in [
        (vec![path("..")], VaultError::InvalidName),
        (vec![path("x/y")], VaultError::Impossible),
        (vec![Vec::new()], VaultError::Impossible),
        (
            (1..200).map(|depth| vec!["d".to_owned(); depth]).collect(),
            VaultError::TooDeep,
        ),
    ] {
        let refused = one.vault.create_folders(photos, &bad, 53, &mut rng).err();
        assert_eq!(refused, Some(error));
    }
}

#[test]
fn no_folder_goes_into_itself() {
    let (mut one, mut shelf, mut rng) = device(5);
    let root = one.vault.root();
    let a = one.folder(&mut shelf, root, "a", &mut rng);
    let b = one.folder(&mut shelf, a, "b", &mut rng);
    let c = one.folder(&mut shelf, b, "c", &mut rng);
    for to in [a, b, c] {
        let refused = one.vault.move_to(&[a], to, 60, &mut rng).err();
        assert_eq!(refused, Some(VaultError::IntoItself));
    }
    let nothing = one.vault.move_to(&[a], root, 60, &mut rng).unwrap();
    assert!(nothing.request.is_none());
    let gone = one
        .vault
        .move_to(&[NodeId::from_bytes([1; 16])], b, 60, &mut rng);
    assert_eq!(gone.err(), Some(VaultError::NoSuchEntry));
}

/// Three devices do as they please with folders in folders, each on what it has seen: requests
/// and answers are lost, answers come twice, commits are refused and made again. In the end
/// all have the same verified tree, and everything acknowledged is in it.
#[test]
fn devices_converge_whatever_happens_between() {
    let mut looks = 0;
    for seed in 0..12 {
        let (one, mut shelf, mut rng) = device(200 + seed);
        let mut devices = vec![one];
        for _ in 0..2 {
            devices.push(Device::new(shelf.unlock(PASSWORD, None, true).unwrap()));
        }
        for device in &mut devices {
            device.catch_up(&shelf, 3);
        }
        let mut dice = StdRng::seed_from_u64(seed);
        // Files that a device knows to be there, and nobody has purged since.
        let mut acknowledged: Vec<NodeId> = Vec::new();
        for step in 0..60 {
            let which = dice.random_range(0..devices.len());
            if dice.random_range(0..12) == 0 {
                // It crashed, and starts from what it has kept.
                let pins = devices[which].vault.pins().clone();
                let again = shelf.unlock(PASSWORD, Some(&pins), true).unwrap();
                devices[which] = Device::new(again);
                devices[which].catch_up(&shelf, 4);
            }
            if dice.random_range(0..3) == 0 {
                devices[which].catch_up(&shelf, 2);
            }
            act(
                &mut devices[which],
                &mut shelf,
                &mut dice,
                &mut rng,
                step,
                &mut acknowledged,
            );
        }
        let all = |device: &Device| {
            let mut entries: Vec<Entry> = device
                .vault
                .below(device.vault.root())
                .into_iter()
                .map(|node| device.vault.entry(node).unwrap())
                .collect();
            entries.sort_by_key(|entry| entry.id);
            entries
        };
        for device in &mut devices {
            device.catch_up(&shelf, 5);
        }
        devices.push(Device::new(shelf.unlock(PASSWORD, None, true).unwrap()));
        devices[3].catch_up(&shelf, 7);
        for device in &devices {
            assert_eq!(all(device), all(&devices[0]));
            assert_eq!(device.vault.fingerprint(), devices[0].vault.fingerprint());
            assert!(
                device
                    .vault
                    .folder(device.vault.root())
                    .unwrap()
                    .findings
                    .is_empty()
            );
            for node in &acknowledged {
                assert!(
                    device.vault.entry(*node).is_some(),
                    "seed {seed}: {node} is lost"
                );
            }
        }
        assert_eq!(all(&devices[0]).len(), shelf.nodes.len());
        looks += devices.iter().map(|device| device.looks).sum::<usize>();
    }
    assert!(looks < 12, "{looks}: an honest feed proves itself");
}

/// Something random, made again until the server takes it.
fn act(
    device: &mut Device,
    shelf: &mut Shelf,
    dice: &mut StdRng,
    rng: &mut StdRng,
    now: u64,
    acknowledged: &mut Vec<NodeId>,
) {
    let what = dice.random_range(0..8);
    let pick = |device: &Device, dice: &mut StdRng, folders: bool| {
        let mut nodes: Vec<NodeId> = device
            .vault
            .below(device.vault.root())
            .into_iter()
            .filter(|node| !folders || device.vault.entry(*node).unwrap().kind == NodeKind::Folder)
            .collect();
        nodes.sort();
        if folders {
            nodes.push(device.vault.root());
        }
        (!nodes.is_empty()).then(|| nodes[dice.random_range(0..nodes.len())])
    };
    for _ in 0..8 {
        let Some(into) = pick(device, dice, true) else {
            return;
        };
        let node = pick(device, dice, false);
        let vault = &mut device.vault;
        let mut created = None;
        let request = match (what, node) {
            (0, _) => {
                let (_, request) = vault.create_folder(into, "folder", now, rng).unwrap();
                Some(request)
            }
            (1, Some(node)) => Some(vault.rename(node, "renamed", now, rng).unwrap()),
            (2, Some(node)) => vault.trash(&[node], now, rng).unwrap().request,
            (3, Some(node)) => vault.restore(&[node], now, rng).unwrap().request,
            (4, Some(node)) => vault.purge(&[node], now, rng).unwrap().request,
            (5 | 6, Some(node)) => match vault.move_to(&[node], into, now, rng) {
                Err(VaultError::IntoItself) => None,
                step => step.unwrap().request,
            },
            _ => {
                let mut plan = vault.plan_upload(into, "file", "", now, 1, rng).unwrap();
                plan.seal_part(0, b"x").unwrap();
                plan.finish(rng).unwrap();
                let upload = protocol::UploadId::from_random([7; 16]);
                let request = vault
                    .commit_uploads(into, &[(&plan, upload)], now, rng)
                    .unwrap();
                let protocol::Change::Create(create) = &request.changes[0] else {
                    unreachable!()
                };
                created = Some(create.id);
                Some(request)
            }
        };
        let Some(request) = request else { return };
        let purged = node.filter(|_| what == 4).map(|node| shelf.below(node));
        let fate = dice.random_range(0..6);
        // Lost on the way there: it never happened.
        if fate == 0 {
            vault.abandoned(request.id);
            return;
        }
        if shelf.offer(&request).is_none() {
            vault.abandoned(request.id);
            device.catch_up(shelf, 3);
            continue;
        }
        if let Some(gone) = purged {
            acknowledged.retain(|node| !gone.contains(node));
        }
        if fate == 1 {
            // The answer was lost: the feed brings it.
            vault.abandoned(request.id);
            return;
        }
        if fate == 2 {
            // The feed was faster than the answer.
            device.catch_up(shelf, 3);
        }
        device.vault.committed(request.id).unwrap();
        acknowledged.extend(created);
        return;
    }
}
