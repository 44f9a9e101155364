//! Ways into an account: kdf strings, passwords, recovery phrases.

use crypto_core::{
    context,
    kdf::{KdfParams, PasswordKeys, encode_salt},
    keys::{AccountKey, wrap},
    recovery::RecoveryPhrase,
};
use sha2::{Digest as _, Sha256};
use vectors::Case;

use super::{Out, Seeded, opens, refused};

const USER: [u8; 16] = [0x30; 16];
const KDF: &str = "argon2id$v=19$m=65536,t=3,p=1";

pub(super) fn add(out: &mut Out) {
    kdf_strings(out);
    passwords(out);
    phrases(out);
}

fn kdf_strings(out: &mut Out) {
    let kdf = |text: &str| Case::Kdf {
        text: text.to_owned(),
    };
    for (name, text, rule) in [
        ("kdf-floor", KDF, "The floor is accepted."),
        (
            "kdf-ceiling",
            "argon2id$v=19$m=1048576,t=16,p=4",
            "The ceiling is accepted.",
        ),
    ] {
        opens(out, name, rule, kdf(text), &Sha256::digest(text));
    }
    for (name, text, rule, reason) in [
        (
            "kdf-little-memory",
            "argon2id$v=19$m=65535,t=3,p=1",
            "A server cannot ask for less memory than the floor.",
            "below-floor",
        ),
        (
            "kdf-few-passes",
            "argon2id$v=19$m=65536,t=2,p=1",
            "A server cannot ask for fewer passes than the floor.",
            "below-floor",
        ),
        (
            "kdf-much-memory",
            "argon2id$v=19$m=1048577,t=3,p=1",
            "A server cannot exhaust a device's memory.",
            "above-ceiling",
        ),
        (
            "kdf-many-passes",
            "argon2id$v=19$m=65536,t=17,p=1",
            "A server cannot keep a device busy.",
            "above-ceiling",
        ),
        (
            "kdf-many-lanes",
            "argon2id$v=19$m=65536,t=3,p=5",
            "Lanes have a ceiling too.",
            "above-ceiling",
        ),
        (
            "kdf-argon2i",
            "argon2i$v=19$m=65536,t=3,p=1",
            "Only Argon2id is known.",
            "unknown",
        ),
        (
            "kdf-old-version",
            "argon2id$v=16$m=65536,t=3,p=1",
            "Only version 19 is known.",
            "unknown",
        ),
        (
            "kdf-pbkdf2",
            "pbkdf2$i=600000",
            "Another algorithm is refused.",
            "unknown",
        ),
        (
            "kdf-leading-zero",
            "argon2id$v=19$m=065536,t=3,p=1",
            "A cost has one spelling.",
            "unknown",
        ),
        (
            "kdf-no-lanes",
            "argon2id$v=19$m=65536,t=3,p=0",
            "No lanes are no derivation.",
            "unknown",
        ),
        (
            "kdf-more-fields",
            "argon2id$v=19$m=65536,t=3,p=1,x=1",
            "Nothing may follow the costs.",
            "unknown",
        ),
        (
            "kdf-overflow",
            "argon2id$v=19$m=18446744073709617152,t=3,p=1",
            "A cost beyond 64 bits does not wrap around.",
            "unknown",
        ),
        (
            "kdf-empty",
            "",
            "An account without a kdf was not made by us.",
            "unknown",
        ),
    ] {
        refused(out, name, rule, kdf(text), reason);
    }
}

