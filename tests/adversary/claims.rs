//! What the server states beside what was sealed: sizes, times, who it was, where something is.

use harness::proxy::{Answer, Asked};
use serde_json::{Value, json};

use crate::world::{Nested, World};

/// Alters every statement of the server that is not sealed, wherever it stands.
fn alter(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(alter),
        Value::Object(fields) => {
            for (name, field) in fields {
                match &**name {
                    "file_size" | "stored_size" | "total_size" => *field = json!(4_711),
                    "created_at" | "updated_at" | "uploaded_at" | "last_accessed" => {
                        *field = json!("1999-12-31T23:59:59Z");
                    }
                    "trashed_at" | "deleted_at" => *field = json!("2000-01-01T00:00:00Z"),
                    "is_owner" => *field = json!(false),
                    "owner" => {
                        *field = json!({"id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "email": "mallory@example.org"})
                    }
                    "version_id" => *field = json!("67e55044-10b1-426f-9247-bb680e5fe0c8"),
                    _ => alter(field),
                }
            }
        }
        _ => {}
    }
}

fn lie(_: &Asked, answer: &mut Answer) {
    let is_json = answer
        .headers
        .get("content-type")
        .is_some_and(|kind| kind == "application/json");
    if is_json && answer.status.is_success() {
        answer.edit(alter);
    }
}

/// Listings, the feed and details say other sizes, times, owners, that everything is in the
/// trash: what is shown is what was sealed.
#[tokio::test(flavor = "multi_thread")]
async fn row_19_what_is_shown_is_what_was_sealed() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        x,
        ..
    } = world.nested().await;
    let folders = [root, outer, inner, side];
    let mut honest = Vec::new();
    for folder in folders {
        honest.push(world.device.open_in(folder).await.unwrap());
    }
    let mut listing = world.fresh().await;
    let mut following = world.fresh().await;
    world.proxy.take_log();
    world.proxy.lie(lie);
    for (folder, honest) in folders.iter().zip(&honest) {
        assert_eq!(&listing.open_in(*folder).await.unwrap(), honest);
        assert_eq!(&world.device.open_in(*folder).await.unwrap(), honest);
    }
    following.catch_up(None).await.unwrap();
    for (folder, honest) in folders.iter().zip(&honest) {
        assert_eq!(&following.vault.folder(*folder).unwrap(), honest);
    }
    for device in [&world.device, &listing, &following] {
        assert_eq!(device.vault.entry(x).unwrap().size, 3);
        assert_eq!(device.download(x).await.unwrap(), b"xxx");
        assert_eq!(device.vault.fingerprint(), world.device.vault.fingerprint());
    }
    let log = world.proxy.take_log();
    let lied = |path: &str| {
        log.iter().any(|one| {
            one.asked.path.contains(path)
                && String::from_utf8_lossy(&one.answer.body).contains("1999")
        })
    };
    assert!(
        lied("/children") && lied("/changes") && lied(&format!("/files/{x}")),
        "it did lie"
    );
    world.proxy.be_honest();
    world.device.upload_to(inner, "next", b"n").await.unwrap();
}
