//! `/auth`.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod prelogin;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod verify;