fn passwords(out: &mut Out) {
    let mut rng = Seeded::new("password");
    let salt = rng.array();
    let params: KdfParams = KDF.parse().expect("the floor");
    let typed = "correct horse battery caf\u{e9}";
    let keys = PasswordKeys::derive(typed, &salt, &params).expect("the floor fits into memory");
    let account_key = rng.array();
    let wrapped = wrap(
        &crypto_core::vectors::key::<AccountKey>(account_key),
        keys.kek(),
        &context::account_key_by_password(&USER, &params.hash()),
        &mut rng,
    );
    let case = |password: &str, salt: &str, kdf: &str, user| Case::Password {
        password: password.to_owned(),
        salt: salt.to_owned(),
        kdf: kdf.to_owned(),
        auth: keys.auth().to_owned(),
        user,
        wrapped: wrapped.as_slice().into(),
    };
    let salt_text = encode_salt(&salt);
    opens(
        out,
        "password",
        "A password leads to proof and account key.",
        case(typed, &salt_text, KDF, USER),
        &account_key,
    );
    let decomposed = typed.replace('\u{e9}', "e\u{301}");
    opens(
        out,
        "password-decomposed",
        "A password is the same however its accents are typed.",
        case(&decomposed, &salt_text, KDF, USER),
        &account_key,
    );
    refused(
        out,
        "password-wrong",
        "A wrong password gives another proof.",
        case("correct horse", &salt_text, KDF, USER),
        "another-proof",
    );
    refused(
        out,
        "password-another-user",
        "One account's key does not pass for another's.",
        case(typed, &salt_text, KDF, [0x31; 16]),
        "does-not-belong-here",
    );
    let dearer = "argon2id$v=19$m=65536,t=4,p=1";
    refused(
        out,
        "password-another-kdf",
        "Other costs give another proof.",
        case(typed, &salt_text, dearer, USER),
        "another-proof",
    );
    refused(
        out,
        "password-cheap-kdf",
        "Nothing is derived below the floor.",
        case(typed, &salt_text, "argon2id$v=19$m=8,t=1,p=1", USER),
        "below-floor",
    );
    refused(
        out,
        "password-short-salt",
        "A salt has 32 bytes.",
        case(typed, "AAAAAAAAAAAAAAAAAAAAAA==", KDF, USER),
        "salt",
    );
    let unpadded = salt_text.trim_end_matches('=').to_owned();
    refused(
        out,
        "password-unpadded-salt",
        "A salt has one spelling.",
        case(typed, &unpadded, KDF, USER),
        "salt",
    );
}

fn phrases(out: &mut Out) {
    let mut rng = Seeded::new("recovery");
    let phrase = RecoveryPhrase::make(&mut rng);
    let words = phrase.words().to_string();
    let account_key = rng.array();
    let typed: AccountKey = crypto_core::vectors::key(account_key);
    let under = |context| wrap(&typed, &phrase.kek(), &context, &mut rng.clone());
    let wrapped = under(context::account_key_by_recovery(&USER));
    let case = |words: &str, wrapped: &[u8]| Case::Recovery {
        phrase: words.to_owned(),
        auth: phrase.auth().to_string(),
        user: USER,
        wrapped: wrapped.into(),
    };
    opens(
        out,
        "recovery",
        "A recovery phrase leads to proof and account key.",
        case(&words, &wrapped),
        &account_key,
    );
    let shouted = words.to_uppercase().replace(' ', "\n  ");
    opens(
        out,
        "recovery-shouted",
        "Capitals and line breaks in a phrase do not matter.",
        case(&shouted, &wrapped),
        &account_key,
    );
    let list: Vec<&str> = words.split(' ').collect();
    refused(
        out,
        "recovery-23-words",
        "A phrase has 24 words.",
        case(&list[..23].join(" "), &wrapped),
        "word-count",
    );
    let mut misspelt = list.clone();
    misspelt[6] = "strongroom";
    refused(
        out,
        "recovery-unknown-word",
        "A word that is not in the list is named by its place.",
        case(&misspelt.join(" "), &wrapped),
        "unknown-word-7",
    );
    let mut swapped = list;
    swapped.swap(3, 4);
    refused(
        out,
        "recovery-swapped-words",
        "The checksum notices exchanged words.",
        case(&swapped.join(" "), &wrapped),
        "checksum",
    );
    let other = RecoveryPhrase::make(&mut Seeded::new("another recovery"))
        .words()
        .to_string();
    refused(
        out,
        "recovery-another-phrase",
        "Another valid phrase gives another proof.",
        case(&other, &wrapped),
        "another-proof",
    );
    let by_password = under(context::account_key_by_password(&USER, &[0; 32]));
    refused(
        out,
        "recovery-wrap-of-password",
        "A key wrapped for a password does not pass for one wrapped for a phrase.",
        case(&words, &by_password),
        "does-not-belong-here",
    );
}
