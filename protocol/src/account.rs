//! Accounts, sessions and keys.

use serde::{Deserialize, Serialize};

use crate::{Base64, NewHead, NodeId, SealedAcl, SealedMetadata, UserId};

/// `POST /auth/register`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterRequest {
    /// Trimmed and lower-cased by the server; unique so.
    pub email: String,
    /// What the client derived from the password: 32 to 1024 characters.
    pub password_hash: String,
    /// The salt that the client used: 16 to 1024 characters.
    pub salt: String,
    /// The account's id, if the client binds it into what it seals.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// How the client derives: a PHC-like string such as `argon2id$v=19$m=65536,t=3,p=1`.
    #[serde(default)]
    pub kdf: Option<String>,
    /// A public name, 64 characters at most.
    #[serde(default)]
    pub username: Option<String>,
    /// 100 characters at most.
    #[serde(default)]
    pub first_name: Option<String>,
    /// 100 characters at most.
    #[serde(default)]
    pub last_name: Option<String>,
    /// With keys the account is a vault from its first moment; `user_id` and `kdf` are then required.
    #[serde(default)]
    pub keys: Option<NewKeys>,
}

/// Everything sealed that a new vault starts with.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewKeys {
    /// The version of the sealed formats.
    pub format: u32,
    /// The signed identity record; public.
    pub identity: Base64,
    /// The account key wrapped under the password's key: 104 bytes.
    pub wrapped_key: Base64,
    /// The second way in.
    pub recovery: RecoveryEnrolment,
    /// The account state; its epoch is 1.
    pub account_state: SealedState,
    /// The sealed pins; their epoch is 1.
    pub pins: SealedState,
    /// The root folder.
    pub root: NewRoot,
}

/// What makes a recovery phrase work.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryEnrolment {
    /// The account key wrapped under the phrase's key: 104 bytes.
    pub wrapped_key: Base64,
    /// The phrase's proof, handled like `password_hash`: 32 to 1024 characters.
    pub auth: String,
}

/// A sealed record with a counter that only grows by one (compare-and-swap).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedState {
    /// Starts at 1.
    pub epoch: u64,
    /// The sealed record.
    pub sealed: Base64,
}

/// The root folder of a new vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRoot {
    /// Also the vault's id.
    pub id: NodeId,
    /// The root's key wrapped under the account key: 104 bytes. Its epoch is 1.
    pub wrapped_key: Base64,
    /// The root's own metadata; its rev is 1.
    pub metadata: SealedMetadata,
    /// Who may write below the root; its seq is 1.
    pub acl: SealedAcl,
    /// The first head; `expected_seq` is 0 and `seq` is 1.
    pub head: NewHead,
}

/// The answer to `POST /auth/register`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterResponse {
    /// The new account.
    pub user_id: UserId,
    /// As it was normalised.
    pub email: String,
    /// RFC 3339.
    pub created_at: String,
}

/// The answer to `GET /auth/prelogin?email=`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreloginResponse {
    /// The salt given at registration, or a stable invention for an unknown email.
    pub salt: String,
    /// `null` for an account that another program made without saying how it derives.
    pub kdf: Option<String>,
}

/// `POST /auth/login`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// Trimmed and lower-cased by the server.
    pub email: String,
    /// As at registration.
    pub password_hash: String,
    /// Where the refresh token goes.
    #[serde(default)]
    pub session: SessionKind,
}

/// Where a session keeps its refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// In the body of the answer.
    #[default]
    Token,
    /// In an `HttpOnly; SameSite=Strict` cookie, and nowhere else.
    Cookie,
}

/// The answer to `POST /auth/login`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginResponse {
    /// A JWT for the `Authorization: Bearer` header.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
    /// `null` when the session keeps it in a cookie.
    pub refresh_token: Option<String>,
    /// The account.
    pub user: UserSummary,
    /// `null` for a bare account.
    pub keys: Option<AccountKeys>,
}

/// The account as `login` shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSummary {
    /// The account.
    pub id: UserId,
    /// Normalised.
    pub email: String,
    /// Stored bytes.
    pub storage_used: u64,
    /// The quota in bytes.
    pub storage_limit: u64,
}

