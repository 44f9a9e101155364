//! Sealed formats: the envelope, padding, derivations, identities, records.

use std::{convert::Infallible, sync::LazyLock};

use crypto_core::{
    context::{self, SignaturePurpose},
    envelope,
    identity::{self, Identity, IdentityRecord},
    kdf::{self, KdfParams},
    keys::AccountKey,
    padding, record,
    recovery::RecoveryPhrase,
    vectors,
};
use rand::{TryCryptoRng, TryRng};

use crate::{Target, choices::Choices, text, world::world};

/// Randomness that gives these bytes, then zeros.
pub(crate) struct Given<'a>(pub(crate) &'a [u8]);

impl TryRng for Given<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let (given, rest) = self.0.split_at(bytes.len().min(self.0.len()));
        bytes.fill(0);
        bytes[..given.len()].copy_from_slice(given);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}

const USER: [u8; 16] = [9; 16];
/// Lengths around the edges of chunks.
const LENGTHS: &[usize] = &[0, 1, 32, 300, 16_383, 16_384, 16_385, 33_000];

fn account_key() -> AccountKey {
    vectors::key([7; 32])
}

fn plaintext(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 7 % 251) as u8).collect()
}

/// The first byte says whether the rest is a message or changes a genuine one.
pub(crate) const ENVELOPE: Target = Target {
    name: "envelope",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let context = context::account_state(&USER, 1);
        let genuine = choices.byte().is_multiple_of(2).then(|| {
            let plain = plaintext(*choices.one_of(LENGTHS));
            envelope::seal(&account_key(), &context, &plain, &mut Given(&[3; 24]))
        });
        let message = match &genuine {
            None => choices.rest().to_vec(),
            Some(genuine) => {
                let mut message = genuine.clone();
                while !choices.is_empty() {
                    choices.change(&mut message);
                }
                message
            }
        };
        let Ok(plain) = envelope::open(&account_key(), &context, &message) else {
            assert!(genuine.is_none_or(|genuine| genuine != message), "refused");
            return false;
        };
        // Only what sealing gives is opened.
        let again = envelope::seal(&account_key(), &context, &plain, &mut Given(&message[..24]));
        assert!(again == message, "a forgery opened");
        assert_eq!(
            envelope::sealed_len(plain.len() as u64),
            message.len() as u64
        );
        if let Some(genuine) = genuine {
            assert!(genuine == message, "a changed message opened");
        }
        for other in [context::account_state(&USER, 2), context::pins(&USER, 1)] {
            assert!(envelope::open(&account_key(), &other, &message).is_err());
        }
        true
    },
    seeds: || {
        let context = context::account_state(&USER, 1);
        let sealed = envelope::seal(&account_key(), &context, b"plain", &mut Given(&[5; 24]));
        let mut seeds = vec![[&[1][..], &sealed].concat(), vec![1]];
        for index in 0..LENGTHS.len() as u8 {
            seeds.push(vec![0, 0, index]);
            seeds.push(vec![0, 0, index, 0, 60, 0, 3]);
            seeds.push(vec![0, 0, index, 0, 70, 2]);
        }
        seeds
    },
    memory: (1 << 20, 64),
};

pub(crate) const PADDING: Target = Target {
    name: "padding",
    check: |bytes| {
        let padded = padding::pad(bytes);
        assert_eq!(padding::unpad(&padded), Ok(bytes));
        assert_eq!(padded.len() % padding::METADATA_STEP, 0);
        let mut length = [0; 8];
        let from = bytes.len().saturating_sub(8);
        length[..bytes.len() - from].copy_from_slice(&bytes[from..]);
        let length = u64::from_be_bytes(length) >> 1;
        assert!(padding::padme(length) >= length);
        padding::unpad(bytes).is_ok_and(|record| {
            assert_eq!(padding::pad(record)[..], *bytes);
            true
        })
    },
    seeds: || {
        vec![
            padding::pad(b"").to_vec(),
            padding::pad(&[1; 130]).to_vec(),
            vec![0; 128],
            vec![],
        ]
    },
    memory: (4096, 16),
};

