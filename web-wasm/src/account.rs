//! `vault::account` for the page.

use protocol::AccountKeys;
use vault::{
    account::{self, Vault as Inner},
    pins::Pins,
};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::{Random, error::Failure, tree::Vault};

/// An account that exists on this device only.
#[wasm_bindgen]
pub struct NewAccount(account::NewAccount);

#[wasm_bindgen]
impl NewAccount {
    /// Makes everything that an account starts with; blocks for Argon2id.
    ///
    /// # Errors
    /// `kdf-refused` if this device does not have the memory for it.
    pub fn create(
        password: String,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<Self, Failure> {
        let password = Zeroizing::new(password);
        let account = account::NewAccount::create(&password, now as u64, &mut Random)?;
        Ok(Self(account))
    }

    /// The 24 words, one space between them.
    pub fn phrase(&self) -> String {
        self.0.phrase().to_string()
    }

    /// The body of `POST /auth/register`.
    ///
    /// # Errors
    /// None that a page could cause.
    pub fn request(&self, email: &str) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.0.request(email))?)
    }

    /// The proof for the login that follows.
    #[wasm_bindgen(js_name = passwordHash)]
    pub fn password_hash(&self) -> String {
        self.0.password_hash().to_owned()
    }

    /// The unlocked vault, once the server has accepted the registration.
    #[wasm_bindgen(js_name = intoVault)]
    pub fn into_vault(self) -> Vault {
        Vault(self.0.into_vault())
    }
}

/// What a password gives at sign-in.
#[wasm_bindgen]
pub struct Credentials(pub(crate) account::Credentials);

#[wasm_bindgen]
impl Credentials {
    /// Derives as the server's answer says, unless that is unacceptable; blocks for Argon2id.
    ///
    /// # Errors
    /// `kdf-refused`.
    pub fn derive(
        password: String,
        salt: &str,
        kdf: &str,
        pins: Option<Vec<u8>>,
    ) -> Result<Self, Failure> {
        let (password, pins) = (Zeroizing::new(password), parse_pins(pins)?);
        Ok(Self(account::Credentials::derive(
            &password,
            salt,
            kdf,
            pins.as_ref(),
        )?))
    }

    /// What is sent as `password_hash`.
    #[wasm_bindgen(js_name = passwordHash)]
    pub fn password_hash(&self) -> String {
        self.0.password_hash().to_owned()
    }
}

#[wasm_bindgen]
impl Vault {
    /// Unlocks with the account's keys. `proved`: the server has just accepted the password.
    ///
    /// # Errors
    /// `wrong-password`, `account-tampered`, `account-rolled-back`, `kdf-refused`,
    /// `unsupported-version`.
    pub fn unlock(
        credentials: &Credentials,
        keys: &str,
        pins: Option<Vec<u8>>,
        proved: bool,
    ) -> Result<Self, Failure> {
        let keys: AccountKeys = serde_json::from_str(keys)?;
        Ok(Self(Inner::unlock(
            &credentials.0,
            &keys,
            parse_pins(pins)?,
            proved,
        )?))
    }

