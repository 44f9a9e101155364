//! The one envelope: C2SP chunked-encryption, Cobblestone-256, for what fits in memory.
//!
//! `salt 24 ‖ commitment 32 ‖ chunks of 16 KiB + 16`, the last chunk always short. The
//! commitment binds key and context and is checked first, in constant time.

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    OpenError,
    context::Context,
    hazmat::{self, CHUNK, COMMITMENT, ChunkCipher, ENCRYPTED_CHUNK, MessageKeys, SALT, TAG},
    keys::SealingKey,
};

/// Length of salt and commitment.
pub const HEADER: usize = SALT + COMMITMENT;

/// Length of the envelope around `plaintext` bytes.
#[must_use]
pub const fn sealed_len(plaintext: u64) -> u64 {
    HEADER as u64 + plaintext + TAG as u64 * (plaintext / CHUNK as u64 + 1)
}

/// Seals `plaintext` under `key`, bound to `context`.
pub fn seal(
    key: &impl SealingKey,
    context: &Context,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    let (header, keys) = start(key, context, rng);
    let cipher = ChunkCipher::new(&keys);
    let mut out =
        Vec::with_capacity(HEADER + plaintext.len() + TAG * (plaintext.len() / CHUNK + 1));
    out.extend_from_slice(&header);
    let (full, last) = plaintext.split_at(plaintext.len() / CHUNK * CHUNK);
    let mut index = 0;
    for chunk in full.chunks_exact(CHUNK) {
        cipher.seal(index, chunk, &mut out);
        index += 1;
    }
    cipher.seal(index, last, &mut out);
    out
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`OpenError::DoesNotBelongHere`] if key or context differ, [`OpenError::Altered`] if a
/// tag does not match (a cut or an addition inside a chunk included),
/// [`OpenError::Truncated`] if the short last chunk is missing. No plaintext is returned
/// then.
pub fn open(
    key: &impl SealingKey,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (header, mut rest) = sealed
        .split_at_checked(HEADER)
        .ok_or(OpenError::Truncated)?;
    let keys = check(key, context, header)?;
    let cipher = ChunkCipher::new(&keys);
    let mut out = Zeroizing::new(Vec::with_capacity(rest.len()));
    let mut index = 0;
    while rest.len() >= ENCRYPTED_CHUNK {
        let (chunk, tail) = rest.split_at(ENCRYPTED_CHUNK);
        cipher.open(index, chunk, &mut out)?;
        index += 1;
        rest = tail;
    }
    cipher.open(index, rest, &mut out)?;
    Ok(out)
}

/// Derives a new message's keys from a random salt: its header and the keys.
pub(crate) fn start(
    key: &impl SealingKey,
    context: &Context,
    rng: &mut impl CryptoRng,
) -> ([u8; HEADER], MessageKeys) {
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let keys = hazmat::derive_message_keys(&key.schedule(), &salt, context.as_bytes());
    let mut header = [0; HEADER];
    header[..SALT].copy_from_slice(&salt);
    header[SALT..].copy_from_slice(&keys.commitment);
    (header, keys)
}

/// Derives an existing message's keys and checks its commitment.
pub(crate) fn check(
    key: &impl SealingKey,
    context: &Context,
    header: &[u8],
) -> Result<MessageKeys, OpenError> {
    let (salt, commitment) = header.split_at_checked(SALT).ok_or(OpenError::Truncated)?;
    let salt = salt.try_into().map_err(|_| OpenError::Truncated)?;
    let keys = hazmat::derive_message_keys(&key.schedule(), salt, context.as_bytes());
    if bool::from(keys.commitment[..].ct_eq(commitment)) {
        Ok(keys)
    } else {
        Err(OpenError::DoesNotBelongHere)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        context,
        keys::{NodeKey, ReadyKey},
    };

    fn sealed(length: usize, seed: u64) -> (NodeKey, Context, Vec<u8>, Vec<u8>) {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = NodeKey::make(&mut rng);
        let context = context::metadata(&[1; 16], 7);
        let plaintext: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let message = seal(&key, &context, &plaintext, &mut rng);
        (key, context, plaintext, message)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn opens_what_it_sealed(length in 0usize..70_000, seed: u64) {
            let (key, context, plaintext, message) = sealed(length, seed);
            prop_assert_eq!(message.len() as u64, sealed_len(length as u64));
            prop_assert_eq!(&*open(&key, &context, &message).unwrap(), &plaintext);
        }

        #[test]
        fn any_changed_bit_is_refused(length in 0usize..40_000, seed: u64, at: prop::sample::Index, bit in 0u8..8) {
            let (key, context, _, mut message) = sealed(length, seed);
            let at = at.index(message.len());
            message[at] ^= 1 << bit;
            let expected = if at < HEADER { OpenError::DoesNotBelongHere } else { OpenError::Altered };
            prop_assert_eq!(open(&key, &context, &message).unwrap_err(), expected);
        }

        #[test]
        fn any_cut_is_refused(length in 0usize..40_000, seed: u64, at: prop::sample::Index) {
            let (key, context, _, mut message) = sealed(length, seed);
            message.truncate(at.index(message.len()));
            prop_assert!(open(&key, &context, &message).is_err());
        }
    }

    #[test]
    fn another_context_or_key_does_not_belong_here() {
        let (key, context, _, message) = sealed(100, 1);
        let (other, ..) = sealed(100, 2);
        assert_eq!(
            open(&other, &context, &message),
            Err(OpenError::DoesNotBelongHere)
        );
        let elsewhere = context::metadata(&[1; 16], 8);
        assert_eq!(
            open(&key, &elsewhere, &message),
            Err(OpenError::DoesNotBelongHere)
        );
    }

    #[test]
    fn a_ready_key_is_the_same_key() {
        let (key, context, plaintext, message) = sealed(100, 1);
        let (other, ..) = sealed(100, 2);
        let (ready, other) = (ReadyKey::of(&key), ReadyKey::of(&other));
        // Twice: the first use must leave nothing behind.
        for _ in 0..2 {
            assert_eq!(*open(&ready, &context, &message).unwrap(), plaintext);
            let mut rng = StdRng::seed_from_u64(3);
            let again = seal(&ready, &context, &plaintext, &mut rng);
            assert_eq!(*open(&key, &context, &again).unwrap(), plaintext);
        }
        assert_eq!(
            open(&other, &context, &message),
            Err(OpenError::DoesNotBelongHere)
        );
    }

    #[test]
    fn a_missing_last_chunk_is_a_truncation() {
        let (key, context, _, message) = sealed(CHUNK, 3);
        let cut = &message[..HEADER + ENCRYPTED_CHUNK];
        assert_eq!(open(&key, &context, cut), Err(OpenError::Truncated));
    }
}
