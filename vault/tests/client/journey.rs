//! A vault from sign-up on, with an honest shelf.

use crate::shelf::{PASSWORD, Shelf, sign_up};
use protocol::{CommitId, CommitRequest};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};
use vault::{
    Vault, VaultError,
    findings::FindingKind,
    tree::{FolderView, Step},
};

fn names(view: &FolderView) -> Vec<&str> {
    let mut names: Vec<&str> = view.entries.iter().map(|entry| &*entry.name).collect();
    names.sort_unstable();
    names
}

fn open(vault: &mut Vault, shelf: &Shelf) -> FolderView {
    let view = vault
        .open_folder(vault.root(), &shelf.listing(vault))
        .unwrap();
    assert!(view.verified && view.findings.is_empty(), "{view:?}");
    view
}

#[test]
fn files_survive_a_fresh_device() {
    let (mut vault, mut shelf, mut rng) = sign_up(1);
    let mut large = vec![0; 9 << 20];
    rng.fill_bytes(&mut large);
    let empty = shelf.upload(&mut vault, "empty", b"", &mut rng);
    let small = shelf.upload(&mut vault, "报告 📈.txt", b"hello", &mut rng);
    let big = shelf.upload(&mut vault, "big", &large, &mut rng);
    shelf.upload(&mut vault, "big", b"another", &mut rng);

    let mut fresh = shelf.unlock(PASSWORD, None, true).unwrap();
    assert_eq!(
        names(&open(&mut fresh, &shelf)),
        ["big", "big (1)", "empty", "报告 📈.txt"]
    );
    assert_eq!(shelf.download(&fresh, empty).unwrap(), b"");
    assert_eq!(shelf.download(&fresh, small).unwrap(), b"hello");
    assert_eq!(shelf.download(&fresh, big).unwrap(), large);
}

#[test]
fn rename_trash_restore_purge() {
    let (mut vault, mut shelf, mut rng) = sign_up(2);
    let a = shelf.upload(&mut vault, "a", b"1", &mut rng);
    let b = shelf.upload(&mut vault, "b", b"2", &mut rng);
    let apply = |vault: &mut Vault, shelf: &mut Shelf, request: CommitRequest| {
        let id: CommitId = request.id;
        shelf.commit(request);
        vault.committed(id).unwrap();
        vault.folder(vault.root()).unwrap()
    };
    let request = vault.rename(a, "c", 20, &mut rng).unwrap();
    assert_eq!(names(&apply(&mut vault, &mut shelf, request)), ["b", "c"]);
    let request = vault.trash(&[a, b], 21, &mut rng).unwrap().request.unwrap();
    let view = apply(&mut vault, &mut shelf, request);
    assert!(view.entries.iter().all(|entry| entry.trashed == Some(21)));
    shelf.upload(&mut vault, "c", b"3", &mut rng);
    let request = vault.restore(&[a], 22, &mut rng).unwrap().request.unwrap();
    let view = apply(&mut vault, &mut shelf, request);
    assert_eq!(
        view.entries
            .iter()
            .find(|entry| entry.id == a)
            .unwrap()
            .name,
        "c (1)"
    );
    let request = vault.purge(&[b], 23, &mut rng).unwrap().request.unwrap();
    assert_eq!(
        names(&apply(&mut vault, &mut shelf, request)),
        ["c", "c (1)"]
    );
    assert_eq!(names(&open(&mut vault, &shelf)), ["c", "c (1)"]);
    assert_eq!(
        vault.rename(b, "x", 24, &mut rng).err(),
        Some(VaultError::NoSuchEntry)
    );
    assert_eq!(
        vault.rename(a, "x/y", 24, &mut rng).err(),
        Some(VaultError::InvalidName)
    );
}

#[test]
fn the_password_changes_and_the_files_stay() {
    let (mut vault, mut shelf, mut rng) = sign_up(3);
    let file = shelf.upload(&mut vault, "a", b"1", &mut rng);
    let old_pins = vault.pins().clone();
    let credentials = |shelf: &Shelf, password| {
        vault::account::Credentials::derive(password, &shelf.keys.salt, &shelf.keys.kdf, None)
            .unwrap()
    };
    let wrong = vault.change_password(&credentials(&shelf, "wrong"), "new", &mut rng);
    assert_eq!(wrong.err(), Some(VaultError::WrongPassword));
    let request = vault
        .change_password(&credentials(&shelf, PASSWORD), "a new password", &mut rng)
        .unwrap();
    shelf.change_password(request);
    vault.password_changed();

    assert_eq!(
        shelf.unlock(PASSWORD, None, false).err(),
        Some(VaultError::WrongPassword)
    );
    for pins in [None, Some(vault.pins()), Some(&old_pins)] {
        let mut again = shelf.unlock("a new password", pins, true).unwrap();
        open(&mut again, &shelf);
        assert_eq!(shelf.download(&again, file).unwrap(), b"1");
    }
}

