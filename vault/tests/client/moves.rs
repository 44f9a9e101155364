//! Moves of which a lying server shows one half.

use protocol::NodeId;
use rand::rngs::StdRng;
use vault::{Vault, VaultError, findings::FindingKind, tree::Step};

use crate::shelf::{PASSWORD, Shelf, sign_up};

fn send(vault: &mut Vault, shelf: &mut Shelf, step: Result<Step, VaultError>) {
    let request = step.unwrap().request.unwrap();
    shelf.offer(&request).unwrap();
    vault.committed(request.id).unwrap();
}

fn make_folder(vault: &mut Vault, shelf: &mut Shelf, name: &str, rng: &mut StdRng) -> NodeId {
    let root = vault.root();
    let (id, request) = vault.create_folder(root, name, 9, rng).unwrap();
    shelf.offer(&request).unwrap();
    vault.committed(request.id).unwrap();
    id
}

/// The folder that something left has gone on since, so that its current head says nothing of the
/// move: the heads on the way do.
#[test]
fn half_a_move_is_noticed_some_heads_later() {
    for by_feed in [true, false] {
        let (mut one, mut shelf, mut rng) = sign_up(40);
        let from = make_folder(&mut one, &mut shelf, "from", &mut rng);
        let to = make_folder(&mut one, &mut shelf, "to", &mut rng);
        let file = shelf.upload_to(&mut one, from, "file", b"x", &mut rng);
        let (before, cursor) = (shelf.clone(), shelf.feed);
        let mut two = shelf.unlock(PASSWORD, Some(one.pins()), true).unwrap();
        for folder in [two.root(), from, to] {
            let listing = shelf.listing_of(&two, folder);
            two.open_folder(folder, &listing).unwrap();
        }
        let moved = two.move_to(&[file], to, 12, &mut rng);
        send(&mut two, &mut shelf, moved);
        for name in ["later", "last"] {
            shelf.upload_to(&mut two, from, name, b"x", &mut rng);
        }

        if by_feed {
            let (mut page, _) = shelf.changes(cursor, u64::MAX >> 1);
            page.heads.retain(|head| head.node == from);
            for change in &mut page.changes {
                if change.id == file {
                    (change.parent_id, change.node) = (Some(from), None);
                }
            }
            let step = one.apply_changes(&page).unwrap();
            let gap = step.gaps[0];
            let heads = shelf.heads_between(gap.folder, gap.after, gap.before);
            assert_eq!(one.bridge(from, &heads).changed, [from]);
        } else {
            let view = one
                .open_folder(from, &shelf.listing_of(&one, from))
                .unwrap();
            assert!(view.verified && view.findings.is_empty());
        }
        assert!(one.entry(file).is_none());
        assert_eq!(one.unopened(), [to]);
        let refused = one.open_folder(to, &before.listing_of(&one, to));
        let rolled_back = VaultError::Finding(FindingKind::RolledBack);
        assert_eq!(refused.unwrap_err(), rolled_back);
        one.open_folder(to, &shelf.listing_of(&one, to)).unwrap();
        assert_eq!(one.entry(file).unwrap().folder, to);
        assert!(one.unopened().is_empty());
    }
}