/// `GET /user/keys`: what a client needs to unlock the vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountKeys {
    /// The version of the sealed formats.
    pub format: u32,
    /// The account that the keys are bound to.
    pub user_id: UserId,
    /// For deriving the password's key again.
    pub salt: String,
    /// For deriving the password's key again.
    pub kdf: String,
    /// The signed identity record.
    pub identity: Base64,
    /// The account key wrapped under the password's key.
    pub wrapped_key: Base64,
    /// The current account state.
    pub account_state: SealedState,
    /// The current sealed pins.
    pub pins: SealedState,
    /// The vault's root folder.
    pub root: NodeId,
}

/// `PUT /user/keys`: each part is a compare-and-swap, its epoch the current one plus one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateKeysRequest {
    /// The next account state.
    #[serde(default)]
    pub account_state: Option<SealedState>,
    /// The next pins.
    #[serde(default)]
    pub pins: Option<SealedState>,
    /// The epoch of the pins that these replace, if it is not the one before theirs: after a
    /// backup was restored, epochs that devices have seen are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_pins: Option<u64>,
}

/// `POST /auth/refresh`; all fields optional, an empty body is allowed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// Rotated: the answer has the next one. Without it the cookie is used, then the bearer token.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// The answer to `POST /auth/refresh`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshResponse {
    /// The new access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
    /// The next refresh token, when one was sent in the body.
    pub refresh_token: Option<String>,
}

/// The answer to `GET /auth/verify`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyResponse {
    /// Always `true`; an invalid token gets 401.
    pub valid: bool,
    /// The token's account.
    pub user_id: UserId,
    /// RFC 3339.
    pub expires_at: String,
}

/// `PATCH /user/password`. The last three fields are required for a vault.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePasswordRequest {
    /// Derived with the current salt.
    pub old_password_hash: String,
    /// Derived with the new salt: 32 to 1024 characters.
    pub new_password_hash: String,
    /// 16 to 1024 characters.
    pub new_salt: String,
    /// How the new hash was derived.
    #[serde(default)]
    pub kdf: Option<String>,
    /// The account key wrapped under the new password's key: 104 bytes.
    #[serde(default)]
    pub wrapped_key: Option<Base64>,
    /// The next account state.
    #[serde(default)]
    pub account_state: Option<SealedState>,
    /// The epoch of the account state that it replaces, if it is not the one before its own:
    /// after a backup was restored, epochs that devices have seen are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_state: Option<u64>,
}

/// `GET /user/profile`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// The account.
    pub id: UserId,
    /// Normalised.
    pub email: String,
    /// The public name.
    pub username: Option<String>,
    /// As given.
    pub first_name: Option<String>,
    /// As given.
    pub last_name: Option<String>,
    /// `admin` or `user`.
    pub role: String,
    /// RFC 3339.
    pub created_at: String,
    /// Stored bytes.
    pub storage_used: u64,
    /// The quota in bytes.
    pub storage_limit: u64,
    /// 0 to 100, two decimals.
    pub storage_percentage: f64,
    /// Files, trashed ones included; folders not.
    pub total_files: u64,
    /// RFC 3339.
    pub last_login: Option<String>,
    /// A small picture, opaque: the app seals it.
    pub avatar: Option<Base64>,
}

/// `PATCH /user/profile`: only the fields that are present change; `null` empties one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateProfileRequest {
    /// 64 characters at most.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub username: Option<Option<String>>,
    /// 100 characters at most.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub first_name: Option<Option<String>>,
    /// 100 characters at most.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub last_name: Option<Option<String>>,
    /// 1 to 65536 bytes.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Base64>))]
    pub avatar: Option<Option<Base64>>,
}

/// Tells a field that is there and `null` from one that is not there.
pub(crate) fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// `GET /user/storage`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Storage {
    /// Stored bytes.
    pub used: u64,
    /// The quota in bytes.
    pub limit: u64,
    /// What is left, uploads under way counted as used.
    pub available: u64,
    /// 0 to 100, two decimals.
    pub percentage: f64,
    /// Files, trashed ones included; folders not.
    pub file_count: u64,
    /// The file that occupies most.
    pub largest_file: Option<LargestFile>,
}

/// The file that occupies most.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LargestFile {
    /// The file.
    pub id: NodeId,
    /// Its sealed metadata.
    pub encrypted_filename: String,
    /// Stored bytes, all versions.
    pub size: u64,
}
