//! The recovery phrase: 24 BIP-39 words that are a second way to the account key.

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    context::label, hazmat::hkdf_sha512, kdf::auth_string, keys::RecoveryKek,
    keys::sealed::Bytes as _,
};

/// 256 bits of entropy. The phrase is BIP-39's encoding of them, but keys come from the
/// entropy itself, not from BIP-39's PBKDF2 seed: it needs no stretching.
pub struct RecoveryPhrase(Zeroizing<[u8; 32]>);

/// The text is not a phrase of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhraseError {
    /// Not 24 words.
    #[error("a recovery phrase has 24 words")]
    WordCount,
    /// The word at this place (from 1) is not in the list.
    #[error("word {0} is not in the word list")]
    UnknownWord(usize),
    /// All words are in the list, but one is wrong or two are exchanged.
    #[error("the words do not belong together")]
    Checksum,
}

impl RecoveryPhrase {
    /// A new random phrase.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *entropy);
        Self(entropy)
    }

    /// Parses 24 words in any case, with any space between them.
    ///
    /// # Errors
    /// [`PhraseError`], naming the first word that is not in the list.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        if words.len() != 24 {
            return Err(PhraseError::WordCount);
        }
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words.join(" ")).map_err(
            |error| match error {
                bip39::Error::UnknownWord(index) => PhraseError::UnknownWord(index + 1),
                _ => PhraseError::Checksum,
            },
        )?;
        let (entropy, _) = mnemonic.to_entropy_array();
        let mut phrase = Zeroizing::new([0; 32]);
        phrase.copy_from_slice(&entropy[..32]);
        Ok(Self(phrase))
    }

    /// The 24 words, one space between them.
    #[must_use]
    pub fn words(&self) -> Zeroizing<String> {
        let mnemonic =
            Mnemonic::from_entropy_in(Language::English, &*self.0).expect("32 bytes make 24 words");
        let mut text = Zeroizing::new(String::with_capacity(24 * 9));
        for word in mnemonic.words() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// The proof that is sent instead of a password hash: 44 characters of base64.
    #[must_use]
    pub fn auth(&self) -> Zeroizing<String> {
        auth_string(hkdf_sha512(&*self.0, label::RECOVERY_AUTH))
    }

    /// What wraps the account key.
    #[must_use]
    pub fn kek(&self) -> RecoveryKek {
        RecoveryKek::from_bytes(hkdf_sha512(&*self.0, label::RECOVERY_KEK))
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn words_round_trip() {
        let phrase = RecoveryPhrase::make(&mut StdRng::seed_from_u64(1));
        let words = phrase.words();
        assert_eq!(words.split(' ').count(), 24);
        let shouted = words.to_uppercase().replace(' ', "\n  ");
        assert_eq!(
            *RecoveryPhrase::parse(&shouted).unwrap().auth(),
            *phrase.auth()
        );
    }

    #[test]
    fn wrong_words_are_named() {
        let phrase = RecoveryPhrase::make(&mut StdRng::seed_from_u64(2)).words();
        let mut words: Vec<&str> = phrase.split(' ').collect();
        assert_eq!(
            RecoveryPhrase::parse(&words[..23].join(" ")).err(),
            Some(PhraseError::WordCount)
        );
        let third = std::mem::replace(&mut words[2], "strongroom");
        assert_eq!(
            RecoveryPhrase::parse(&words.join(" ")).err(),
            Some(PhraseError::UnknownWord(3))
        );
        words[2] = third;
        words.swap(0, 1);
        assert_eq!(
            RecoveryPhrase::parse(&words.join(" ")).err(),
            Some(PhraseError::Checksum)
        );
    }
}
