//! Snapshots of everything that a client seals: with the same randomness the same bytes
//! must come out, for ever. A deliberate change of format is a new version with new
//! snapshots, and a field that is added keeps the snapshots of before it in a folder of their
//! own, which must open for ever; `UPDATE_SNAPSHOTS=1 cargo test -p vault --test client` writes them.

use std::{convert::Infallible, fs, path::PathBuf};

use crate::shelf::Shelf;
use crypto_core::{
    context,
    keys::{self, AccountKey, KeptKek},
    recovery::RecoveryPhrase,
    sha256,
};
use protocol::{RegisterRequest, SessionKind, UpdateKeysRequest, UploadId};
use rand::{TryCryptoRng, TryRng};
use serde::{Serialize, de::DeserializeOwned};
use vault::{
    VaultError,
    account::{Credentials, NewAccount, Recovery},
    pins::Pins,
    tree::Step,
};

/// Randomness that stays the same whatever becomes of the crates that make some.
struct Counter(u64);

impl TryRng for Counter {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("keys and salts are filled")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("keys and salts are filled")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&sha256(&self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counter {}

fn snapshot(name: &str, value: &impl Serialize) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/client/snapshots")
        .join(name)
        .with_extension("json");
    let now = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let then = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        then == now,
        "{name} is sealed otherwise than in {path:?}:\n{now}"
    );
}

#[test]
fn sealed_formats_do_not_change() {
    let mut rng = Counter(0);
    let account = NewAccount::create("a password", 1_700_000_000_000, &mut rng).unwrap();
    let registration = account.request("a@example.org");
    snapshot("register", &registration);
    snapshot("phrase", &*account.phrase());
    let mut vault = account.into_vault();
    let root = vault.root();
    snapshot("pins", &hex(&vault.pins().encode()));

    let mut plan = vault
        .plan_upload(
            root,
            "报告 📈.txt",
            "text/plain",
            1_600_000_000_000,
            600_000,
            &mut rng,
        )
        .unwrap();
    let content = plan.seal_part(0, &[7; 600_000]).unwrap();
    let tail = plan.finish(&mut rng).unwrap();
    snapshot("content", &hex(&sha256(&[content, tail].concat())));
    let upload = UploadId::from_bytes([9; 16]);
    let mut commit = vault
        .commit_uploads(root, &[(&plan, upload)], 1_700_000_000_001, &mut rng)
        .unwrap();
    snapshot("commit-create", &commit);
    vault.committed(commit.id).unwrap();
    let node = vault.folder(root).unwrap().entries[0].id;
    for name in [
        "commit-rename",
        "commit-trash",
        "commit-restore",
        "commit-trash-again",
        "commit-purge",
    ] {
        let some = |step: Result<Step, VaultError>| step.unwrap().request.unwrap();
        commit = match name {
            "commit-rename" => vault
                .rename(node, "b", 1_700_000_000_002, &mut rng)
                .unwrap(),
            "commit-trash" => some(vault.trash(&[node], 1_700_000_000_003, &mut rng)),
            "commit-restore" => some(vault.restore(&[node], 1_700_000_000_004, &mut rng)),
            // It came later than the others, whose randomness is to stay the same.
            "commit-trash-again" => {
                let mut other = Counter(1 << 32);
                some(vault.trash(&[node], 1_700_000_000_004, &mut other))
            }
            _ => some(vault.purge(&[node], 1_700_000_000_005, &mut rng)),
        };
        snapshot(name, &commit);
        vault.committed(commit.id).unwrap();
    }
    snapshot("sealed-pins", &vault.sealed_pins(&mut rng).unwrap());
    let kdf = registration.kdf.unwrap();
    let current = Credentials::derive("a password", &registration.salt, &kdf, None).unwrap();
    let phrase = vault.make_phrase(&current, &mut rng).unwrap();
    snapshot("recovery", &vault.replace_phrase(&phrase, &mut rng));
    let kept = vault.keep(&KeptKek::import([5; 32]), &mut rng);
    snapshot("kept", &hex(&kept));
    let avatar = vault.seal_avatar(b"a picture", &mut rng).unwrap();
    snapshot("avatar", &hex(&avatar));
    snapshot(
        "password",
        &vault
            .change_password(&current, "another password", &mut rng)
            .unwrap(),
    );
}

