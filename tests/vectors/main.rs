//! Test vectors: published ones for every primitive that sealing stands on, and the
//! project's own files, one rule each. `README.md` beside this file says more.

mod files;
mod generate;
mod primitives;

use std::process::Command;

/// The 35 Wycheproof vectors for Cobblestone-256, run against our envelope.
#[test]
fn cobblestone_256_as_published() {
    let vectors = vectors::cobblestone().unwrap();
    assert_eq!(vectors.len(), 35);
    let wrong: Vec<_> = vectors.iter().filter(|one| one.result.is_err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `crypto-core` takes keys as bytes behind a feature. Vectors need it; whatever ships must
/// not have it.
#[test]
fn nothing_that_ships_takes_keys_as_bytes() {
    let features = |package| {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--edges", "normal,features", "--target", "all"])
            .args(["--prefix", "none", "--package", package])
            .output()
            .unwrap();
        assert!(tree.status.success(), "{package}: {tree:?}");
        String::from_utf8(tree.stdout).unwrap()
    };
    let door = r#"crypto-core feature "vectors""#;
    assert!(features("vectors").contains(door));
    for package in ["server", "vault", "web-wasm"] {
        assert!(!features(package).contains(door), "{package}");
    }
}
