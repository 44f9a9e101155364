//! The account against a lying server: what an honest one once said, changed.

use std::sync::LazyLock;

use crypto_core::{keys::KeptKek, vectors};
use protocol::{AccountKeys, RecoveryStartResponse};
use vault::{Vault, account::Recovery, pins::Pins};

use crate::{Target, choices::Choices, core::Given, world::world};

pub(crate) const PINS: Target = Target {
    name: "pins",
    check: |bytes| {
        Pins::parse(bytes).is_ok_and(|pins| {
            assert_eq!(pins.encode(), bytes, "pins have one encoding");
            assert_eq!(pins.clone().merge(&pins).as_ref(), Ok(&pins));
            for genuine in &world().pins {
                // Either they contradict each other, or the order does not matter.
                let (one, two) = (pins.clone().merge(genuine), genuine.clone().merge(&pins));
                assert_eq!(one.is_ok(), two.is_ok());
                if let (Ok(one), Ok(two)) = (one, two) {
                    assert_eq!(one, two);
                }
            }
            true
        })
    },
    seeds: || {
        let mut seeds: Vec<Vec<u8>> = world().pins.iter().map(Pins::encode).collect();
        seeds.push(seeds[0][1..].to_vec());
        seeds
    },
    memory: (65_536, 512),
};

/// An account, with parts of it older or changed, on a device that knows it or not.
pub(crate) const ACCOUNT: Target = Target {
    name: "account",
    check: |bytes| {
        let world = world();
        let mut choices = Choices::new(bytes);
        let pins = choices.below(world.pins.len() + 1).checked_sub(1);
        let mut keys = choices.one_of(&world.keys).clone();
        while !choices.is_empty() {
            change_account(&mut keys, &mut choices);
        }
        let mut accepted = false;
        for credentials in &world.credentials {
            let device = pins.map(|index| world.pins[index].clone());
            let Ok(vault) = Vault::unlock(credentials, &keys, device, true) else {
                continue;
            };
            accepted = true;
            // Whatever the server chose: wrap and state are of one time, and all is genuine.
            assert_eq!(
                (vault.user(), vault.root()),
                (world.keys[0].user_id, world.root.id)
            );
            let genuine = world.keys.iter().any(|known| {
                known.wrapped_key == keys.wrapped_key
                    && known.account_state == keys.account_state
                    && known.identity == keys.identity
            });
            assert!(genuine, "an account that never was");
            assert!(
                world.keys.iter().any(|known| known.pins == keys.pins),
                "forged pins"
            );
            let newest = pins == Some(world.pins.len() - 1);
            let last = world.keys.last().expect("an account");
            assert!(
                !newest || keys.account_state == last.account_state,
                "rolled back"
            );
        }
        accepted
    },
    seeds: || {
        let mut seeds = Vec::new();
        for pins in [0, 1, 7, 8] {
            for keys in 0..3 {
                seeds.push(vec![0, pins, 0, keys]);
                for what in 0..9 {
                    seeds.push(vec![0, pins, 0, keys, what, 0, 0, 0, 0]);
                }
            }
        }
        seeds
    },
    // X-Wing keys are large while they are made.
    memory: (4 << 20, 1024),
};

fn change_account(keys: &mut AccountKeys, choices: &mut Choices<'_>) {
    let other = choices.byte();
    let from = choices.one_of(&world().keys).clone();
    match other % 9 {
        0 => keys.account_state = from.account_state,
        1 => keys.pins = from.pins,
        2 => keys.wrapped_key = from.wrapped_key,
        3 => choices.change(&mut keys.account_state.sealed.0),
        4 => choices.change(&mut keys.pins.sealed.0),
        5 => choices.change(&mut keys.wrapped_key.0),
        6 => choices.change(&mut keys.identity.0),
        7 => keys.account_state.epoch = choices.number(),
        _ => keys.pins.epoch = choices.number(),
    }
}

fn kek() -> KeptKek {
    vectors::key([3; 32])
}

/// What a device keeps, and a picture, both of the time before the change of password.
static KEPT: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let vault = world().unlock(None);
    let picture = vault.seal_avatar(PICTURE, &mut Given(&[5; 24]));
    (
        vault.keep(&kek(), &mut Given(&[4; 24])),
        picture.expect("a small picture"),
    )
});
const PICTURE: &[u8] = b"a picture, more or less";

/// The other ways in, changed: with the recovery phrase (0), with a kept key (1); and the
/// picture (2).
pub(crate) const OTHER_WAYS: Target = Target {
    name: "other-ways",
    check: |bytes| {
        let world = world();
        let mut choices = Choices::new(bytes);
        let way = choices.byte() % 3;
        let mut keys = choices.one_of(&world.keys).clone();
        let (mut recovery_key, (mut kept, mut picture)) =
            (world.recovery_key.clone(), KEPT.clone());
        while !choices.is_empty() {
            match (choices.byte() % 2, way) {
                (0, 0) => choices.change(&mut recovery_key.0),
                (0, 1) => choices.change(&mut kept),
                (0, _) => choices.change(&mut picture),
                _ => change_account(&mut keys, &mut choices),
            }
        }
        let opened = match way {
            0 => Recovery::parse(&world.phrase)
                .expect("our own phrase")
                .open(
                    &RecoveryStartResponse {
                        recovery_token: "t".into(),
                        recovery_key: recovery_key.clone(),
                        keys: keys.clone(),
                        expires_in: 60,
                    },
                    None,
                ),
            1 => Vault::unlock_kept(&kek(), &kept, &keys, world.pins[0].clone()),
            _ => {
                return world
                    .unlock(None)
                    .open_avatar(&picture)
                    .is_ok_and(|opened| {
                        assert!(picture == KEPT.1 && *opened == *PICTURE, "a forgery opened");
                        true
                    });
            }
        };
        opened.is_ok_and(|vault| {
            assert_eq!(
                (vault.user(), vault.root()),
                (world.keys[0].user_id, world.root.id)
            );
            assert!(
                way != 0 || recovery_key == world.recovery_key,
                "a forged recovery wrap"
            );
            assert!(way != 1 || kept == KEPT.0, "a forged kept key");
            let genuine = |known: &AccountKeys| {
                known.account_state == keys.account_state && known.wrapped_key == keys.wrapped_key
            };
            assert!(world.keys.iter().any(genuine), "an account that never was");
            // A kept key ends with its password.
            let first = &world.keys[0].wrapped_key;
            assert!(
                way != 1 || keys.wrapped_key == *first,
                "kept beyond its password"
            );
            true
        })
    },
    seeds: || {
        let mut seeds = Vec::new();
        for way in 0..3 {
            for keys in 0..3 {
                seeds.push(vec![way, 0, keys]);
                seeds.push(vec![way, 0, keys, 0, 0, 40, 0, 1]);
                for what in 0..9 {
                    seeds.push(vec![way, 0, keys, 1, what, 0, 0, 0, 0]);
                }
            }
        }
        seeds
    },
    memory: (8 << 20, 1024),
};
