//! Yesterday's answers, and other histories.

use harness::device::{ClientError, Device};
use vault::{VaultError, findings::FindingKind};

use crate::world::{EMAIL, PASSWORD, World, about_children, listing, names};

fn rolled_back() -> ClientError {
    VaultError::Finding(FindingKind::RolledBack).into()
}

/// Yesterday's list, whole and authentic: found by who saw today's, and by a fresh device
/// through the account's sealed pins.
#[tokio::test(flavor = "multi_thread")]
async fn yesterdays_list_is_a_rollback() {
    let mut world = World::new().await;
    let old = listing(&mut world).await;
    world.device.upload("d", b"d").await.unwrap();
    world.device.push_pins().await.unwrap();
    for result in world
        .open_lied_to(about_children(move |data| *data = old.clone()))
        .await
    {
        assert_eq!(result.unwrap_err(), rolled_back());
    }
    let shown = world.device.open().await.unwrap();
    assert_eq!(names(&shown), ["a", "b", "c", "d"]);
}

/// Yesterday's head over today's children, and the reverse.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_rollback_is_noticed() {
    let mut world = World::new().await;
    let old = listing(&mut world).await;
    world.device.upload("d", b"d").await.unwrap();
    world.device.push_pins().await.unwrap();
    let head = old["head"].clone();
    for result in world
        .open_lied_to(about_children(move |data| data["head"] = head.clone()))
        .await
    {
        assert_eq!(result.unwrap_err(), rolled_back());
    }
    let children = old["children"].clone();
    for result in world
        .open_lied_to(about_children(move |data| {
            data["children"] = children.clone()
        }))
        .await
    {
        let view = result.unwrap();
        assert_eq!(view.findings[0].kind, FindingKind::Missing);
    }
}

/// An old head under a new number.
#[tokio::test(flavor = "multi_thread")]
async fn a_relabelled_head_does_not_open() {
    let mut world = World::new().await;
    let lie = about_children(|data| {
        data["head"]["seq"] = (data["head"]["seq"].as_u64().unwrap() + 1).into();
    });
    for result in world.open_lied_to(lie).await {
        assert_eq!(
            result.unwrap_err(),
            VaultError::Finding(FindingKind::DoesNotBelongHere).into()
        );
    }
}

/// A device that has seen one head is shown another of the same number.
#[tokio::test(flavor = "multi_thread")]
async fn two_histories_are_a_fork() {
    let mut world = World::new().await;
    let [a, b, _] = world.files;
    let mut other = world.fresh().await;
    other.open().await.unwrap();
    // Each device believes that its own commit was accepted, as a server can make them.
    let pinned = other.vault.pins().clone();
    world.device.rename(a, "first").await.unwrap();
    let first = listing(&mut world).await;
    let forked = other
        .vault
        .rename(b, "second", 1, &mut rand::rng())
        .unwrap();
    other.vault.committed(forked.id).unwrap();
    assert_ne!(other.vault.pins(), &pinned);
    world
        .proxy
        .lie(about_children(move |data| *data = first.clone()));
    assert_eq!(
        other.open().await.unwrap_err(),
        VaultError::Finding(FindingKind::Forked).into()
    );
}

/// Heads in between left out, exchanged or made up: the chain does not lead on.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_chain_is_a_fork() {
    let mut world = World::new().await;
    let mut behind = world.fresh().await;
    behind.open().await.unwrap();
    for name in ["d", "e", "f", "g"] {
        world.device.upload(name, b"x").await.unwrap();
    }
    let pins = behind.vault.pins().clone();
    let lies: [fn(&mut serde_json::Value); 4] = [
        |data| data["heads"] = serde_json::json!([]),
        |data| drop(data["heads"].as_array_mut().unwrap().remove(1)),
        |data| {
            let first = data["heads"][0]["sealed"].clone();
            data["heads"][1]["sealed"] = first;
        },
        |data| data["heads"].as_array_mut().unwrap().truncate(2),
    ];
    for lie in lies {
        world.proxy.lie(move |asked, answer| {
            if asked.path.ends_with("/heads") {
                answer.edit(lie);
                answer.edit(|data| data["more"] = false.into());
            }
        });
        let error = behind.open().await.unwrap_err();
        let caught = [FindingKind::Forked, FindingKind::DoesNotBelongHere]
            .map(|kind| VaultError::Finding(kind).into());
        assert!(caught.contains(&error), "{error:?}");
        assert_eq!(behind.vault.pins(), &pins, "pins stay as they were");
        world.proxy.be_honest();
    }
    assert_eq!(
        names(&behind.open().await.unwrap()),
        ["a", "b", "c", "d", "e", "f", "g"]
    );
}

/// The old password's wrap and salt beside the new state.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_password_does_not_come_back() {
    let mut world = World::new().await;
    world.proxy.take_log();
    world.fresh().await;
    let log = world.proxy.take_log();
    let data = |path: &str| {
        let exchange = log
            .iter()
            .find(|exchange| exchange.asked.path.ends_with(path))
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&exchange.answer.body).unwrap()["data"].take()
    };
    let (prelogin, login) = (data("/auth/prelogin"), data("/auth/login"));
    world
        .device
        .change_password(PASSWORD, "another good password")
        .await
        .unwrap();
    world.proxy.take_log();
    Device::sign_in(&world.proxy.url(), EMAIL, "another good password", None)
        .await
        .unwrap();
    let log = world.proxy.take_log();
    let honest = log
        .iter()
        .find(|exchange| exchange.asked.path.ends_with("/auth/login"))
        .unwrap()
        .answer
        .clone();

    world
        .proxy
        .lie(move |asked, answer| match asked.path.rsplit('/').next() {
            Some("prelogin") => answer.edit(|data| *data = prelogin.clone()),
            Some("login") => {
                *answer = honest.clone();
                answer.edit(|data| {
                    for field in ["salt", "wrapped_key"] {
                        data["keys"][field] = login["keys"][field].clone();
                    }
                });
            }
            _ => {}
        });
    for pins in [None, Some(world.device.vault.pins().clone())] {
        let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, pins).await;
        assert_eq!(result.err(), Some(VaultError::AccountTampered.into()));
    }
}

/// The account as it was before the password changed.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_account_is_a_rollback() {
    let mut world = World::new().await;
    world.proxy.take_log();
    world.fresh().await;
    let log = world.proxy.take_log();
    let answer = |path: &str| {
        let exchange = log
            .iter()
            .find(|exchange| exchange.asked.path.ends_with(path))
            .unwrap();
        exchange.answer.clone()
    };
    let (prelogin, login) = (answer("/auth/prelogin"), answer("/auth/login"));
    world
        .device
        .change_password(PASSWORD, "another good password")
        .await
        .unwrap();
    let pins = world.device.vault.pins().clone();

    world
        .proxy
        .lie(move |asked, answer| match asked.path.rsplit('/').next() {
            Some("prelogin") => *answer = prelogin.clone(),
            Some("login") => *answer = login.clone(),
            _ => {}
        });
    let result = Device::sign_in(&world.proxy.url(), EMAIL, PASSWORD, Some(pins.clone())).await;
    assert_eq!(result.err(), Some(VaultError::AccountRolledBack.into()));
    world.proxy.be_honest();
    Device::sign_in(
        &world.proxy.url(),
        EMAIL,
        "another good password",
        Some(pins),
    )
    .await
    .unwrap();
}
