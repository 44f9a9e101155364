//! Rules of the project that a test can hold.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::app::binary;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

#[test]
fn the_server_depends_on_nothing_that_could_open_anything() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "tree",
            "-p",
            "server",
            "-e",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "-f",
            "{p}",
        ])
        .current_dir(project())
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(
        tree.starts_with("server "),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(tree.lines().any(|line| line.starts_with("protocol ")));
    for forbidden in ["crypto-core", "vault", "aes-gcm", "hpke", "ed25519-dalek"] {
        let found = tree
            .lines()
            .any(|line| line.split(' ').next() == Some(forbidden));
        assert!(!found, "the server depends on {forbidden}");
    }
}

#[test]
fn the_committed_openapi_document_is_the_servers_own() {
    let path = project().join("docs/openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap();
    let output = Command::new(binary()).arg("openapi").output().unwrap();
    let current = String::from_utf8(output.stdout).unwrap();
    assert!(
        committed == current,
        "docs/openapi.json is stale: strongroom-server openapi > docs/openapi.json"
    );
    let document: serde_json::Value = serde_json::from_str(&current).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn error_codes_never_change() {
    let document: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(project().join("docs/openapi.json")).unwrap(),
    )
    .unwrap();
    let documented: Vec<&str> = document["components"]["schemas"]["ErrorCode"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    let known: Vec<&str> = protocol::ErrorCode::ALL
        .iter()
        .map(|code| code.as_str())
        .collect();
    assert_eq!(documented, known);
    // Codes may be added; those that are out in the world stay.
    let published = [
        "UNAUTHORIZED",
        "INVALID_CREDENTIALS",
        "ACCOUNT_INACTIVE",
        "FORBIDDEN",
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "GONE",
        "CONFLICT",
        "EMAIL_TAKEN",
        "VALIDATION_ERROR",
        "BAD_REQUEST",
        "PAYLOAD_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "RANGE_NOT_SATISFIABLE",
        "STORAGE_QUOTA_EXCEEDED",
        "RATE_LIMITED",
        "HEAD_REQUIRED",
        "HEAD_CONFLICT",
        "KEYS_REQUIRED",
        "STORAGE_FULL",
        "UNAVAILABLE",
        "INTERNAL",
    ];
    assert_eq!(known[..published.len()], published);
}
