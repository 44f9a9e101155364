//! Other ways into an account than its password, for the page.

use crypto_core::{context::KEPT_KEK, keys::KeptKek};
use protocol::{AccountKeys, Base64, RecoveryStartResponse, SessionKind};
use vault::{
    account::{self, Vault as Inner},
    pins::Pins,
};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::{
    Random,
    account::{Credentials, parse_pins},
    error::Failure,
    tree::Vault,
};

/// A recovery phrase that was typed.
#[wasm_bindgen]
pub struct Recovery(account::Recovery);

#[wasm_bindgen]
impl Recovery {
    /// Parses 24 words.
    ///
    /// # Errors
    /// `invalid-phrase`.
    pub fn parse(words: String) -> Result<Self, Failure> {
        let words = Zeroizing::new(words);
        Ok(Self(account::Recovery::parse(&words)?))
    }

    /// The body of `POST /auth/recovery/start`.
    ///
    /// # Errors
    /// None that a page could cause.
    pub fn request(&self, email: &str) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.0.request(email))?)
    }

    /// Opens the account with the data of the answer.
    ///
    /// # Errors
    /// `account-tampered`, `account-rolled-back`, `kdf-refused`, `unsupported-version`.
    pub fn open(&self, answer: &str, pins: Option<Vec<u8>>) -> Result<Vault, Failure> {
        let answer: RecoveryStartResponse = serde_json::from_str(answer)?;
        Ok(Vault(self.0.open(&answer, parse_pins(pins)?)?))
    }
}

/// A recovery phrase that is not yet the account's.
#[wasm_bindgen]
pub struct NewPhrase(account::NewPhrase);

#[wasm_bindgen]
impl NewPhrase {
    /// The 24 words, one space between them.
    pub fn words(&self) -> String {
        self.0.words().to_string()
    }
}

#[wasm_bindgen]
impl Vault {
    /// The body of `POST /auth/recovery/finish`; blocks for Argon2id. The session's refresh
    /// token goes into a cookie.
    ///
    /// # Errors
    /// `kdf-refused` if this device does not have the memory for it.
    pub fn recover(
        &mut self,
        token: &str,
        #[wasm_bindgen(js_name = newPassword)] new_password: String,
    ) -> Result<String, Failure> {
        let new_password = Zeroizing::new(new_password);
        let request = self
            .0
            .recover(token, &new_password, SessionKind::Cookie, &mut Random)?;
        Ok(serde_json::to_string(&request)?)
    }

    /// The server has taken it.
    pub fn recovered(&mut self) {
        self.0.recovered();
    }

    /// Makes a new recovery phrase.
    ///
    /// # Errors
    /// `wrong-password`.
    #[wasm_bindgen(js_name = makePhrase)]
    pub fn make_phrase(&self, current: &Credentials) -> Result<NewPhrase, Failure> {
        Ok(NewPhrase(self.0.make_phrase(&current.0, &mut Random)?))
    }

    /// The body of `PUT /user/recovery`.
    ///
    /// # Errors
    /// None that a page could cause.
    #[wasm_bindgen(js_name = replacePhrase)]
    pub fn replace_phrase(&mut self, phrase: &NewPhrase) -> Result<String, Failure> {
        let request = self.0.replace_phrase(&phrase.0, &mut Random);
        Ok(serde_json::to_string(&request)?)
    }

    /// The server has taken it.
    #[wasm_bindgen(js_name = phraseReplaced)]
    pub fn phrase_replaced(&mut self) {
        self.0.phrase_replaced();
    }

    /// Whether the account already has this phrase.
    #[wasm_bindgen(js_name = hasPhrase)]
    pub fn has_phrase(&self, phrase: &NewPhrase) -> bool {
        self.0.has_phrase(&phrase.0)
    }

    /// What a device applies its HMAC key to, so that the first 32 bytes of the result are the
    /// key for `keep` and `unlockKept`.
    #[wasm_bindgen(js_name = keptLabel)]
    pub fn kept_label() -> Vec<u8> {
        KEPT_KEK.to_vec()
    }

    /// What the device keeps to unlock without the password. `kek` is what the device derived.
    ///
    /// # Errors
    /// `internal` if `kek` is not 32 bytes.
    pub fn keep(&self, kek: Vec<u8>) -> Result<Vec<u8>, Failure> {
        Ok(self.0.keep(&import(kek)?, &mut Random))
    }

    /// Unlocks with what `keep` gave.
    ///
    /// # Errors
    /// `kept-ended`; otherwise as `unlock`.
    #[wasm_bindgen(js_name = unlockKept)]
    pub fn unlock_kept(
        kek: Vec<u8>,
        kept: &[u8],
        keys: &str,
        pins: &[u8],
    ) -> Result<Self, Failure> {
        let keys: AccountKeys = serde_json::from_str(keys)?;
        let pins = Pins::parse(pins)?;
        Ok(Self(Inner::unlock_kept(&import(kek)?, kept, &keys, pins)?))
    }

    /// Seals a picture; gives base64 for the profile.
    ///
    /// # Errors
    /// `internal` if it is longer than 48 KiB.
    #[wasm_bindgen(js_name = sealAvatar)]
    pub fn seal_avatar(&self, picture: &[u8]) -> Result<String, Failure> {
        Ok(Base64(self.0.seal_avatar(picture, &mut Random)?).to_string())
    }

    /// Opens a picture that the profile has in base64.
    ///
    /// # Errors
    /// Why it does not open.
    #[wasm_bindgen(js_name = openAvatar)]
    pub fn open_avatar(&self, sealed: &str) -> Result<Vec<u8>, Failure> {
        let sealed: Base64 = serde_json::from_value(sealed.into())?;
        Ok(self.0.open_avatar(&sealed.0)?.to_vec())
    }
}

fn import(kek: Vec<u8>) -> Result<KeptKek, Failure> {
    let kek = Zeroizing::new(kek);
    let bytes: [u8; 32] = kek[..]
        .try_into()
        .map_err(|_| Failure::internal("a key is 32 bytes"))?;
    Ok(KeptKek::import(bytes))
}
