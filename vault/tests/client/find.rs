//! Search follows the tree.

use protocol::NodeId;
use rand::rngs::StdRng;
use vault::{
    Vault, VaultError,
    search::{FileKind, Place},
    tree::{Edit, Step, Wanted},
};

use crate::shelf::{Shelf, sign_up};

fn send(vault: &mut Vault, shelf: &mut Shelf, step: Result<Step, VaultError>) {
    let request = step.unwrap().request.unwrap();
    let commit = request.id;
    shelf.offer(&request).unwrap();
    vault.committed(commit).unwrap();
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

fn names(vault: &mut Vault, wanted: &Wanted) -> Vec<String> {
    let found = vault.search(wanted);
    assert_eq!(found.total, found.matches.len());
    let mut names: Vec<String> = found
        .matches
        .into_iter()
        .map(|found| found.entry.name)
        .collect();
    names.sort();
    names
}

fn text(text: &str) -> Wanted {
    Wanted {
        text: text.into(),
        ..Wanted::default()
    }
}

#[test]
fn the_index_follows_every_change() {
    let (mut vault, mut shelf, mut rng) = sign_up(30);
    let root = vault.root();
    let a = make_folder(&mut vault, &mut shelf, root, "archive", &mut rng);
    let b = make_folder(&mut vault, &mut shelf, root, "bin", &mut rng);
    let below = make_folder(&mut vault, &mut shelf, a, "below", &mut rng);
    let plan = shelf.upload_to(&mut vault, below, "Plan für März.pdf", b"1", &mut rng);
    shelf.upload_to(&mut vault, b, "plane.txt", b"2", &mut rng);
    assert_eq!(
        names(&mut vault, &text("plan")),
        ["Plan für März.pdf", "plane.txt"]
    );
    assert_eq!(names(&mut vault, &text("marz PLAN")), ["Plan für März.pdf"]);

    let in_a = Wanted {
        below: Some(a),
        ..text("plan")
    };
    assert_eq!(names(&mut vault, &in_a), ["Plan für März.pdf"]);
    let pdf = Wanted {
        kinds: vec![FileKind::Pdf],
        ..Wanted::default()
    };
    assert_eq!(names(&mut vault, &pdf), ["Plan für März.pdf"]);

    // Renamed, given a tag, moved.
    let request = vault.rename(plan, "scheme.pdf", 11, &mut rng).unwrap();
    let commit = request.id;
    shelf.offer(&request).unwrap();
    vault.committed(commit).unwrap();
    assert_eq!(names(&mut vault, &text("plan")), ["plane.txt"]);
    let edit = Edit {
        tags: Some(vec!["planning".into()]),
        ..Edit::default()
    };
    let edited = vault.edit(&[plan], &edit, 12, &mut rng);
    send(&mut vault, &mut shelf, edited);
    let found = vault.search(&text("planning"));
    assert_eq!((found.total, found.matches[0].place), (1, Some(Place::Tag)));
    assert_eq!(found.matches[0].entry.id, plan);
    let tagged = Wanted {
        tags: vec!["Planning".into()],
        ..Wanted::default()
    };
    assert_eq!(names(&mut vault, &tagged), ["scheme.pdf"]);
    let moved = vault.move_to(&[plan], b, 13, &mut rng);
    send(&mut vault, &mut shelf, moved);
    assert_eq!(names(&mut vault, &in_a), [""; 0]);
    assert_eq!(names(&mut vault, &text("scheme")), ["scheme.pdf"]);
    let moved = vault.move_to(&[plan], below, 13, &mut rng);
    send(&mut vault, &mut shelf, moved);

    // What is below something in the trash is not found, unless that is what is looked for.
    let trashed = vault.trash(&[a], 14, &mut rng);
    send(&mut vault, &mut shelf, trashed);
    assert_eq!(names(&mut vault, &text("scheme")), [""; 0]);
    assert_eq!(names(&mut vault, &text("below")), [""; 0]);
    assert_eq!(names(&mut vault, &in_a), [""; 0]);
    let in_trash = Wanted {
        trashed: true,
        ..text("archive")
    };
    assert_eq!(names(&mut vault, &in_trash), ["archive"]);
    let restored = vault.restore(&[a], 15, &mut rng);
    send(&mut vault, &mut shelf, restored);
    assert_eq!(names(&mut vault, &text("scheme")), ["scheme.pdf"]);

    // Gone for good, with everything below.
    let trashed = vault.trash(&[a], 16, &mut rng);
    send(&mut vault, &mut shelf, trashed);
    let purged = vault.purge(&[a], 16, &mut rng);
    send(&mut vault, &mut shelf, purged);
    for gone in ["scheme", "below", "archive"] {
        assert_eq!(names(&mut vault, &text(gone)), [""; 0], "{gone}");
    }
    assert_eq!(names(&mut vault, &Wanted::default()), ["bin", "plane.txt"]);
}
