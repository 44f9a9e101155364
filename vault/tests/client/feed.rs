//! The change feed: what is believed of it, and what is looked at.

use protocol::NodeId;
use vault::VaultError;

use crate::{
    device::{Device, device},
    shelf::PASSWORD,
};

/// Each of two devices moves a folder into the other's, and the server lets both happen. The
/// folders hang in the air: a third device says so, and can take them out again.
#[test]
fn a_circle_is_found_and_can_be_undone() {
    let (mut one, mut shelf, mut rng) = device(6);
    let root = one.vault.root();
    let left = one.folder(&mut shelf, root, "left", &mut rng);
    let right = one.folder(&mut shelf, root, "right", &mut rng);
    let a = one.folder(&mut shelf, left, "a", &mut rng);
    let b = one.folder(&mut shelf, right, "b", &mut rng);
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);
    let step = one.vault.move_to(&[a], b, 70, &mut rng);
    one.step(&mut shelf, step);
    let request = two
        .vault
        .move_to(&[b], a, 71, &mut rng)
        .unwrap()
        .request
        .unwrap();
    assert!(
        shelf.offer(&request).is_none(),
        "an honest server does not take it"
    );
    shelf.commit(request.clone());
    two.vault.committed(request.id).unwrap();

    for device in [&mut one, &mut two] {
        device.catch_up(&shelf, 100);
        let view = device.vault.folder(root).unwrap();
        let found: Vec<_> = view.findings.iter().map(|finding| finding.node).collect();
        let mut both = vec![Some(a), Some(b)];
        both.sort();
        assert_eq!(found, both);
        assert_eq!(device.paths(), ["/left", "/right"]);
        assert!(device.vault.path(a).is_none());
    }
    let step = two.vault.move_to(&[a], left, 72, &mut rng);
    two.step(&mut shelf, step);
    one.catch_up(&shelf, 100);
    for device in [&one, &two] {
        assert!(device.vault.folder(root).unwrap().findings.is_empty());
        assert_eq!(device.paths(), ["/left", "/left/a", "/left/a/b", "/right"]);
    }
}

/// A page that shows where something went, but not that it left: the folder that is behind is
/// looked at, and found out.
#[test]
fn half_a_move_is_noticed() {
    let (mut one, mut shelf, mut rng) = device(7);
    let root = one.vault.root();
    let from = one.folder(&mut shelf, root, "from", &mut rng);
    let to = one.folder(&mut shelf, root, "to", &mut rng);
    let file = shelf.upload_to(&mut one.vault, from, "file", b"x", &mut rng);
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);
    let before = shelf.listing_of(&two.vault, from);
    let step = one.vault.move_to(&[file], to, 80, &mut rng);
    one.step(&mut shelf, step);
    let (mut page, _) = shelf.changes(two.cursor, 100);
    page.heads.retain(|head| head.node != from);
    let step = two.vault.apply_changes(&page).unwrap();
    assert_eq!(step.look, [from]);
    let refused = two.vault.open_folder(from, &before).unwrap_err();
    assert_eq!(refused.code(), "rolled-back");
    let honest = shelf.listing_of(&two.vault, from);
    assert!(
        two.vault
            .open_folder(from, &honest)
            .unwrap()
            .findings
            .is_empty()
    );
    assert_eq!(two.path(file), "/to/file");
}

/// A server that was set back tells everything again: what is older then, and what does not come
/// at all, is looked at, though at other times an older head is only an answer that was overtaken.
#[test]
fn a_feed_that_begins_again_is_compared_with_what_is_known() {
    let (mut one, mut shelf, mut rng) = device(9);
    let root = one.vault.root();
    let left = one.folder(&mut shelf, root, "left", &mut rng);
    let right = one.folder(&mut shelf, root, "right", &mut rng);
    let (backup, _) = shelf.changes(0, 100);
    shelf.upload_to(&mut one.vault, left, "file", b"x", &mut rng);
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);
    let (honest, _) = shelf.changes(0, 100);
    let (first, _) = shelf.changes(0, 2);
    let (mut rest, _) = shelf.changes(2, 100);

    assert_eq!(two.vault.apply_changes(&backup).unwrap().look, []);
    two.vault.restart_feed();
    assert_eq!(two.vault.apply_changes(&backup).unwrap().look, [left]);
    two.vault.restart_feed();
    let again = two.vault.apply_changes(&honest).unwrap();
    assert!(again.look.is_empty() && again.gaps.is_empty(), "{again:?}");
    assert_eq!(two.vault.apply_changes(&backup).unwrap().look, []);

    two.vault.restart_feed();
    rest.heads.retain(|head| head.node != right);
    rest.changes.retain(|change| change.id != right);
    assert!(first.more && !rest.more);
    assert_eq!(two.vault.apply_changes(&first).unwrap().look, []);
    assert_eq!(two.vault.apply_changes(&rest).unwrap().look, [right]);
    assert_eq!(two.paths(), ["/left", "/left/file", "/right"]);
}

/// What no head proves is looked at, not believed.
#[test]
fn a_feed_is_not_believed_without_heads() {
    let (mut one, mut shelf, mut rng) = device(8);
    let root = one.vault.root();
    let folder = one.folder(&mut shelf, root, "folder", &mut rng);
    let mut two = Device::new(shelf.unlock(PASSWORD, None, true).unwrap());
    two.catch_up(&shelf, 100);
    shelf.upload_to(&mut one.vault, folder, "file", b"x", &mut rng);
    let (honest, until) = shelf.changes(two.cursor, 100);

    let mut page = honest.clone();
    page.heads.clear();
    assert_eq!(two.vault.apply_changes(&page).unwrap().look, [folder]);
    let mut page = honest.clone();
    page.changes.clear();
    assert_eq!(two.vault.apply_changes(&page).unwrap().look, [folder]);
    let mut page = honest.clone();
    page.changes[0].node.as_mut().unwrap().metadata.sealed.0[80] ^= 1;
    assert_eq!(two.vault.apply_changes(&page).unwrap().look, [folder]);
    let mut page = honest.clone();
    page.heads[0].sealed.0[90] ^= 1;
    assert_eq!(two.vault.apply_changes(&page).unwrap().look, [folder]);
    let mut page = honest.clone();
    page.changes[0].id = NodeId::from_bytes([3; 16]);
    assert_eq!(
        two.vault.apply_changes(&page).err(),
        Some(VaultError::BadAnswer)
    );
    assert_eq!(two.paths(), ["/folder"]);
    two.cursor = until - 1;
    two.catch_up(&shelf, 100);
    assert_eq!(two.paths(), ["/folder", "/folder/file"]);
}
