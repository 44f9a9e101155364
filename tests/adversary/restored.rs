//! A server whose operator has restored a backup, and one that pretends to: nobody is locked out
//! of the account for good, and nothing older is believed unless its owner says so.

use std::fs;

use harness::device::{ClientError, Device};
use protocol::{ErrorCode, NodeId};
use tempfile::TempDir;
use vault::account::{Behind, Difference};
use vault::pins::Pins;
use vault::{VaultError, findings::FindingKind, tree::Way};

use crate::ways::{copy, meddle};
use crate::world::{EMAIL, PASSWORD, World, names};

const SECOND: &str = "another good password";
const THIRD: &str = "a third password that is good";

async fn back_up(world: &mut World) -> TempDir {
    let backup = tempfile::tempdir().unwrap();
    meddle(world, |data| copy(data, backup.path())).await;
    backup
}

async fn put_back(world: &mut World, backup: &TempDir) {
    meddle(world, |data| {
        fs::remove_dir_all(data).unwrap();
        copy(backup.path(), data);
    })
    .await;
}

async fn sign_in(world: &World, password: &str, pins: &Pins) -> Result<Device, ClientError> {
    let pins = Some(pins.clone());
    Device::sign_in(&world.proxy.url(), EMAIL, password, pins).await
}

async fn accept(
    world: &World,
    password: &str,
    pins: &Pins,
    new: Option<&str>,
) -> Result<(Device, Difference), ClientError> {
    let pins = pins.clone();
    Device::accept_older(&world.proxy.url(), EMAIL, password, pins, new).await
}

/// Writes something and tells the account's other devices, so often.
async fn go_on(device: &mut Device, times: usize) -> Vec<NodeId> {
    let mut made = Vec::new();
    for number in 0..times {
        let name = format!("later {number}");
        made.push(device.upload(&name, b"later").await.unwrap());
        device.push_pins().await.unwrap();
    }
    made
}

fn rolled_back() -> ClientError {
    VaultError::AccountRolledBack.into()
}

fn wrong_password() -> ClientError {
    let status = axum::http::StatusCode::UNAUTHORIZED;
    ClientError::Server(status, Some(ErrorCode::InvalidCredentials))
}

/// The password was changed since the backup. It comes back with it, until the owner accepts:
/// then neither is in force. What one device accepts, the others find accepted; what was
/// accepted once is a rollback the next time.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_an_account_that_was_put_back_is_accepted_with_a_new_password() {
    let mut world = World::new().await;
    let backup = back_up(&mut world).await;
    world
        .device
        .change_password(PASSWORD, SECOND)
        .await
        .unwrap();
    go_on(&mut world.device, 3).await;
    let other = Device::sign_in(&world.proxy.url(), EMAIL, SECOND, None).await;
    let other = other.unwrap().vault.pins().clone();
    put_back(&mut world, &backup).await;

    let seen = world.device.vault.pins().clone();
    world.proxy.take_log();
    for pins in [&seen, &other] {
        let refused = sign_in(&world, PASSWORD, pins).await;
        assert_eq!(refused.err(), Some(rolled_back()));
    }
    let sent = world.proxy.take_log();
    let written = sent.iter().filter(|it| it.asked.method != "GET");
    assert!(
        written
            .into_iter()
            .all(|it| it.asked.path.ends_with("/auth/login")),
        "nothing is accepted unless its owner says so"
    );
    assert_eq!(
        accept(&world, PASSWORD, &seen, None).await.err(),
        Some(VaultError::Impossible.into()),
        "the earlier password does not stay"
    );
    let refused = sign_in(&world, PASSWORD, &seen).await;
    assert_eq!(refused.err(), Some(rolled_back()), "nothing was accepted");

    let (mut device, difference) = accept(&world, PASSWORD, &seen, Some(THIRD)).await.unwrap();
    let behind = |seen, served| Some(Behind { seen, served });
    assert_eq!(difference.state, behind(2, 1));
    assert_eq!(difference.pins, behind(5, 2));
    // Folders are another matter: each is accepted by itself.
    let found = device.open().await.unwrap_err();
    assert_eq!(found, VaultError::Finding(FindingKind::RolledBack).into());
    let root = device.vault.root();
    let view = device.resolve(root, None, Way::Accept).await.unwrap();
    assert_eq!(names(&view), ["a", "b", "c"]);
    device.push_pins().await.unwrap();

    for password in [PASSWORD, SECOND] {
        let refused = sign_in(&world, password, &other).await;
        assert_eq!(refused.err(), Some(wrong_password()));
    }
    let mut second = sign_in(&world, THIRD, &other).await.unwrap();
    assert!(second.vault.take_accepted_elsewhere(), "it is told so");
    assert_eq!(names(&second.open().await.unwrap()), ["a", "b", "c"]);
    let mut again = sign_in(&world, THIRD, second.vault.pins()).await.unwrap();
    assert!(!again.vault.take_accepted_elsewhere(), "once");
    let mut fresh = Device::sign_in(&world.proxy.url(), EMAIL, THIRD, None).await;
    let fresh = fresh.as_mut().unwrap();
    assert!(!fresh.vault.take_accepted_elsewhere(), "it knew no other");
    assert_eq!(names(&fresh.open().await.unwrap()), ["a", "b", "c"]);

    // That state was accepted, and no other: not even the same one again.
    put_back(&mut world, &backup).await;
    for pins in [device.vault.pins(), second.vault.pins()] {
        let refused = sign_in(&world, PASSWORD, pins).await;
        assert_eq!(refused.err(), Some(rolled_back()));
    }
}

