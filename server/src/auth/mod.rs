//! Who is calling: access tokens, sessions, passwords.

pub(crate) mod caller;
pub(crate) mod cookie;
pub(crate) mod passwords;
pub(crate) mod recovery;
pub(crate) mod refresh;
pub(crate) mod token;

pub(crate) use caller::{AdminCaller, BareCaller, Caller, PartCaller, Reader, VaultCaller};
