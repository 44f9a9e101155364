//! Other ways into an account than its password: the recovery phrase, and a device that keeps
//! the account unlocked.

use crate::shelf::{PASSWORD, Shelf, sign_up};
use crypto_core::{keys::KeptKek, recovery::PhraseError};
use protocol::{Base64, SessionKind};
use rand::rngs::StdRng;
use vault::{
    Vault, VaultError,
    account::{Credentials, MAX_AVATAR, NewPhrase, Recovery},
    pins::Pins,
};

fn recover(shelf: &Shelf, phrase: &str, pins: Option<&Pins>) -> Result<Vault, VaultError> {
    Recovery::parse(phrase)?.open(&shelf.recovery_answer(), pins.cloned())
}

fn new_phrase(vault: &Vault, shelf: &Shelf, rng: &mut StdRng) -> NewPhrase {
    let current = Credentials::derive(PASSWORD, &shelf.keys.salt, &shelf.keys.kdf, None).unwrap();
    vault.make_phrase(&current, rng).unwrap()
}

fn refusal<T>(result: Result<T, VaultError>) -> VaultError {
    result.err().expect("it is refused")
}

#[test]
fn a_phrase_gives_a_new_password_and_the_same_files() {
    let (mut vault, mut shelf, mut rng) = sign_up(30);
    let node = shelf.upload(&mut vault, "a", b"content", &mut rng);
    let old = shelf.keys.clone();
    let phrase = shelf.phrase.clone();
    let mut recovered = recover(&shelf, &phrase, Some(vault.pins())).unwrap();
    let request = recovered
        .recover("token", "another password", SessionKind::Cookie, &mut rng)
        .unwrap();
    assert_eq!(request.recovery_token, "token");
    assert_eq!(request.account_state.epoch, 2);
    shelf.finish_recovery(request);
    recovered.recovered();
    assert_eq!(
        refusal(shelf.unlock(PASSWORD, None, false)),
        VaultError::WrongPassword
    );

    let mut fresh = shelf.unlock("another password", None, true).unwrap();
    fresh
        .open_folder(fresh.root(), &shelf.listing(&fresh))
        .unwrap();
    assert_eq!(shelf.download(&fresh, node).unwrap(), b"content");
    // The device that recovered knows the new state: the old one does not come back.
    shelf.keys = old;
    let pins = Some(recovered.pins());
    assert_eq!(
        refusal(shelf.unlock(PASSWORD, pins, true)),
        VaultError::AccountRolledBack
    );
    assert_eq!(
        refusal(recover(&shelf, &phrase, pins)),
        VaultError::AccountRolledBack
    );
}

#[test]
fn a_phrase_stays_when_the_password_changes() {
    let (mut vault, mut shelf, mut rng) = sign_up(31);
    let current = Credentials::derive(PASSWORD, &shelf.keys.salt, &shelf.keys.kdf, None).unwrap();
    let change = vault.change_password(&current, "another password", &mut rng);
    shelf.change_password(change.unwrap());
    let phrase = shelf.phrase.clone();
    recover(&shelf, &phrase, None).unwrap();
    shelf.recovery_key.0[50] ^= 1;
    assert_eq!(
        refusal(recover(&shelf, &phrase, None)),
        VaultError::AccountTampered
    );
}

#[test]
fn a_replaced_phrase_does_not_come_back() {
    let (mut vault, mut shelf, mut rng) = sign_up(33);
    let (old_phrase, old_wrap) = (shelf.phrase.clone(), shelf.recovery_key.clone());
    let new = new_phrase(&vault, &shelf, &mut rng);
    assert!(!vault.has_phrase(&new));
    let request = vault.replace_phrase(&new, &mut rng);
    shelf.keys.account_state = request.account_state;
    shelf.recovery_key = request.recovery.wrapped_key;
    vault.phrase_replaced();
    assert!(vault.has_phrase(&new));
    recover(&shelf, &new.words(), Some(vault.pins())).unwrap();
    let unlocked = shelf.unlock(PASSWORD, Some(vault.pins()), true).unwrap();
    assert_eq!(
        unlocked.pins(),
        vault.pins(),
        "the password is as it was, and the pins have moved"
    );

    // The server kept the old wrap, and somebody has the old words.
    shelf.recovery_key = old_wrap;
    for pins in [None, Some(vault.pins())] {
        assert_eq!(
            refusal(recover(&shelf, &old_phrase, pins)),
            VaultError::AccountTampered
        );
    }
}