#[test]
fn restoring_what_another_device_has_restored_changes_nothing() {
    let (mut vault, mut shelf, mut rng) = sign_up(42);
    let a = shelf.upload(&mut vault, "a", b"1", &mut rng);
    let step = vault.restore(&[a], 20, &mut rng).unwrap();
    assert!(step.request.is_none() && step.covered == 1);
    let view = vault.folder(vault.root()).unwrap();
    assert_eq!(names(&view), ["a"]);
    assert_eq!(view.entries[0].trashed, None);
}

#[test]
fn a_new_password_whose_answer_was_lost_is_recognised() {
    let (mut vault, mut shelf, mut rng) = sign_up(41);
    let current =
        vault::account::Credentials::derive(PASSWORD, &shelf.keys.salt, &shelf.keys.kdf, None)
            .unwrap();
    assert!(!vault.has_new_password());
    let lost = vault.change_password(&current, "a new password", &mut rng);
    vault.merge_keys(&shelf.keys).unwrap();
    assert!(!vault.has_new_password(), "it has not arrived");
    shelf.change_password(lost.unwrap());
    vault.merge_keys(&shelf.keys).unwrap();
    assert!(vault.has_new_password());
    let before = vault.pins().clone();
    vault.password_changed();
    assert_eq!(vault.pins(), &before, "nothing is accepted twice");
    assert!(!vault.has_new_password(), "there is no change under way");
}

#[test]
fn pins_travel_with_the_account() {
    let (mut vault, mut shelf, mut rng) = sign_up(4);
    assert!(vault.sealed_pins(&mut rng).is_none());
    shelf.upload(&mut vault, "a", b"1", &mut rng);
    let update = vault.sealed_pins(&mut rng).unwrap();
    shelf.keys.pins = update.pins.unwrap();
    vault.sealed_pins_accepted();
    assert!(vault.sealed_pins(&mut rng).is_none());

    let mut other = shelf.unlock(PASSWORD, None, true).unwrap();
    assert_eq!(other.pinned_seq(other.root()), Some(2));
    open(&mut other, &shelf);
    shelf.upload(&mut other, "b", b"2", &mut rng);
    shelf.keys.pins = other.sealed_pins(&mut rng).unwrap().pins.unwrap();
    other.sealed_pins_accepted();
    vault.merge_keys(&shelf.keys).unwrap();
    assert_eq!(names(&open(&mut vault, &shelf)), ["a", "b"]);
}

#[test]
fn a_refused_commit_is_made_again() {
    let (mut one, mut shelf, mut rng) = sign_up(5);
    let file = shelf.upload(&mut one, "a", b"1", &mut rng);
    let mut two = shelf.unlock(PASSWORD, None, true).unwrap();
    open(&mut two, &shelf);
    shelf.upload(&mut two, "b", b"2", &mut rng);

    let stale = one.rename(file, "c", 30, &mut rng).unwrap();
    assert_eq!(
        one.rename(file, "d", 30, &mut rng).err(),
        Some(VaultError::Impossible)
    );
    one.abandoned(stale.id);
    open(&mut one, &shelf);
    let again = one.rename(file, "c", 31, &mut rng).unwrap();
    let id = again.id;
    shelf.commit(again);
    assert_eq!(one.committed(id).unwrap(), [one.root()]);
    assert_eq!(names(&one.folder(one.root()).unwrap()), ["b", "c"]);
    assert_eq!(names(&open(&mut two, &shelf)), ["b", "c"]);
}

fn some(step: Result<Step, VaultError>) -> Option<CommitRequest> {
    step.unwrap().request
}

