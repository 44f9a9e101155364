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

/// Another user's salt, a constant, none: what is derived with it is worth nothing, the account
/// stays shut, and a cheap derivation beside it is still refused.
#[tokio::test(flavor = "multi_thread")]
async fn row_2_a_salt_of_the_servers_choice_opens_nothing() {
    let world = World::new().await;
    world.proxy.take_log();
    Device::sign_up(&world.proxy.url(), "mallory@example.org", PASSWORD)
        .await
        .unwrap();
    let registered = world.proxy.take_log();
    let register = &registered[0].asked.body;
    let register: serde_json::Value = serde_json::from_slice(register).unwrap();
    let others: &'static str = register["salt"].as_str().unwrap().to_owned().leak();
    let constant: &'static str = protocol::Base64(vec![0; 32]).to_string().leak();
    let known = sent_password_hash(&world).await;
    for salt in [others, constant] {
        for pins in [None, Some(world.device.vault.pins().clone())] {
            world.proxy.lie(in_prelogin("salt", salt));
            let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins.clone()).await;
            let refused = ClientError::Server(
                axum::http::StatusCode::UNAUTHORIZED,
                Some(protocol::ErrorCode::InvalidCredentials),
            );
            assert_eq!(result.err(), Some(refused), "{salt}");
            let hashes = password_hashes(&world.proxy.take_log());
            assert!(
                !hashes.contains(&known),
                "{salt}: the real proof was not sent"
            );
            world.proxy.lie(move |asked, answer| {
                in_prelogin("salt", salt)(asked, answer);
                in_prelogin("kdf", "argon2id$v=19$m=8,t=1,p=1")(asked, answer);
            });
            let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins.clone()).await;
            assert_eq!(result.err(), Some(VaultError::KdfRefused.into()), "{salt}");
            let hashes = password_hashes(&world.proxy.take_log());
            assert!(hashes.is_empty(), "{salt}: nothing derived is sent");
            world.proxy.be_honest();
            Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins)
                .await
                .unwrap();
            world.proxy.take_log();
        }
    }
    let salt: &'static str = "";
    world.proxy.lie(in_prelogin("salt", salt));
    let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, None).await;
    assert!(result.is_err());
    let hashes = password_hashes(&world.proxy.take_log());
    assert!(hashes.is_empty(), "nothing derived is sent");
}

/// What sign-ins proved themselves with.
fn password_hashes(log: &[harness::proxy::Exchange]) -> Vec<String> {
    let logins = log
        .iter()
        .filter(|exchange| exchange.asked.path.ends_with("/auth/login"));
    let hash = |body: &[u8]| {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        body["password_hash"].as_str().unwrap().to_owned()
    };
    logins.map(|login| hash(&login.asked.body)).collect()
}

async fn sent_password_hash(world: &World) -> String {
    world.proxy.take_log();
    world.fresh().await;
    password_hashes(&world.proxy.take_log()).remove(0)
}

/// Each wrap and sealed record of the account with one bit changed, wherever it is: the same
/// answer, and the same next request, none.
#[tokio::test(flavor = "multi_thread")]
async fn row_4_no_wrap_is_an_oracle() {
    let world = World::new().await;
    let fields: [&'static [&'static str]; 3] = [
        &["wrapped_key"],
        &["account_state", "sealed"],
        &["pins", "sealed"],
    ];
    let mut seen = Vec::new();
    for path in fields {
        for at in [0, 23, 24, 55, 56, 80, usize::MAX] {
            let lie = in_login(move |keys| {
                let field = path.iter().fold(keys, |value, name| &mut value[*name]);
                let mut wrap: protocol::Base64 = serde_json::from_value(field.clone()).unwrap();
                let at = at.min(wrap.0.len() - 1);
                wrap.0[at] ^= 0x10;
                *field = wrap.to_string().into();
            });
            world.proxy.take_log();
            world.proxy.lie(lie);
            let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, None).await;
            let error = result.err();
            world.proxy.be_honest();
            assert_eq!(
                error,
                Some(VaultError::AccountTampered.into()),
                "{path:?} {at}"
            );
            seen.push(requests(&world.proxy.take_log()));
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "no request tells which bit it was");
    assert_eq!(
        seen[0].len(),
        2,
        "after the login nothing is asked: {seen:?}"
    );
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
