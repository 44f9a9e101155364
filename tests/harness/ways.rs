//! Other ways into an account than its password, as the web app takes them.

use crypto_core::keys::KeptKek;
use protocol::{AccountKeys, LoginResponse, PreloginResponse, RecoveryStartResponse, SessionKind};
use rand::{SeedableRng as _, rngs::StdRng};
use vault::{
    Vault, VaultError,
    account::{Credentials, Difference, OlderAccount, Recovery},
    pins::Pins,
};

use crate::device::{ClientError, Device, connect, data, log_in, post};

impl Device {
    /// Recovers an account with its phrase, under a new password.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn recover(
        url: &str,
        email: &str,
        phrase: &str,
        new_password: &str,
        pins: Option<Pins>,
    ) -> Result<Self, ClientError> {
        let (base, http) = connect(url);
        let mut rng = StdRng::from_rng(&mut rand::rng());
        let recovery = Recovery::parse(phrase)?;
        let answer: RecoveryStartResponse = post(
            http.post(format!("{base}/auth/recovery/start")),
            &recovery.request(email),
        )
        .await?;
        let mut vault = recovery.open(&answer, pins)?;
        let token = &answer.recovery_token;
        let request = vault.recover(token, new_password, SessionKind::Token, &mut rng)?;
        let login: LoginResponse =
            post(http.post(format!("{base}/auth/recovery/finish")), &request).await?;
        vault.recovered();
        Ok(Self {
            base,
            http,
            token: login.access_token,
            rng,
            email: email.to_owned(),
            phrase: phrase.to_owned(),
            vault,
        })
    }

    /// Signs in to an account that is older than `pins`, and accepts that: with a new password if
    /// it takes one, and one is given.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn accept_older(
        url: &str,
        email: &str,
        password: &str,
        pins: Pins,
        new_password: Option<&str>,
    ) -> Result<(Self, Difference), ClientError> {
        let (base, http) = connect(url);
        let mut rng = StdRng::from_rng(&mut rand::rng());
        let prelogin = http
            .get(format!("{base}/auth/prelogin"))
            .query(&[("email", email)]);
        let prelogin: PreloginResponse = data(prelogin.send().await?).await?;
        let kdf = prelogin.kdf.unwrap_or_default();
        let current = Credentials::derive(password, &prelogin.salt, &kdf, Some(&pins))?;
        let login = log_in(&http, &base, email, current.password_hash()).await?;
        let token = login.access_token;
        let keys = login.keys.ok_or(VaultError::AccountTampered)?;
        let mut older = OlderAccount::open(&current, &keys, pins)?;
        let difference = older.difference();
        if let Some(new) = new_password {
            let request = older.change_password(&current, new, &mut rng)?;
            let sent = http.patch(format!("{base}/user/password"));
            post::<serde_json::Value>(sent.bearer_auth(&token), &request).await?;
            older.password_changed();
        }
        let request = older.sealed_pins(&mut rng)?;
        let sent = http.put(format!("{base}/user/keys"));
        post::<serde_json::Value>(sent.bearer_auth(&token), &request).await?;
        let device = Self {
            base,
            http,
            token,
            rng,
            email: email.to_owned(),
            phrase: String::new(),
            vault: older.into_vault()?,
        };
        Ok((device, difference))
    }

    /// Replaces the recovery phrase.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn replace_phrase(&mut self, password: &str) -> Result<(), ClientError> {
        let keys: AccountKeys = self.get("/user/keys").await?;
        self.vault.merge_keys(&keys)?;
        let pins = Some(self.vault.pins());
        let current = Credentials::derive(password, &keys.salt, &keys.kdf, pins)?;
        let phrase = self.vault.make_phrase(&current, &mut self.rng)?;
        let request = self.vault.replace_phrase(&phrase, &mut self.rng);
        let sent = self.auth(self.http.put(format!("{}/user/recovery", self.base)));
        post::<serde_json::Value>(sent, &request).await?;
        self.vault.phrase_replaced();
        self.phrase = phrase.words().to_string();
        Ok(())
    }

    /// What the device keeps under `kek` to unlock without the password.
    pub fn keep(&mut self, kek: &KeptKek) -> Vec<u8> {
        self.vault.keep(kek, &mut self.rng)
    }

    /// Opens the vault again with what [`Device::keep`] gave, as after a reload.
    ///
    /// # Errors
    /// [`ClientError`]; the open vault stays as it was.
    pub async fn reopen(&mut self, kek: &KeptKek, kept: &[u8]) -> Result<(), ClientError> {
        let keys: AccountKeys = self.get("/user/keys").await?;
        let vault = Vault::unlock_kept(kek, kept, &keys, self.vault.pins().clone())?;
        if vault.user() != self.vault.user() {
            return Err(VaultError::AccountTampered.into());
        }
        self.vault = vault;
        Ok(())
    }
}
