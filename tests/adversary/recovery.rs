//! Lies to somebody who recovers an account with its phrase, and to a device that is kept
//! unlocked.

use crypto_core::keys::KeptKek;
use harness::{
    device::{ClientError, Device},
    proxy::{Answer, Asked},
};
use protocol::Base64;
use reqwest::StatusCode;
use serde_json::{Value, json};
use vault::{VaultError, pins::Pins};

use crate::world::{EMAIL, PASSWORD, World, requests};

const START: &str = "/api/v1/auth/recovery/start";
const FINISH: &str = "/api/v1/auth/recovery/finish";

/// Tries to recover while the server lies. Nothing may be asked after the lie, whatever it was.
async fn recover_lied_to(
    world: &World,
    phrase: &str,
    pins: Option<Pins>,
    lie: impl Fn(&Asked, &mut Answer) + Send + 'static,
) -> ClientError {
    world.proxy.take_log();
    world.proxy.lie(lie);
    let result = Device::recover(&world.proxy.url(), EMAIL, phrase, "a new password", pins).await;
    world.proxy.be_honest();
    assert_eq!(
        requests(&world.proxy.take_log()),
        [("POST".to_owned(), START.to_owned())],
        "nothing is sent that was made with what the server said"
    );
    result.err().expect("the lie is caught")
}

/// The lie in the answer to the phrase, on a device that knows the account and on a fresh one.
async fn both_lied_to(
    world: &World,
    change: impl Fn(&mut Value) + Send + Clone + 'static,
) -> VaultError {
    let mut errors = Vec::new();
    for pins in [None, Some(world.device.vault.pins().clone())] {
        let change = change.clone();
        let phrase = &world.device.phrase;
        let error = recover_lied_to(world, phrase, pins, in_start(change)).await;
        let ClientError::Vault(error) = error else {
            panic!("the lie was not caught: {error:?}")
        };
        errors.push(error);
    }
    assert_eq!(errors[0], errors[1]);
    errors[0]
}

fn in_start(change: impl Fn(&mut Value) + Send + 'static) -> impl Fn(&Asked, &mut Answer) + Send {
    move |asked, answer| {
        if asked.path == START {
            answer.edit(&change);
        }
    }
}

/// The `data` of the last answer to this path.
fn answered(world: &World, path: &str) -> Value {
    let log = world.proxy.peek_log();
    let exchange = log
        .iter()
        .rfind(|exchange| exchange.asked.path == path)
        .unwrap();
    serde_json::from_slice::<Value>(&exchange.answer.body).unwrap()["data"].take()
}

