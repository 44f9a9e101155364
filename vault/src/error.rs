use crypto_core::{OpenError, kdf::KdfError, recovery::PhraseError};
use thiserror::Error;

use crate::findings::FindingKind;

/// Why the vault did not do something. [`VaultError::code`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The password does not unwrap the account key.
    #[error("the password is wrong")]
    WrongPassword,
    /// The text is no recovery phrase.
    #[error("{0}")]
    InvalidPhrase(PhraseError),
    /// The device no longer has what kept the account unlocked, or the password has changed
    /// since: it is asked for again.
    #[error("the account is no longer kept unlocked")]
    KeptEnded,
    /// The server asks for a derivation that is unknown, too cheap, too dear, or weaker than
    /// this device has seen for the account. Nothing was derived.
    #[error("the server asks for an unacceptable key derivation")]
    KdfRefused,
    /// The account's keys or state are not those of this account.
    #[error("the server has tampered with the account")]
    AccountTampered,
    /// The account state, or the sealed pins, are older than what this device has seen, or
    /// others under the same number; see [`OlderAccount`](crate::account::OlderAccount).
    #[error("the server shows an old state of the account")]
    AccountRolledBack,
    /// Something that the server got wrong stands in the way.
    #[error("{}", .0.as_str())]
    Finding(FindingKind),
    /// The folder has not been verified, so nothing may be written there.
    #[error("the folder is not verified")]
    FolderNotVerified,
    /// There is no such file or folder in what was verified.
    #[error("no such entry")]
    NoSuchEntry,
    /// Empty, longer than 255 bytes, or with a slash or a NUL.
    #[error("the name is not allowed")]
    InvalidName,
    /// Too many tags, or too long a tag, description or category.
    #[error("the tags, description or category are too long")]
    InvalidMetadata,
    /// A folder cannot be moved or copied into itself.
    #[error("a folder cannot be put into itself")]
    IntoItself,
    /// Folders in folders are too many levels deep.
    #[error("too many folders in folders")]
    TooDeep,
    /// The file is not the one that was being uploaded: other bytes must not be sealed with
    /// the same key.
    #[error("the file changed while it was being uploaded")]
    FileChanged,
    /// Another version is current than the one that this change began with.
    #[error("the file has changed since")]
    ChangedSince,
    /// The answer is not what the protocol says.
    #[error("the server's answer is malformed")]
    BadAnswer,
    /// Too long, too many, or out of order: a mistake of the calling program.
    #[error("the request is not possible")]
    Impossible,
}

impl VaultError {
    /// The code under which programs and translations know it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::InvalidPhrase(_) => "invalid-phrase",
            Self::KeptEnded => "kept-ended",
            Self::KdfRefused => "kdf-refused",
            Self::AccountTampered => "account-tampered",
            Self::AccountRolledBack => "account-rolled-back",
            Self::Finding(kind) => kind.as_str(),
            Self::FolderNotVerified => "folder-not-verified",
            Self::NoSuchEntry => "no-such-entry",
            Self::InvalidName => "invalid-name",
            Self::InvalidMetadata => "invalid-metadata",
            Self::IntoItself => "into-itself",
            Self::TooDeep => "too-deep",
            Self::FileChanged => "file-changed",
            Self::ChangedSince => "changed-since",
            Self::BadAnswer => "bad-answer",
            Self::Impossible => "internal",
        }
    }
}

impl From<OpenError> for VaultError {
    fn from(error: OpenError) -> Self {
        Self::Finding(error.into())
    }
}

impl From<PhraseError> for VaultError {
    fn from(error: PhraseError) -> Self {
        Self::InvalidPhrase(error)
    }
}

impl From<KdfError> for VaultError {
    fn from(_: KdfError) -> Self {
        Self::KdfRefused
    }
}
