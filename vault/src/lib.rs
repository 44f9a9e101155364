//! The client brain of Strongroom.
//!
//! It takes the server's answers, believes none of them, and makes the requests that
//! change anything. It does no I/O, reads no clock and takes randomness as a parameter,
//! so that the browser, the command line and the tests run the same code:
//!
//! * [`account`]: signing up, deriving from a password, unlocking, changing the password;
//! * [`tree`]: folders, their verification against signed heads, and commits;
//! * [`transfer`]: what to seal and send, what to fetch and check;
//! * [`search`]: finding files by name, tag, description and text;
//! * [`findings`]: what the server got wrong, for the person whom it concerns.

pub mod account;
pub mod findings;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod pins;
pub mod search;
pub mod transfer;
pub mod tree;

mod error;
mod names;
mod ordered;
mod records;

pub use account::Vault;
pub use error::VaultError;
