//! All SQL, one file a table. Functions here know rows and nothing of HTTP.

/// Declares statements as constants, and lists them for the test that prepares each.
macro_rules! statements {
    ($($(#[$attribute:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$attribute])* const $name: &str = $sql;)*
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[&str] = &[$($name),*];
    };
}

mod budget;

pub(crate) mod bare;
pub(crate) mod blobs;
pub(crate) mod changes;
pub(crate) mod commits;
pub(crate) mod entries;
pub(crate) mod heads;
pub(crate) mod nodes;
pub(crate) mod recoveries;
pub(crate) mod sessions;
pub(crate) mod subtree;
pub(crate) mod uploads;
pub(crate) mod users;
pub(crate) mod vaults;
pub(crate) mod versions;

pub(crate) use budget::{Budget, ENTRY, PAGE_BYTES, ROW};

/// Every statement of the program.
#[cfg(test)]
pub(crate) fn all_statements() -> Vec<&'static str> {
    [
        bare::STATEMENTS,
        blobs::STATEMENTS,
        changes::STATEMENTS,
        commits::STATEMENTS,
        entries::STATEMENTS,
        &entries::listing_statements(),
        heads::STATEMENTS,
        nodes::STATEMENTS,
        recoveries::STATEMENTS,
        sessions::STATEMENTS,
        subtree::STATEMENTS,
        uploads::STATEMENTS,
        users::STATEMENTS,
        vaults::STATEMENTS,
        versions::STATEMENTS,
    ]
    .concat()
}
