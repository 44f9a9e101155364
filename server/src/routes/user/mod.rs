//! `/user`: one's own account.

pub(crate) mod change_password;
pub(crate) mod keys;
pub(crate) mod profile;
pub(crate) mod storage;