/// Only what the devices have seen went back: the password is the same, and enough. A device
/// that stayed open through all of it keeps what it had seen itself.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_pins_that_were_put_back_are_accepted_with_the_password() {
    let mut world = World::new().await;
    let root = world.device.vault.root();
    let folder = world.device.create_folder(root, "folder").await.unwrap();
    world.device.push_pins().await.unwrap();
    let mut open = world.fresh().await;
    open.catch_up(None).await.unwrap();
    let backup = back_up(&mut world).await;
    let seen = {
        go_on(&mut world.device, 2).await;
        world.device.vault.pins().clone()
    };
    // Something that only the other device saw.
    open.take_pins().await.unwrap();
    open.catch_up(None).await.unwrap();
    open.upload_to(folder, "only here", b"").await.unwrap();
    open.push_pins().await.unwrap();
    put_back(&mut world, &backup).await;

    assert_eq!(
        sign_in(&world, PASSWORD, &seen).await.err(),
        Some(rolled_back())
    );
    assert_eq!(open.take_pins().await.unwrap_err(), rolled_back());
    let another = accept(&world, PASSWORD, &seen, Some(THIRD)).await;
    assert_eq!(another.err(), Some(VaultError::Impossible.into()));
    let (device, difference) = accept(&world, PASSWORD, &seen, None).await.unwrap();
    assert_eq!(difference.state, None);
    assert!(difference.pins.is_some());

    // It has seen one epoch more than the device that accepted: that is said there as well.
    let mut accepted = device;
    if open.take_pins().await.is_err() {
        let pins = open.vault.pins().clone();
        open = accept(&world, PASSWORD, &pins, None).await.unwrap().0;
        accepted.take_pins().await.unwrap();
        assert!(accepted.vault.take_accepted_elsewhere());
    }
    let found = ClientError::from(VaultError::Finding(FindingKind::RolledBack));
    assert_eq!(open.open().await.unwrap_err(), found);
    open.resolve(root, None, Way::Accept).await.unwrap();
    assert_eq!(
        open.open_in(folder).await.unwrap_err(),
        found,
        "what it saw there is not forgotten"
    );
    accepted.take_pins().await.unwrap();
    accepted.open().await.unwrap();
    assert_eq!(accepted.open_in(folder).await.unwrap_err(), found);
}

/// What an open device knew only from the account's other devices is not forgotten either, when
/// the one that accepts did not know it any more.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_what_others_had_seen_stays_known_after_an_acceptance() {
    let mut world = World::new().await;
    let root = world.device.vault.root();
    let folder = world.device.create_folder(root, "folder").await.unwrap();
    world.device.push_pins().await.unwrap();
    let mut open = world.fresh().await;
    let mut accepting = world.fresh().await;
    for device in [&mut open, &mut accepting] {
        device.catch_up(None).await.unwrap();
    }
    let backup = back_up(&mut world).await;
    world.device.upload_to(folder, "later", b"").await.unwrap();
    world.device.push_pins().await.unwrap();
    for device in [&mut open, &mut accepting] {
        device.take_pins().await.unwrap();
    }
    let seen = accepting.vault.pins().clone();
    put_back(&mut world, &backup).await;
    assert_eq!(open.take_pins().await.unwrap_err(), rolled_back());
    accept(&world, PASSWORD, &seen, None).await.unwrap();
    open.take_pins().await.unwrap();
    assert!(open.vault.take_accepted_elsewhere());
    assert_eq!(
        open.open_in(folder).await.unwrap_err(),
        VaultError::Finding(FindingKind::RolledBack).into()
    );
}

