//! The server's answers as text, given to the vault as they come.

use protocol::{
    AccountKeys, ChangesPage, FileDetails, FolderPage, HeadsPage, LoginResponse, PreloginResponse,
    RecoveryStartResponse,
};
use serde::{Serialize, de::DeserializeOwned};
use vault::{Vault, tree::Listing};

use crate::{Target, choices::Choices, world::world};

/// An answer that is read says the same when it is written and read again.
fn parse<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let answer: T = serde_json::from_slice(bytes).ok()?;
    let text = serde_json::to_string(&answer).expect("an answer is JSON");
    let again: T = serde_json::from_str(&text).expect("our own JSON");
    assert_eq!(
        serde_json::to_string(&again).expect("an answer is JSON"),
        text
    );
    Some(answer)
}

/// Which answer, then its text.
pub(crate) const ANSWER: Target = Target {
    name: "answer",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let kind = choices.byte() % 8;
        let text = choices.rest();
        match kind {
            0 => parse::<FolderPage>(text).is_some_and(folder),
            1 => parse::<FileDetails>(text).is_some_and(|answer| details(&answer)),
            2 => parse::<AccountKeys>(text).is_some_and(|answer| account(&answer)),
            3 => parse::<ChangesPage>(text).is_some(),
            4 => parse::<HeadsPage>(text).is_some(),
            5 => parse::<LoginResponse>(text).is_some(),
            6 => parse::<PreloginResponse>(text).is_some(),
            _ => parse::<RecoveryStartResponse>(text).is_some(),
        }
    },
    seeds: || {
        let world = world();
        let json = |kind: u8, text: Result<String, serde_json::Error>| {
            [&[kind][..], text.expect("JSON").as_bytes()].concat()
        };
        let page = &world.listing(1, 1).pages[0];
        let heads = HeadsPage {
            heads: world.heads[..2].to_vec(),
            more: true,
        };
        let changes = ChangesPage {
            changes: Vec::new(),
            heads: world.heads[..1].to_vec(),
            cursor: "c".into(),
            more: false,
        };
        let prelogin = PreloginResponse {
            salt: world.keys[0].salt.clone(),
            kdf: Some(world.keys[0].kdf.clone()),
        };
        let mut seeds = vec![
            json(0, serde_json::to_string(page)),
            json(1, serde_json::to_string(&world.details)),
            json(
                2,
                serde_json::to_string(world.keys.last().expect("an account")),
            ),
            json(3, serde_json::to_string(&changes)),
            json(4, serde_json::to_string(&heads)),
            json(6, serde_json::to_string(&prelogin)),
        ];
        seeds.extend((0..8).map(|kind| [&[kind][..], b"{\"id\":null}"].concat()));
        seeds
    },
    memory: (8 << 20, 4096),
};

fn folder(page: FolderPage) -> bool {
    let world = world();
    let genuine = world.listing(1, 1);
    let same = page.head == genuine.pages[0].head && page.children == genuine.pages[0].children;
    let listing = Listing {
        pages: vec![page],
        between: Vec::new(),
    };
    let view = world.unlock(None).open_folder(world.root.id, &listing);
    let clean = view.is_ok_and(|view| view.verified && view.findings.is_empty());
    assert!(!clean || same, "a changed listing was believed");
    clean
}

fn details(details: &FileDetails) -> bool {
    let world = world();
    let mut vault = world.unlock(None);
    let listing = world.listing(1, 1);
    let view = vault.open_folder(world.root.id, &listing);
    assert!(view.is_ok_and(|view| view.verified));
    vault.plan_download(world.file, &details.versions).is_ok()
}

fn account(keys: &AccountKeys) -> bool {
    let credentials = &world().credentials[1];
    Vault::unlock(credentials, keys, None, true).is_ok_and(|vault| {
        assert_eq!(vault.user(), world().keys[0].user_id);
        true
    })
}
