//! The account: signing up, the ways into it (a password, the recovery phrase, a device that
//! keeps it unlocked), and changing them.

mod avatar;
mod create;
mod credentials;
mod kept;
mod older;
mod open;
mod password;
mod recovery;
mod sealed;
mod unlocked;

use crypto_core::CryptoRng;

pub use self::{
    avatar::MAX_AVATAR,
    create::NewAccount,
    credentials::Credentials,
    older::{Behind, Difference, OlderAccount},
    recovery::{NewPhrase, Recovery},
    unlocked::Vault,
};

pub(crate) fn random(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes
}