/// Two devices do as they please, on verified views, and lose an answer now and then: what
/// either acknowledged is there in the end, and every listing verifies.
#[test]
fn two_devices_converge() {
    for seed in 0..20 {
        let (first, mut shelf, mut rng) = sign_up(100 + seed);
        let second = shelf.unlock(PASSWORD, None, true).unwrap();
        let mut devices = [first, second];
        let mut dice = StdRng::seed_from_u64(seed);
        for step in 0..30 {
            let device = &mut devices[dice.random_range(0..2)];
            let root = device.root();
            let view = device.open_folder(root, &shelf.listing(device)).unwrap();
            assert!(view.verified && view.findings.is_empty());
            let any = view
                .entries
                .get(dice.random_range(0..view.entries.len().max(1)))
                .map(|entry| entry.id);
            let request = match (dice.random_range(0..5), any) {
                (0, Some(node)) => {
                    let renamed = device.rename(node, &format!("n{step}"), step, &mut rng);
                    Some(renamed.unwrap())
                }
                (1, Some(node)) => some(device.trash(&[node], step, &mut rng)),
                (2, Some(node)) => some(device.restore(&[node], step, &mut rng)),
                (3, Some(node)) => some(device.purge(&[node], step, &mut rng)),
                _ => {
                    shelf.upload(device, &format!("f{step}"), b"x", &mut rng);
                    continue;
                }
            };
            // What is trashed already need not be trashed.
            let Some(request) = request else { continue };
            let id = request.id;
            match dice.random_range(0..4) {
                // The request was lost on the way.
                0 => device.abandoned(id),
                // The answer was lost: the next listing has it.
                1 => {
                    shelf.commit(request);
                    device.abandoned(id);
                }
                _ => {
                    shelf.commit(request);
                    device.committed(id).unwrap();
                }
            }
        }
        let [one, two] = &mut devices;
        assert_eq!(open(one, &shelf).entries, open(two, &shelf).entries);
    }
}

#[test]
fn an_old_password_does_not_come_back_with_the_new_state() {
    let (mut vault, mut shelf, mut rng) = sign_up(6);
    let old = shelf.keys.clone();
    let credentials = |shelf: &Shelf, password| {
        let (salt, kdf) = (&shelf.keys.salt, &shelf.keys.kdf);
        vault::account::Credentials::derive(password, salt, kdf, None).unwrap()
    };
    let request = vault
        .change_password(&credentials(&shelf, PASSWORD), "a new password", &mut rng)
        .unwrap();
    shelf.change_password(request);
    vault.password_changed();
    let new = shelf.keys.clone();
    shelf.keys.salt = old.salt;
    shelf.keys.wrapped_key = old.wrapped_key;
    for pins in [None, Some(vault.pins())] {
        for proved in [true, false] {
            let refused = shelf.unlock(PASSWORD, pins, proved).err();
            assert_eq!(refused, Some(VaultError::AccountTampered));
        }
    }
    assert_eq!(
        vault.merge_keys(&shelf.keys).err(),
        Some(VaultError::AccountTampered)
    );
    vault.merge_keys(&new).unwrap();
}

/// Two windows of one device: what either has seen is seen by both.
#[test]
fn windows_share_what_they_have_seen() {
    let (mut one, mut shelf, mut rng) = sign_up(10);
    let mut two = shelf.unlock(PASSWORD, Some(one.pins()), true).unwrap();
    open(&mut two, &shelf);
    let old = (shelf.heads.clone(), shelf.nodes.clone());
    shelf.upload(&mut one, "a", b"1", &mut rng);
    shelf.upload(&mut one, "b", b"2", &mut rng);
    let kept = two.exchange_pins(one.pins()).unwrap();
    assert_eq!(kept, one.exchange_pins(&kept).unwrap());
    let new = (shelf.heads.clone(), shelf.nodes.clone());
    (shelf.heads, shelf.nodes) = old;
    let root = two.root();
    let refused = two.open_folder(root, &shelf.listing(&two)).unwrap_err();
    assert_eq!(refused.code(), "rolled-back");
    // A server that takes a commit on top of the old state has made a second history, and cannot
    // show the first one any more.
    let mut plan = two.plan_upload(root, "c", "", 0, 0, &mut rng).unwrap();
    plan.seal_part(0, b"").unwrap();
    plan.finish(&mut rng).unwrap();
    let upload = protocol::UploadId::from_random([2; 16]);
    let fork = two
        .commit_uploads(root, &[(&plan, upload)], 1, &mut rng)
        .unwrap();
    two.committed(fork.id).unwrap();
    (shelf.heads, shelf.nodes) = new;
    let refused = two.open_folder(root, &shelf.listing(&two)).unwrap_err();
    assert_eq!(refused.code(), "forked");
    assert_eq!(names(&two.folder(root).unwrap()), ["c"]);
}

