//! `/auth`.

mod begin;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod prelogin;
pub(crate) mod recovery_finish;
pub(crate) mod recovery_start;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod verify;