/// Before anybody who had seen more came back, a new device went on from the backup: other
/// records under the numbers that were seen. That is accepted in the same way.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_another_history_after_a_backup_is_accepted_as_well() {
    let mut world = World::new().await;
    let backup = back_up(&mut world).await;
    go_on(&mut world.device, 2).await;
    let seen = world.device.vault.pins().clone();
    put_back(&mut world, &backup).await;
    let mut fresh = world.fresh().await;
    fresh.open().await.unwrap();
    go_on(&mut fresh, 2).await;

    assert_eq!(
        sign_in(&world, PASSWORD, &seen).await.err(),
        Some(rolled_back())
    );
    let (mut device, difference) = accept(&world, PASSWORD, &seen, None).await.unwrap();
    assert_eq!(
        difference.pins.unwrap().seen,
        difference.pins.unwrap().served
    );
    assert!(device.open().await.is_err(), "its folder has two histories");
    let root = device.vault.root();
    device.resolve(root, None, Way::Accept).await.unwrap();
    device.open().await.unwrap();
    sign_in(&world, PASSWORD, &seen).await.unwrap();
}

/// A server that puts parts of different times together has restored no backup, and one that
/// only says that it took the acceptance shows the same old state again.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_nothing_but_a_backup_is_accepted() {
    let mut world = World::new().await;
    let answers = async |password: &str| {
        world.proxy.take_log();
        Device::sign_in(&world.proxy.url(), EMAIL, password, None)
            .await
            .unwrap();
        let log = world.proxy.take_log();
        let data = |path: &str| {
            let mut found = log.iter().filter(|it| it.asked.path.ends_with(path));
            let answer = &found.next().unwrap().answer.body;
            serde_json::from_slice::<serde_json::Value>(answer).unwrap()["data"].take()
        };
        (data("/auth/prelogin"), data("/auth/login"))
    };
    let (prelogin, old) = answers(PASSWORD).await;
    world
        .device
        .change_password(PASSWORD, SECOND)
        .await
        .unwrap();
    go_on(&mut world.device, 1).await;
    let seen = world.device.vault.pins().clone();
    let answers = async || {
        world.proxy.take_log();
        let signed = Device::sign_in(&world.proxy.url(), EMAIL, SECOND, None).await;
        signed.unwrap();
        let log = world.proxy.take_log();
        let login = log.iter().find(|it| it.asked.path.ends_with("/auth/login"));
        login.unwrap().answer.clone()
    };
    let honest = answers().await;

    let lie = |mixed: bool| {
        let (prelogin, old, honest) = (prelogin.clone(), old.clone(), honest.clone());
        move |asked: &harness::proxy::Asked, answer: &mut harness::proxy::Answer| {
            let end = asked.path.rsplit('/').next();
            match (asked.method.as_str(), end) {
                (_, Some("prelogin")) => answer.edit(|data| *data = prelogin.clone()),
                (_, Some("login")) => {
                    *answer = honest.clone();
                    answer.edit(|data| {
                        let pins = data["keys"]["pins"].take();
                        data["keys"] = old["keys"].clone();
                        if mixed {
                            data["keys"]["pins"] = pins;
                        }
                    });
                }
                ("PATCH" | "PUT", Some("password" | "keys")) => {
                    *answer = honest.clone();
                    answer.edit(|data| *data = serde_json::json!({}));
                }
                _ => {}
            }
        }
    };
    world.proxy.lie(lie(true));
    assert_eq!(
        sign_in(&world, PASSWORD, &seen).await.err(),
        Some(rolled_back())
    );
    assert_eq!(
        accept(&world, PASSWORD, &seen, Some(THIRD)).await.err(),
        Some(VaultError::AccountTampered.into())
    );
    world.proxy.lie(lie(false));
    let (device, _) = accept(&world, PASSWORD, &seen, Some(THIRD)).await.unwrap();
    assert_eq!(
        sign_in(&world, PASSWORD, device.vault.pins()).await.err(),
        Some(rolled_back())
    );
    world.proxy.be_honest();
    sign_in(&world, SECOND, &seen).await.unwrap();
}
