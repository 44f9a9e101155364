//! Lies about the account itself.

use crypto_core::identity::Identity;
use harness::{
    device::{ClientError, Device},
    proxy::{Answer, Asked},
};
use rand::{SeedableRng as _, rngs::StdRng};
use vault::{VaultError, findings::FindingKind};

use crate::world::{EMAIL, PASSWORD, World, requests};

/// Signs in while the server lies, with and without what the device has kept; then honestly.
/// Gives the two errors, and what was asked.
async fn sign_in_lied_to(
    world: &World,
    lie: impl Fn(&Asked, &mut Answer) + Send + Clone + 'static,
) -> [(ClientError, Vec<String>); 2] {
    let mut results = Vec::new();
    for pins in [None, Some(world.device.vault.pins().clone())] {
        world.proxy.take_log();
        world.proxy.lie(lie.clone());
        let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins.clone()).await;
        world.proxy.be_honest();
        let asked = requests(&world.proxy.take_log())
            .into_iter()
            .map(|(_, path)| path)
            .collect();
        results.push((result.err().expect("the lie is caught"), asked));
        Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins)
            .await
            .unwrap();
    }
    results.try_into().unwrap()
}

fn in_prelogin(
    field: &'static str,
    value: &'static str,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    move |asked, answer| {
        if asked.path.ends_with("/auth/prelogin") {
            answer.edit(|data| data[field] = value.into());
        }
    }
}

fn in_login(
    change: impl Fn(&mut serde_json::Value) + Send + Clone + 'static,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    move |asked, answer| {
        if asked.path.ends_with("/auth/login") {
            answer.edit(|data| change(&mut data["keys"]));
        }
    }
}

/// A cheap, an unknown or a ruinous derivation: nothing derived is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_downgraded_kdf_is_refused() {
    let world = World::new().await;
    for kdf in [
        "argon2id$v=19$m=8,t=1,p=1",
        "argon2id$v=19$m=65536,t=2,p=1",
        "argon2id$v=19$m=67108864,t=3,p=1",
        "argon2i$v=19$m=65536,t=3,p=1",
        "pbkdf2-sha256$i=1000",
        "",
    ] {
        for (error, asked) in sign_in_lied_to(&world, in_prelogin("kdf", kdf)).await {
            assert_eq!(error, VaultError::KdfRefused.into(), "{kdf}");
            assert_eq!(
                asked,
                ["/api/v1/auth/prelogin"],
                "{kdf}: nothing derived is sent"
            );
        }
    }
}

/// The account key's wrap replaced: by another account's, by noise, by a changed one.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_account_key_is_tampering() {
    let world = World::new().await;
    for byte in [0, 30, 60, 103] {
        let lie = in_login(move |keys| {
            let mut wrap: protocol::Base64 =
                serde_json::from_value(keys["wrapped_key"].clone()).unwrap();
            wrap.0[byte] ^= 1;
            keys["wrapped_key"] = wrap.to_string().into();
        });
        for (error, asked) in sign_in_lied_to(&world, lie).await {
            assert_eq!(error, VaultError::AccountTampered.into());
            assert_eq!(
                asked.len(),
                2,
                "after the login nothing more is asked, and nothing sent: {asked:?}"
            );
        }
    }
}

/// The published identity replaced by one that the server made, well signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_identity_is_tampering() {
    let world = World::new().await;
    let user = world.device.vault.user();
    let forged = Identity::make(&mut StdRng::seed_from_u64(1)).publish(user.as_bytes());
    let forged = protocol::Base64(forged).to_string();
    let lie = in_login(move |keys| keys["identity"] = forged.clone().into());
    for (error, asked) in sign_in_lied_to(&world, lie).await {
        assert_eq!(error, VaultError::AccountTampered.into());
        assert_eq!(asked.len(), 2);
    }
}

/// Another account's state, pins or root under this account's key.
#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_keys_are_tampering() {
    let world = World::new().await;
    world.proxy.take_log();
    Device::sign_up(&world.proxy.url(), "mallory@example.org", PASSWORD)
        .await
        .unwrap();
    let log = world.proxy.take_log();
    let login = log
        .iter()
        .find(|exchange| exchange.asked.path.ends_with("/auth/login"))
        .unwrap();
    let other: serde_json::Value = serde_json::from_slice(&login.answer.body).unwrap();
    for field in [
        "account_state",
        "pins",
        "root",
        "user_id",
        "wrapped_key",
        "identity",
    ] {
        let value = other["data"]["keys"][field].clone();
        for (error, _) in
            sign_in_lied_to(&world, in_login(move |keys| keys[field] = value.clone())).await
        {
            assert_eq!(error, VaultError::AccountTampered.into(), "{field}");
        }
    }
}

/// A format that this release does not know.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_format_is_unsupported() {
    let world = World::new().await;
    for format in [0, 2] {
        for (error, _) in
            sign_in_lied_to(&world, in_login(move |keys| keys["format"] = format.into())).await
        {
            assert_eq!(
                error,
                VaultError::Finding(FindingKind::UnsupportedVersion).into()
            );
        }
    }
}