    /// The account.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> String {
        self.0.user().to_string()
    }

    /// The root folder.
    #[wasm_bindgen(js_name = rootId)]
    pub fn root_id(&self) -> String {
        self.0.root().to_string()
    }

    /// What this device must keep; not secret.
    pub fn pins(&self) -> Vec<u8> {
        self.0.pins().encode()
    }

    /// Exchanges what this window has seen for what the device has kept; gives what the device
    /// must keep now.
    ///
    /// # Errors
    /// `account-tampered`, `forked` if they contradict each other.
    #[wasm_bindgen(js_name = exchangePins)]
    pub fn exchange_pins(&mut self, kept: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.exchange_pins(&Pins::parse(kept)?)?.encode())
    }

    /// The body of `PUT /user/keys` that brings the account's pins up to date, if needed.
    ///
    /// # Errors
    /// None that a page could cause.
    #[wasm_bindgen(js_name = sealedPins)]
    pub fn sealed_pins(&mut self) -> Result<Option<String>, Failure> {
        Ok(self
            .0
            .sealed_pins(&mut Random)
            .map(|request| serde_json::to_string(&request))
            .transpose()?)
    }

    /// The server has taken them.
    #[wasm_bindgen(js_name = sealedPinsAccepted)]
    pub fn sealed_pins_accepted(&mut self) {
        self.0.sealed_pins_accepted();
    }

    /// Takes over what another device has changed.
    ///
    /// # Errors
    /// As `unlock`.
    #[wasm_bindgen(js_name = mergeKeys)]
    pub fn merge_keys(&mut self, keys: &str) -> Result<(), Failure> {
        Ok(self.0.merge_keys(&serde_json::from_str(keys)?)?)
    }

    /// Whether another device has accepted an older state of the account since this one last
    /// looked; says so once.
    #[wasm_bindgen(js_name = takeAcceptedElsewhere)]
    pub fn take_accepted_elsewhere(&mut self) -> bool {
        self.0.take_accepted_elsewhere()
    }

    /// The body of `PATCH /user/password`; blocks for Argon2id.
    ///
    /// # Errors
    /// `wrong-password`.
    #[wasm_bindgen(js_name = changePassword)]
    pub fn change_password(
        &mut self,
        current: &Credentials,
        #[wasm_bindgen(js_name = newPassword)] new_password: String,
    ) -> Result<String, Failure> {
        let new_password = Zeroizing::new(new_password);
        let request = self
            .0
            .change_password(&current.0, &new_password, &mut Random)?;
        Ok(serde_json::to_string(&request)?)
    }

    /// Whether the account state in force is the one that was sent last.
    #[wasm_bindgen(js_name = hasNewPassword)]
    pub fn has_new_password(&self) -> bool {
        self.0.has_new_password()
    }

    /// The server has taken it.
    #[wasm_bindgen(js_name = passwordChanged)]
    pub fn password_changed(&mut self) {
        self.0.password_changed();
    }
}

/// An account that is older than what this device has seen of it, opened to be accepted.
#[wasm_bindgen]
pub struct OlderAccount(account::OlderAccount);

#[wasm_bindgen]
impl OlderAccount {
    /// Opens what `Vault.unlock` has refused as `account-rolled-back`, with the password of then.
    ///
    /// # Errors
    /// `wrong-password`, `account-tampered`, `kdf-refused`, `unsupported-version`; `internal` if
    /// it is not behind.
    pub fn open(credentials: &Credentials, keys: &str, pins: &[u8]) -> Result<Self, Failure> {
        let keys: AccountKeys = serde_json::from_str(keys)?;
        let pins = Pins::parse(pins)?;
        Ok(Self(account::OlderAccount::open(
            &credentials.0,
            &keys,
            pins,
        )?))
    }

    /// `{"state": {"seen", "served"} | null, "pins": {"seen", "served"} | null}`: with a state it
    /// takes a new password.
    ///
    /// # Errors
    /// None that a page could cause.
    pub fn difference(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.0.difference())?)
    }

    /// The body of `PATCH /user/password`, first, if the state is behind; blocks for Argon2id.
    ///
    /// # Errors
    /// `wrong-password`; `internal` if the state is not behind.
    #[wasm_bindgen(js_name = changePassword)]
    pub fn change_password(
        &mut self,
        current: &Credentials,
        #[wasm_bindgen(js_name = newPassword)] new_password: String,
    ) -> Result<String, Failure> {
        let new_password = Zeroizing::new(new_password);
        let request = self
            .0
            .change_password(&current.0, &new_password, &mut Random)?;
        Ok(serde_json::to_string(&request)?)
    }

    /// The server has taken it.
    #[wasm_bindgen(js_name = passwordChanged)]
    pub fn password_changed(&mut self) {
        self.0.password_changed();
    }

    /// The body of `PUT /user/keys`, by which it is accepted.
    ///
    /// # Errors
    /// `internal` before an older state was accepted.
    #[wasm_bindgen(js_name = sealedPins)]
    pub fn sealed_pins(&mut self) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.0.sealed_pins(&mut Random)?)?)
    }

    /// The unlocked vault, once the server has taken that.
    ///
    /// # Errors
    /// `internal` before `sealedPins`.
    #[wasm_bindgen(js_name = intoVault)]
    pub fn into_vault(self) -> Result<Vault, Failure> {
        Ok(Vault(self.0.into_vault()?))
    }
}

pub(crate) fn parse_pins(pins: Option<Vec<u8>>) -> Result<Option<Pins>, Failure> {
    Ok(pins.map(|bytes| Pins::parse(&bytes)).transpose()?)
}
