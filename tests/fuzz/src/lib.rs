//! What must hold whatever bytes a parser is given.
//!
//! Each [`Target`] is a plain function that panics when something does not hold. `make fuzz`
//! searches for such bytes; the tests replay the committed corpus and changes of it.

mod account;
mod answers;
mod choices;
mod content;
mod core;
mod network;
mod requests;
mod tree;
mod world;

/// One parser, or a few that belong together.
pub struct Target {
    /// Its name, and its corpus' folder.
    pub name: &'static str,
    /// Checks one input: whether it was accepted. The same input has the same result.
    ///
    /// # Panics
    /// If something does not hold.
    pub check: fn(&[u8]) -> bool,
    /// Inputs to start from, accepted ones among them.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Bytes that checking may allocate in all: so many, and so many for each byte of input.
    pub memory: (usize, usize),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    core::ENVELOPE,
    core::PADDING,
    core::KDF,
    core::SALT,
    core::PHRASE,
    core::IDENTITY,
    core::SIGNATURE,
    core::RECORD,
    content::LAYOUT,
    content::CONTENT,
    content::SEGMENTS,
    tree::NAME,
    account::PINS,
    account::ACCOUNT,
    account::OTHER_WAYS,
    tree::LISTING,
    tree::DETAILS,
    answers::ANSWER,
    requests::ID,
    requests::BASE64,
    requests::REQUEST,
    network::RANGE,
    network::CURSOR,
    network::CONFIG,
    network::RATE,
    network::FORWARDED,
    network::HOST,
    network::TOKEN,
    network::COOKIE,
    network::SIGNED_URL,
    network::UPLOAD_LENGTH,
    network::FORM,
    network::BATCH,
    network::CHECKSUM,
    network::EMAIL,
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Checks an input that is text; anything else is refused.
fn text(bytes: &[u8], check: impl FnOnce(&str) -> bool) -> bool {
    std::str::from_utf8(bytes).is_ok_and(check)
}