pub(crate) const KDF: Target = Target {
    name: "kdf",
    check: |bytes| {
        text(bytes, |text| {
            text.parse::<KdfParams>().is_ok_and(|params| {
                assert_eq!(params.to_string(), text);
                assert!(!params.weaker_than(&KdfParams::FLOOR));
                assert!(!KdfParams::CEILING.weaker_than(&params));
                true
            })
        })
    },
    seeds: || {
        [
            "argon2id$v=19$m=65536,t=3,p=1",
            "argon2id$v=19$m=1048576,t=16,p=4",
            "argon2id$v=19$m=65535,t=3,p=1",
            "argon2id$v=19$m=065536,t=3,p=1",
            "argon2id$v=19$m=99999999999999999999,t=3,p=1",
            "argon2i$v=19$m=65536,t=3,p=1",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    memory: (4096, 16),
};

pub(crate) const SALT: Target = Target {
    name: "salt",
    check: |bytes| {
        text(bytes, |text| {
            kdf::parse_salt(text).is_ok_and(|salt| {
                assert_eq!(kdf::encode_salt(&salt), text);
                true
            })
        })
    },
    seeds: || {
        let salt = kdf::encode_salt(&[7; kdf::SALT]);
        let cut = salt.as_bytes()[1..].to_vec();
        vec![salt.into_bytes(), cut]
    },
    memory: (4096, 16),
};

pub(crate) const PHRASE: Target = Target {
    name: "phrase",
    check: |bytes| {
        text(bytes, |text| {
            RecoveryPhrase::parse(text).is_ok_and(|phrase| {
                let words = phrase.words();
                assert_eq!(words.split(' ').count(), 24);
                let again = RecoveryPhrase::parse(&words).expect("our own words");
                assert_eq!(again.auth(), phrase.auth());
                // Only case and space may differ from the words themselves.
                let said: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
                assert_eq!(said.join(" "), *words);
                true
            })
        })
    },
    seeds: || {
        let words = RecoveryPhrase::make(&mut Given(&[1, 2, 3, 4])).words();
        let (first, rest) = words.split_once(' ').expect("24 words");
        vec![
            words.as_bytes().to_vec(),
            words.to_uppercase().replace(' ', "\n\t ").into_bytes(),
            format!("{rest} {first}").into_bytes(),
            rest.as_bytes().to_vec(),
            words.replace('a', "\u{e4}").into_bytes(),
        ]
    },
    memory: (16_384, 64),
};

static IDENTITY_OF: LazyLock<Identity> = LazyLock::new(|| Identity::from_seeds(&[1; 32], &[2; 32]));

pub(crate) const IDENTITY: Target = Target {
    name: "identity",
    check: |bytes| {
        let _ = identity::identity_hash(bytes);
        IdentityRecord::parse(bytes).is_ok_and(|record| {
            assert_eq!(record::encode(&record), bytes[64..]);
            assert_eq!(record.receiving_key.len(), identity::RECEIVING_KEY);
            let signed = identity::verify(&record.signing_key, SignaturePurpose::Identity, bytes);
            assert_eq!(signed, Ok(&bytes[64..]));
            true
        })
    },
    seeds: || {
        let published = IDENTITY_OF.publish(&USER);
        let cut = published[..published.len() - 1].to_vec();
        vec![published, cut, vec![0; 64]]
    },
    memory: (16_384, 64),
};

/// 32 bytes of public key, or zeros for ours; then what is signed.
pub(crate) const SIGNATURE: Target = Target {
    name: "signature",
    check: |bytes| {
        let Some((public, signed)) = bytes.split_first_chunk::<32>() else {
            return false;
        };
        let ours = *public == [0; 32];
        let public = if ours {
            IDENTITY_OF.signing_public()
        } else {
            *public
        };
        let purposes = [
            SignaturePurpose::Identity,
            SignaturePurpose::Head,
            SignaturePurpose::Acl,
        ];
        let accepted = purposes.into_iter().filter(|purpose| {
            identity::verify(&public, *purpose, signed).is_ok_and(|record| {
                assert_eq!(record, &signed[64..]);
                assert!(
                    !ours || IDENTITY_OF.sign(*purpose, record) == signed,
                    "a forgery"
                );
                true
            })
        });
        let accepted = accepted.count();
        assert!(accepted < 2, "one signature, two purposes");
        accepted == 1
    },
    seeds: || {
        let sign = |purpose| IDENTITY_OF.sign(purpose, b"a record");
        let head = sign(SignaturePurpose::Head);
        let public = IDENTITY_OF.signing_public();
        vec![
            [&[0; 32], &head[..]].concat(),
            [&public, &head[..]].concat(),
            [&[0; 32], &sign(SignaturePurpose::Acl)[..]].concat(),
            [&[1; 32], &head[..]].concat(),
            [&[0; 32], &head[..70]].concat(),
        ]
    },
    memory: (4096, 64),
};

/// A record's name by its place in the list, then its bytes.
pub(crate) const RECORD: Target = Target {
    name: "record",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let name =
            vault::fuzzing::RECORDS[usize::from(choices.byte()) % vault::fuzzing::RECORDS.len()];
        let bytes = choices.rest();
        vault::fuzzing::reencode(name, bytes).is_some_and(|again| {
            assert_eq!(again, bytes, "a record has one encoding");
            true
        })
    },
    seeds: || {
        let mut seeds: Vec<Vec<u8>> = (0..6).map(|kind| vec![kind, 0xa1, 0, 1]).collect();
        seeds.push([&[1][..], &world().pins[0].encode()].concat());
        let samples = vault::fuzzing::samples();
        assert_eq!(samples.len(), vault::fuzzing::RECORDS.len());
        seeds.extend(
            (0..)
                .zip(samples)
                .map(|(kind, record)| [&[kind][..], &record].concat()),
        );
        seeds
    },
    // A list's length is believed only as far as there are bytes.
    memory: (16_384, 512),
};
