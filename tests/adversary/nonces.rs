//! No key and nonce serve twice: every message has a salt of its own.

use std::collections::{HashMap, HashSet};

use crypto_core::{context, envelope, keys::NodeKey};
use harness::proxy::Exchange;
use protocol::Base64;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use vault::{VaultError, tree::Edit};

use crate::world::{Nested, PASSWORD, World};

const SALT: usize = 24;

/// A million seals of the same bytes in the same place.
#[test]
fn row_28_a_million_seals_have_a_million_salts() {
    let mut rng = StdRng::from_rng(&mut rand::rng());
    let key = NodeKey::make(&mut rng);
    let context = context::metadata(&[1; 16], 7);
    let mut salts = HashSet::with_capacity(1_000_000);
    for _ in 0..1_000_000 {
        let sealed = envelope::seal(&key, &context, b"", &mut rng);
        let salt: [u8; SALT] = sealed[..SALT].try_into().unwrap();
        assert!(salts.insert(salt));
    }
}

/// Every sealed or wrapped thing in a request, and the beginning of every upload.
fn sealed(log: &[Exchange]) -> Vec<Vec<u8>> {
    fn collect(value: &Value, found: &mut Vec<Vec<u8>>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    let is_sealed = ["sealed", "wrapped_key", "record"].contains(&&**name);
                    match field {
                        Value::String(_) if is_sealed => {
                            let bytes: Base64 = serde_json::from_value(field.clone()).unwrap();
                            found.push(bytes.0);
                        }
                        _ => collect(field, found),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for exchange in log {
        if let Ok(body) = serde_json::from_slice(&exchange.asked.body) {
            collect(&body, &mut found);
        }
        let starts = exchange
            .headers
            .get("upload-offset")
            .is_some_and(|offset| offset == "0");
        if starts && exchange.asked.method == "PATCH" {
            found.push(exchange.asked.body.clone());
        }
    }
    found
}

/// A journey with everything that seals something again: names and notes that change, a file that
/// changes between a failed try and the next one, heads, pins, the account under a new password.
#[tokio::test(flavor = "multi_thread")]
async fn row_28_nothing_is_sealed_again_under_the_same_salt() {
    let mut world = World::new().await;
    world.proxy.take_log();
    let Nested {
        root,
        inner,
        side,
        x,
        ..
    } = world.nested().await;
    for name in ["one", "two", "one", "two"] {
        world.device.rename(x, name).await.unwrap();
        world.device.rename(inner, name).await.unwrap();
        let edit = Edit {
            description: Some(name.to_owned()),
            ..Edit::default()
        };
        world.device.edit(&[x], &edit).await.unwrap();
        world.device.push_pins().await.unwrap();
    }
    for to in [side, inner, side] {
        world.device.move_to(&[x], to).await.unwrap();
    }
    // The commit of an upload gets no answer; the file changes, and is uploaded again.
    for content in [&b"first"[..], b"other", b"first"] {
        world.proxy.lie(|asked, answer| {
            if asked.path.ends_with("/commits") {
                answer.status = axum::http::StatusCode::BAD_GATEWAY;
            }
        });
        world
            .device
            .upload_to(side, "retried", content)
            .await
            .unwrap_err();
        world.proxy.be_honest();
        world.device.open_in(side).await.unwrap();
    }
    world
        .device
        .upload_to(root, "retried", b"first")
        .await
        .unwrap();
    world
        .device
        .change_password(PASSWORD, "another good password")
        .await
        .unwrap();

    let all = sealed(&world.proxy.take_log());
    assert!(all.len() > 90, "{}", all.len());
    let mut salts = HashMap::new();
    for message in &all {
        assert!(message.len() > SALT);
        let same = salts.insert(&message[..SALT], message);
        assert!(same.is_none_or(|same| same == message), "a salt came twice");
    }
    assert!(salts.len() > 90, "{}", salts.len());
}

/// A part of a file cannot be sealed twice by one plan, and another plan has other keys: whoever
/// begins anew with a file that has changed makes another message of it.
#[tokio::test(flavor = "multi_thread")]
async fn row_28_a_part_is_sealed_once() {
    let world = World::new().await;
    let root = world.device.vault.root();
    let mut rng = rand::rng();
    let mut messages = Vec::new();
    for _ in 0..2 {
        let mut plan = world
            .device
            .vault
            .plan_upload(root, "n", "", 1, 5, &mut rng)
            .unwrap();
        let first = plan.seal_part(0, b"first").unwrap();
        assert_eq!(
            plan.seal_part(0, b"other").err(),
            Some(VaultError::Impossible)
        );
        messages.push(first);
    }
    assert_ne!(messages[0][..SALT], messages[1][..SALT]);
    assert_ne!(messages[0][SALT..], messages[1][SALT..]);
}