#[test]
fn a_new_phrase_needs_the_password() {
    let (vault, shelf, mut rng) = sign_up(34);
    let wrong = Credentials::derive("wrong", &shelf.keys.salt, &shelf.keys.kdf, None).unwrap();
    assert_eq!(
        refusal(vault.make_phrase(&wrong, &mut rng)),
        VaultError::WrongPassword
    );
}

#[test]
fn a_replacement_whose_answer_was_lost_is_recognised() {
    let (mut vault, mut shelf, mut rng) = sign_up(35);
    let new = new_phrase(&vault, &shelf, &mut rng);
    let request = vault.replace_phrase(&new, &mut rng);
    shelf.keys.account_state = request.account_state;
    vault.merge_keys(&shelf.keys).unwrap();
    assert!(vault.has_phrase(&new));
    let before = vault.pins().clone();
    vault.phrase_replaced();
    assert_eq!(vault.pins(), &before, "nothing is accepted twice");
}

#[test]
fn recovery_checks_what_unlocking_checks() {
    let (vault, honest, _) = sign_up(36);
    let (_, other, _) = sign_up(37);
    let phrase = honest.phrase.clone();
    let lied_to = |change: &dyn Fn(&mut Shelf)| {
        let mut shelf = Shelf::register(&honest.request);
        change(&mut shelf);
        let without = refusal(recover(&shelf, &phrase, None));
        let with = refusal(recover(&shelf, &phrase, Some(vault.pins())));
        assert_eq!(without, with);
        with
    };
    let kdf = |text: &'static str| move |shelf: &mut Shelf| shelf.keys.kdf = text.into();
    for weaker in ["argon2id$v=19$m=8,t=1,p=1", "pbkdf2$i=1000", ""] {
        assert_eq!(lied_to(&kdf(weaker)), VaultError::KdfRefused);
    }
    // Within the bounds, but not what the account state says.
    assert_eq!(
        lied_to(&kdf("argon2id$v=19$m=131072,t=3,p=1")),
        VaultError::AccountTampered
    );
    let lies: [&dyn Fn(&mut Shelf); 8] = [
        &|shelf| shelf.recovery_key = other.recovery_key.clone(),
        &|shelf| shelf.recovery_key.0.truncate(103),
        &|shelf| shelf.keys.wrapped_key = other.keys.wrapped_key.clone(),
        &|shelf| shelf.keys.account_state = other.keys.account_state.clone(),
        &|shelf| shelf.keys.identity = other.keys.identity.clone(),
        &|shelf| shelf.keys.pins = other.keys.pins.clone(),
        &|shelf| shelf.keys.root = other.keys.root,
        &|shelf| shelf.keys.user_id = other.keys.user_id,
    ];
    for (index, lie) in lies.iter().enumerate() {
        assert_eq!(lied_to(lie), VaultError::AccountTampered, "lie {index}");
    }
}

#[test]
fn what_is_no_phrase_says_why() {
    let (_, shelf, _) = sign_up(38);
    let mut words: Vec<&str> = shelf.phrase.split(' ').collect();
    assert_eq!(
        refusal(Recovery::parse(&words[1..].join(" "))),
        VaultError::InvalidPhrase(PhraseError::WordCount)
    );
    words[6] = "strongroom";
    assert_eq!(
        refusal(Recovery::parse(&words.join(" "))),
        VaultError::InvalidPhrase(PhraseError::UnknownWord(7))
    );
}