/// Account states of before they knew the recovery phrase's wrap.
const BEFORE_RECOVERY: &str = "snapshots-before-recovery";
const NOW: &str = "snapshots";

/// What was sealed when the snapshots were made still opens, with nothing but the password.
#[test]
fn frozen_accounts_still_open() {
    for folder in [BEFORE_RECOVERY, NOW] {
        open_frozen(folder);
    }
}

/// With nothing but the phrase, too; and from the next state on its wrap is bound.
#[test]
fn frozen_phrases_still_recover() {
    for folder in [BEFORE_RECOVERY, NOW] {
        let mut shelf = Shelf::register(&frozen(folder, "register"));
        let phrase: String = frozen(folder, "phrase");
        let recovery = Recovery::parse(&phrase).unwrap();
        let mut vault = recovery.open(&shelf.recovery_answer(), None).unwrap();
        let request = vault.recover("t", "a new password", SessionKind::Token, &mut Counter(1));
        shelf.finish_recovery(request.unwrap());
        shelf.unlock("a new password", None, true).unwrap();
        recovery.open(&shelf.recovery_answer(), None).unwrap();
        // The same account key, wrapped once more under the same phrase.
        let kek = RecoveryPhrase::parse(&phrase).unwrap().kek();
        let context = context::account_key_by_recovery(vault.user().as_bytes());
        let key: AccountKey = keys::unwrap(&shelf.recovery_key.0, &kek, &context).unwrap();
        shelf.recovery_key = keys::wrap(&key, &kek, &context, &mut Counter(2)).into();
        assert_eq!(
            recovery.open(&shelf.recovery_answer(), None).err(),
            Some(VaultError::AccountTampered)
        );
    }
}

fn open_frozen(folder: &str) {
    let frozen_commit = |name| frozen(folder, name);
    let request: RegisterRequest = frozen(folder, "register");
    let mut shelf = Shelf::register(&request);
    let mut vault = shelf.unlock("a password", None, true).unwrap();
    let root = vault.root();
    let mut expected = vec![
        ("报告 📈.txt", None),
        ("b", None),
        ("b", Some(1_700_000_000_003)),
        ("b", None),
        ("b", Some(1_700_000_000_004)),
    ];
    let mut names = vec![
        "commit-create",
        "commit-rename",
        "commit-trash",
        "commit-restore",
        "commit-trash-again",
        "commit-purge",
    ];
    // Then it was purged without having been put into the trash.
    if folder == BEFORE_RECOVERY {
        names.retain(|name| *name != "commit-trash-again");
        expected.pop();
    }
    let mut expected = expected.into_iter();
    for name in names {
        shelf.commit(frozen_commit(name));
        let view = vault.open_folder(root, &shelf.listing(&vault)).unwrap();
        assert!(
            view.verified && view.findings.is_empty(),
            "{name}: {view:?}"
        );
        let shown = view
            .entries
            .first()
            .map(|entry| (entry.name.as_str(), entry.trashed));
        assert_eq!(shown, expected.next(), "{name}");
    }
    let update: UpdateKeysRequest = frozen(folder, "sealed-pins");
    shelf.keys.pins = update.pins.unwrap();
    vault.merge_keys(&shelf.keys).unwrap();
    shelf.change_password(frozen(folder, "password"));
    let mut again = shelf
        .unlock("another password", Some(vault.pins()), true)
        .unwrap();
    again.open_folder(root, &shelf.listing(&again)).unwrap();
    let pins: String = frozen(folder, "pins");
    let bytes: Vec<u8> = (0..pins.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&pins[at..at + 2], 16).unwrap())
        .collect();
    assert_eq!(Pins::parse(&bytes).unwrap().encode(), bytes);
}

fn frozen<T: DeserializeOwned>(folder: &str, name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/client")
        .join(folder)
        .join(name)
        .with_extension("json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
