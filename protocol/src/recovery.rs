//! The recovery phrase: the second way to an account's keys.

use serde::{Deserialize, Serialize};

use crate::{AccountKeys, Base64, RecoveryEnrolment, SealedState, SessionKind};

/// `POST /auth/recovery/start`: proves that one has the phrase.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryStartRequest {
    /// Trimmed and lower-cased by the server.
    pub email: String,
    /// The phrase's proof, as it was enrolled.
    pub auth: String,
}

/// The answer to `POST /auth/recovery/start`. An unknown email, a bare account and a wrong
/// phrase all get the same 401 `INVALID_CREDENTIALS`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryStartResponse {
    /// For one `finish`; opaque.
    pub recovery_token: String,
    /// Seconds until the token is worth nothing.
    pub expires_in: u64,
    /// The account key wrapped under the phrase's key: 104 bytes.
    pub recovery_key: Base64,
    /// The account as it stands.
    pub keys: AccountKeys,
}

/// `POST /auth/recovery/finish`: a new password, in one transaction with what it wraps. All
/// sessions end; the answer is that of a login and begins a new one.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryFinishRequest {
    /// From `start`; spent by the first `finish` that succeeds.
    pub recovery_token: String,
    /// 32 to 1024 characters.
    pub new_password_hash: String,
    /// 16 to 1024 characters.
    pub new_salt: String,
    /// How the new hash was derived.
    pub kdf: String,
    /// The account key wrapped under the new password's key: 104 bytes.
    pub wrapped_key: Base64,
    /// The next account state.
    pub account_state: SealedState,
    /// Where the new session's refresh token goes.
    #[serde(default)]
    pub session: SessionKind,
}

/// `PUT /user/recovery`: another phrase; the one before it is worth nothing from then on.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplaceRecoveryRequest {
    /// The current password's.
    pub password_hash: String,
    /// What makes the new phrase work.
    pub recovery: RecoveryEnrolment,
    /// The next account state, which binds the new phrase's wrap.
    pub account_state: SealedState,
}
