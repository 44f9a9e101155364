//! Recovery tokens: what proving to have the phrase is worth, for one finish.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::secrets::{random, sha256};

/// How long a token lasts, in seconds.
pub(crate) const LIFETIME: u64 = 15 * 60;

const PREFIX: &str = "srp_";

/// A recovery token. It is stored as a hash only.
pub(crate) struct RecoveryToken(Zeroizing<[u8; 32]>);

impl RecoveryToken {
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// `None` when it cannot be one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?);
        Some(Self(Zeroizing::new(bytes[..].try_into().ok()?)))
    }

    /// As it is handed out.
    pub(crate) fn encode(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&self.0[..]))
    }

    /// As it is stored.
    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&self.0[..])
    }
}
