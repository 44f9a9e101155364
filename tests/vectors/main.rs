//! Test vectors: published ones for every primitive that sealing stands on, and the
//! project's own files, one rule each. `README.md` beside this file says more.

mod files;
mod generate;
mod primitives;

/// The 35 Wycheproof vectors for Cobblestone-256, run against our envelope.
#[test]
fn cobblestone_256_as_published() {
    let vectors = vectors::cobblestone().unwrap();
    assert_eq!(vectors.len(), 35);
    let wrong: Vec<_> = vectors.iter().filter(|one| one.result.is_err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