async fn recover_honestly(world: &World, password: &str, pins: Option<Pins>) -> Device {
    let phrase = &world.device.phrase;
    Device::recover(&world.proxy.url(), EMAIL, phrase, password, pins)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phrase_brings_back_every_file() {
    let world = World::new().await;
    for pins in [None, Some(world.device.vault.pins().clone())] {
        let mut device = recover_honestly(&world, "a new password", pins).await;
        assert_eq!(device.open().await.unwrap().entries.len(), 3);
        assert_eq!(device.download(world.files[0]).await.unwrap(), [b'a'; 1000]);
    }
    // The session of before has ended, and its password with it.
    let url = world.proxy.url();
    let refused = Device::sign_in(&url, EMAIL, PASSWORD, None).await.err();
    assert!(matches!(
        refused,
        Some(ClientError::Server(StatusCode::UNAUTHORIZED, _))
    ));
    Device::sign_in(&url, EMAIL, "a new password", None)
        .await
        .unwrap();
}

/// A slot that another phrase stands in now; the server kept it, and somebody has the words.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_phrase_does_not_come_back() {
    let mut world = World::new().await;
    let old_phrase = world.device.phrase.clone();
    recover_honestly(&world, PASSWORD, None).await;
    let old = answered(&world, START);
    world.device = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, None)
        .await
        .unwrap();
    world.device.replace_phrase(PASSWORD).await.unwrap();
    assert_ne!(world.device.phrase, old_phrase);

    // The honest server knows the old phrase no more.
    let url = world.proxy.url();
    let refused = Device::recover(&url, EMAIL, &old_phrase, PASSWORD, None)
        .await
        .err();
    assert!(matches!(
        refused,
        Some(ClientError::Server(StatusCode::UNAUTHORIZED, _))
    ));
    recover_honestly(&world, PASSWORD, None).await;
    let now = answered(&world, START);

    let answer_with = |slot: &Value, keys: &Value| {
        let data = json!({
            "recovery_token": "a token", "expires_in": 900,
            "recovery_key": slot["recovery_key"], "keys": keys["keys"],
        });
        move |asked: &Asked, answer: &mut Answer| {
            if asked.path == START {
                answer.status = StatusCode::OK;
                answer.body = json!({"success": true, "data": data})
                    .to_string()
                    .into_bytes();
            }
        }
    };
    let pins = world.device.vault.pins().clone();
    for known in [None, Some(pins.clone())] {
        let error = recover_lied_to(&world, &old_phrase, known, answer_with(&old, &now)).await;
        assert_eq!(error, VaultError::AccountTampered.into());
    }
    // The whole account as it was then.
    let error = recover_lied_to(&world, &old_phrase, Some(pins), answer_with(&old, &old)).await;
    assert_eq!(error, VaultError::AccountRolledBack.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_keys_are_tampering() {
    let world = World::new().await;
    let url = world.proxy.url();
    let mallory = "mallory@example.org";
    let other = Device::sign_up(&url, mallory, PASSWORD).await.unwrap();
    world.proxy.take_log();
    Device::recover(&url, mallory, &other.phrase, PASSWORD, None)
        .await
        .unwrap();
    let other = answered(&world, START);
    let slot = other["recovery_key"].clone();
    let error = both_lied_to(&world, move |data| data["recovery_key"] = slot.clone()).await;
    assert_eq!(error, VaultError::AccountTampered);
    for field in [
        "account_state",
        "pins",
        "root",
        "user_id",
        "wrapped_key",
        "identity",
    ] {
        let value = other["keys"][field].clone();
        let error = both_lied_to(&world, move |data| data["keys"][field] = value.clone()).await;
        assert_eq!(error, VaultError::AccountTampered, "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downgraded_kdf_is_refused() {
    let world = World::new().await;
    for kdf in [
        "argon2id$v=19$m=8,t=1,p=1",
        "argon2i$v=19$m=65536,t=3,p=1",
        "",
    ] {
        let error = both_lied_to(&world, move |data| data["keys"]["kdf"] = kdf.into()).await;
        assert_eq!(error, VaultError::KdfRefused, "{kdf}");
    }
    let stronger = "argon2id$v=19$m=131072,t=3,p=1";
    let error = both_lied_to(&world, move |data| data["keys"]["kdf"] = stronger.into()).await;
    assert_eq!(
        error,
        VaultError::AccountTampered,
        "not what the state binds"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_account_is_a_rollback() {
    let mut world = World::new().await;
    recover_honestly(&world, PASSWORD, None).await;
    let before = answered(&world, START)["keys"].take();
    world.device = recover_honestly(&world, PASSWORD, None).await;
    let pins = Some(world.device.vault.pins().clone());
    let lie = in_start(move |data| data["keys"] = before.clone());
    let error = recover_lied_to(&world, &world.device.phrase, pins, lie).await;
    assert_eq!(error, VaultError::AccountRolledBack.into());
}

/// The wrap is no oracle: whichever byte is changed, the next request is the same, none. All
/// bits are in the vault's own tests.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_wrap_tells_nothing() {
    let world = World::new().await;
    for byte in [0, 23, 24, 55, 56, 87, 88, 103] {
        let error = both_lied_to(&world, move |data| {
            let slot = data["recovery_key"].clone();
            let mut wrap: Base64 = serde_json::from_value(slot).unwrap();
            wrap.0[byte] ^= 1;
            data["recovery_key"] = wrap.to_string().into();
        })
        .await;
        assert_eq!(error, VaultError::AccountTampered, "byte {byte}");
    }
    recover_honestly(&world, PASSWORD, None).await;
}

/// A server that asks for a copy of the keys, in whatever words, is not heard.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_to_an_escrow_key() {
    let mut world = World::new().await;
    let demand = json!({
        "required": true, "algorithm": "x-wing", "public_key": "QUFB".repeat(405),
        "wrapped_key": null, "recovery_key": null, "kdf": "argon2id$v=19$m=8,t=1,p=1",
    });
    let fields = [
        "escrow",
        "policy",
        "escrow_key",
        "recovery_policy",
        "admin_recovery",
    ];
    let lie = move |_: &Asked, answer: &mut Answer| {
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        for field in fields {
            body[field] = demand.clone();
            for place in ["data", "keys", "account_state"] {
                if let Some(object) = body
                    .pointer_mut(&format!("/data/{place}"))
                    .and_then(Value::as_object_mut)
                {
                    object.insert(field.into(), demand.clone());
                }
            }
            if let Some(object) = body["data"].as_object_mut() {
                object.insert(field.into(), demand.clone());
            }
        }
        answer.body = serde_json::to_vec(&body).unwrap();
    };
    let mut sent = Vec::new();
    for is_lying in [false, true] {
        if is_lying {
            world.proxy.lie(lie.clone());
        }
        world.proxy.take_log();
        let mut device = recover_honestly(&world, PASSWORD, None).await;
        device.replace_phrase(PASSWORD).await.unwrap();
        device.change_password(PASSWORD, PASSWORD).await.unwrap();
        device.open().await.unwrap();
        device.rename(world.files[0], "renamed").await.unwrap();
        device.push_pins().await.unwrap();
        world.device = device;
        let log = world.proxy.take_log();
        sent.push(
            log.iter()
                .map(|exchange| shape(&exchange.asked))
                .collect::<Vec<_>>(),
        );
    }
    world.proxy.be_honest();
    assert!(sent[0].iter().any(|(path, _)| path == FINISH));
    assert_eq!(
        sent[0], sent[1],
        "the same requests, of the same fields and lengths"
    );
}

/// Where a request goes, and the fields of its body with the lengths of their values.
fn shape(asked: &Asked) -> (String, Vec<(String, usize)>) {
    let mut fields = Vec::new();
    let body = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
    walk("", &body, &mut fields);
    (asked.path.clone(), fields)
}

fn walk(path: &str, value: &Value, fields: &mut Vec<(String, usize)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                walk(&format!("{path}/{name}"), value, fields);
            }
        }
        Value::Array(values) => {
            for value in values {
                walk(&format!("{path}/*"), value, fields);
            }
        }
        Value::String(text) => fields.push((path.to_owned(), text.len())),
        _ => fields.push((path.to_owned(), 0)),
    }
}