#[test]
fn a_device_stays_unlocked_until_the_password_changes() {
    let (mut vault, mut shelf, mut rng) = sign_up(39);
    let device = || KeptKek::import([7; 32]);
    let kept = vault.keep(&device(), &mut rng);
    let unlocked = Vault::unlock_kept(&device(), &kept, &shelf.keys, vault.pins().clone()).unwrap();
    assert_eq!(unlocked.pins(), vault.pins());

    let ended = |kek: KeptKek, kept: &[u8], shelf: &Shelf| {
        refusal(Vault::unlock_kept(
            &kek,
            kept,
            &shelf.keys,
            vault.pins().clone(),
        ))
    };
    for broken in [&kept[..20], &kept[..135], &[]] {
        assert_eq!(ended(device(), broken, &shelf), VaultError::KeptEnded);
    }
    let other_device = KeptKek::import([8; 32]);
    assert_eq!(ended(other_device, &kept, &shelf), VaultError::KeptEnded);

    let honest = shelf.keys.clone();
    let current = Credentials::derive(PASSWORD, &shelf.keys.salt, &shelf.keys.kdf, None).unwrap();
    let mut elsewhere = shelf.unlock(PASSWORD, None, true).unwrap();
    let change = elsewhere.change_password(&current, "another password", &mut rng);
    shelf.change_password(change.unwrap());
    assert_eq!(ended(device(), &kept, &shelf), VaultError::KeptEnded);

    // The server goes back behind what this device has seen.
    vault.merge_keys(&shelf.keys).unwrap();
    let kept_before = kept;
    let kept = vault.keep(&device(), &mut rng);
    shelf.keys = honest;
    for kept in [kept_before, kept] {
        let result = Vault::unlock_kept(&device(), &kept, &shelf.keys, vault.pins().clone());
        assert!(matches!(
            refusal(result),
            VaultError::AccountRolledBack | VaultError::KeptEnded
        ));
    }
    assert_eq!(
        refusal(shelf.unlock(PASSWORD, Some(vault.pins()), true)),
        VaultError::AccountRolledBack
    );
}

#[test]
fn a_kept_device_checks_what_unlocking_checks() {
    let (vault, honest, mut rng) = sign_up(40);
    let (_, other, _) = sign_up(41);
    let kept = vault.keep(&KeptKek::import([7; 32]), &mut rng);
    type Lie<'a> = (&'a dyn Fn(&mut Shelf), VaultError);
    let lies: [Lie; 6] = [
        (
            &|shelf| shelf.keys.kdf = "argon2id$v=19$m=8,t=1,p=1".into(),
            VaultError::KdfRefused,
        ),
        (
            &|shelf| shelf.keys.account_state = other.keys.account_state.clone(),
            VaultError::AccountTampered,
        ),
        (
            &|shelf| shelf.keys.identity = other.keys.identity.clone(),
            VaultError::AccountTampered,
        ),
        (
            &|shelf| shelf.keys.pins = other.keys.pins.clone(),
            VaultError::AccountTampered,
        ),
        (
            &|shelf| shelf.keys.root = other.keys.root,
            VaultError::AccountTampered,
        ),
        (
            &|shelf| shelf.keys.user_id = other.keys.user_id,
            VaultError::AccountTampered,
        ),
    ];
    for (lie, expected) in lies {
        let mut shelf = Shelf::register(&honest.request);
        lie(&mut shelf);
        let result = Vault::unlock_kept(
            &KeptKek::import([7; 32]),
            &kept,
            &shelf.keys,
            vault.pins().clone(),
        );
        assert_eq!(refusal(result), expected);
    }
}

#[test]
fn a_picture_opens_for_its_account_only() {
    let (vault, _, mut rng) = sign_up(42);
    let (other, _, _) = sign_up(43);
    let sealed = vault.seal_avatar(b"a picture", &mut rng).unwrap();
    assert_eq!(*vault.open_avatar(&sealed).unwrap(), b"a picture");
    assert!(other.open_avatar(&sealed).is_err());
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(vault.open_avatar(&altered).is_err(), "byte {at}");
    }
    let largest = vault.seal_avatar(&[0; MAX_AVATAR], &mut rng).unwrap();
    assert!(largest.len() <= 65_536, "what the server takes");
    assert_eq!(
        refusal(vault.seal_avatar(&[0; MAX_AVATAR + 1], &mut rng)),
        VaultError::Impossible
    );
}

#[test]
fn bytes_that_were_flipped_anywhere_in_the_wrap_are_one_error() {
    let (_, mut shelf, _) = sign_up(44);
    let honest = shelf.recovery_key.clone();
    let recovery = Recovery::parse(&shelf.phrase).unwrap();
    for bit in 0..honest.0.len() * 8 {
        let mut wrap = honest.0.clone();
        wrap[bit / 8] ^= 1 << (bit % 8);
        shelf.recovery_key = Base64(wrap);
        assert_eq!(
            refusal(recovery.open(&shelf.recovery_answer(), None)),
            VaultError::AccountTampered,
            "bit {bit}"
        );
    }
    shelf.recovery_key = honest;
    assert!(recovery.open(&shelf.recovery_answer(), None).is_ok());
}