#[test]
fn sealed_pins_do_not_go_back() {
    let (mut vault, mut shelf, mut rng) = sign_up(7);
    let old = shelf.keys.pins.clone();
    let old_listing = (shelf.heads.clone(), shelf.nodes.clone());
    // Another device sees more, and says so; this one learns of it when it unlocks.
    let pins = vault.pins().clone();
    shelf.upload(&mut vault, "a", b"1", &mut rng);
    shelf.keys.pins = vault.sealed_pins(&mut rng).unwrap().pins.unwrap();
    vault.sealed_pins_accepted();
    let other = shelf.unlock(PASSWORD, Some(&pins), true).unwrap();
    assert_eq!(other.pinned_seq(other.root()), Some(1));
    shelf.keys.pins = old;
    (shelf.heads, shelf.nodes) = old_listing;
    let refused = shelf.unlock(PASSWORD, Some(other.pins()), true).err();
    assert_eq!(refused, Some(VaultError::AccountRolledBack));
    assert_eq!(
        vault.merge_keys(&shelf.keys).err(),
        Some(VaultError::AccountRolledBack)
    );
}

#[test]
fn a_wrong_password_is_told_from_a_replaced_wrap() {
    let (vault, mut shelf, _) = sign_up(8);
    let wrong = |shelf: &Shelf, pins| shelf.unlock("wrong", pins, false).err();
    assert_eq!(
        wrong(&shelf, Some(vault.pins())),
        Some(VaultError::WrongPassword)
    );
    shelf.keys.wrapped_key.0[40] ^= 1;
    assert_eq!(
        wrong(&shelf, Some(vault.pins())),
        Some(VaultError::AccountTampered)
    );
}

/// The answer to a commit is lost; another window goes on from it, or from something else, and
/// what it has seen is exchanged before the commit is repeated.
#[test]
fn a_commit_from_which_another_window_went_on_is_done() {
    for (seed, forks, merges) in [
        (10, false, false),
        (11, false, true),
        (12, true, false),
        (13, true, true),
    ] {
        let (mut one, mut shelf, mut rng) = sign_up(seed);
        let root = one.root();
        let node = shelf.upload(&mut one, "a", b"x", &mut rng);
        let mut two = shelf.unlock(PASSWORD, Some(one.pins()), true).unwrap();
        open(&mut two, &shelf);
        let request = one.rename(node, "b", 2, &mut rng).unwrap();
        let lost = request.id;
        if forks {
            shelf.upload(&mut two, "not b", b"x", &mut rng);
        } else {
            shelf.commit(request);
        }
        open(&mut two, &shelf);
        shelf.upload(&mut two, "c", b"x", &mut rng);
        let seen = two.pinned_seq(root).unwrap();
        one.exchange_pins(two.pins()).unwrap();
        if merges {
            one.merge_keys(&shelf.keys).unwrap();
        }

        assert_eq!(one.committed(lost), Ok(vec![root]));
        assert_eq!(one.entry(node).unwrap().name, "b");
        assert_eq!(one.least_seq(root), seen, "what was seen stays seen");
        assert_eq!(one.unopened(), [root]);
        let looked = one.open_folder(root, &shelf.listing(&one));
        if forks {
            let forked = VaultError::Finding(FindingKind::Forked);
            assert_eq!(looked.unwrap_err(), forked);
            assert_eq!(one.unopened(), [root]);
        } else {
            assert_eq!(names(&looked.unwrap()), ["b", "c"]);
            assert!(one.unopened().is_empty());
        }
    }
}

/// More than can be told apart: nothing is shown that was not verified here before.
#[test]
fn what_the_server_may_have_put_there_is_not_shown() {
    let (mut vault, mut shelf, mut rng) = sign_up(9);
    let root = vault.root();
    let gone: Vec<_> = (0..2)
        .map(|n| shelf.upload(&mut vault, &format!("gone{n}"), b"x", &mut rng))
        .collect();
    let purged: Vec<_> = gone.iter().map(|node| shelf.nodes[node].clone()).collect();
    for step in [Vault::trash, Vault::purge] {
        let request = step(&mut vault, &gone, 1, &mut rng).unwrap().request;
        let request = request.unwrap();
        let id = request.id;
        shelf.commit(request);
        vault.committed(id).unwrap();
    }
    let kept: Vec<_> = (0..3)
        .map(|n| shelf.upload(&mut vault, &format!("kept{n}"), b"x", &mut rng))
        .collect();

    let mut fresh = shelf.unlock(PASSWORD, None, true).unwrap();
    for node in &kept[..2] {
        shelf.nodes.remove(node);
    }
    shelf
        .nodes
        .extend(purged.into_iter().map(|node| (node.id, node)));
    let view = fresh.open_folder(root, &shelf.listing(&fresh)).unwrap();
    assert!(
        !view.verified && view.entries.is_empty() && !view.findings.is_empty(),
        "{view:?}"
    );
    let view = vault.open_folder(root, &shelf.listing(&vault)).unwrap();
    assert_eq!(
        (names(&view), view.findings.len()),
        (vec!["kept2"], 4),
        "who knows the folder names each"
    );
}