/// A device that is kept unlocked believes no more than one that is given the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_device_is_not_lied_to_either() {
    let mut world = World::new().await;
    let kek = KeptKek::import([7; 32]);
    let kept = world.device.keep(&kek);
    let url = world.proxy.url();
    Device::sign_up(&url, "mallory@example.org", PASSWORD)
        .await
        .unwrap();
    let other = answered(&world, "/api/v1/auth/login")["keys"].take();
    world.device.reopen(&kek, &kept).await.unwrap();
    let honest = answered(&world, "/api/v1/user/keys");

    let weak = json!("argon2id$v=19$m=8,t=1,p=1");
    let mut lies = vec![("kdf", weak, VaultError::KdfRefused)];
    for field in ["account_state", "pins", "root", "user_id", "identity"] {
        lies.push((field, other[field].clone(), VaultError::AccountTampered));
    }
    // Another wrap says that the password has changed: it is asked for, and then finds out.
    lies.push((
        "wrapped_key",
        other["wrapped_key"].clone(),
        VaultError::KeptEnded,
    ));
    for (field, value, expected) in lies {
        let pins = world.device.vault.pins().clone();
        world.proxy.take_log();
        world.proxy.lie(move |asked, answer| {
            if asked.path == "/api/v1/user/keys" {
                answer.edit(|data| data[field] = value.clone());
            }
        });
        let error = world.device.reopen(&kek, &kept).await.err();
        world.proxy.be_honest();
        assert_eq!(error, Some(expected.into()), "{field}");
        assert_eq!(requests(&world.proxy.take_log()).len(), 1, "{field}");
        assert_eq!(world.device.vault.pins(), &pins);
        world.device.reopen(&kek, &kept).await.unwrap();
    }

    world
        .device
        .change_password(PASSWORD, "another password")
        .await
        .unwrap();
    let kept = world.device.keep(&kek);
    world.proxy.lie(move |asked, answer| {
        if asked.path == "/api/v1/user/keys" {
            let wrapped_key =
                serde_json::from_slice::<Value>(&answer.body).unwrap()["data"]["wrapped_key"]
                    .take();
            answer.edit(|data| {
                *data = honest.clone();
                data["wrapped_key"] = wrapped_key.clone();
            });
        }
    });
    // An old state does not go with the new wrap, and is older than the pins besides.
    let error = world.device.reopen(&kek, &kept).await.err();
    assert_eq!(error, Some(VaultError::AccountTampered.into()));
}
