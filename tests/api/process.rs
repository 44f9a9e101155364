//! Starting, refusing to start, and stopping.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use harness::account::Account;
use harness::app::binary;

use crate::start;
use crate::uploads::{begin_part, wait_until_written};

fn serve(args: &[&str]) -> Output {
    Command::new(binary())
        .arg("serve")
        .args(args)
        .output()
        .unwrap()
}

/// It says one clear sentence that names what is wrong, and nothing else.
fn refuses(args: &[&str], named: &[&str]) {
    let output = serve(args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(output.status.code().is_some(), "it was killed");
    assert!(output.stdout.is_empty());
    assert!(!said.contains("panicked"), "{said}");
    for name in named {
        assert!(said.contains(name), "{said}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    refuses(
        &["--data-dir", text(&file), "--listen", "127.0.0.1:0"],
        &["cannot use the data directory", text(&file)],
    );
    let below = file.join("data");
    refuses(
        &["--data-dir", text(&below), "--listen", "127.0.0.1:0"],
        &["cannot use the data directory", text(&below)],
    );

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = dir.path().join("data");
    refuses(
        &["--data-dir", text(&data), "--listen", &address],
        &["cannot listen on", &address, "in use"],
    );
    refuses(&["--listen", "nowhere"], &["--listen", "nowhere"]);
    refuses(&["--limit-login", "often"], &["--limit-login", "often"]);
    refuses(&["--config", "/nonexistent.toml"], &["/nonexistent.toml"]);

    fs::write(data.join("secret"), "damaged").unwrap();
    refuses(
        &["--data-dir", text(&data), "--listen", "127.0.0.1:0"],
        &["secret", "damaged"],
    );
    let broken = dir.path().join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("strongroom.db"), vec![b'x'; 8192]).unwrap();
    refuses(
        &["--data-dir", text(&broken), "--listen", "127.0.0.1:0"],
        &["cannot open the database"],
    );
}

#[test]
fn bad_values_in_the_environment_are_named() {
    let output = Command::new(binary())
        .arg("serve")
        .env("STRONGROOM_LIMIT_GENERAL", "sometimes")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("--limit-general") && said.contains("sometimes"),
        "{said}"
    );
}

#[test]
fn help_explains_every_option() {
    let output = Command::new(binary())
        .args(["serve", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for name in [
        "DATA_DIR",
        "LISTEN",
        "PUBLIC_URL",
        "RATE_LIMITS",
        "LIMIT_LOGIN",
        "QUOTA",
        "TRUSTED_PROXIES",
        "LIMIT_PARTS",
        "RECORD_LIMIT",
        "MAX_OPEN_UPLOADS",
        "MIN_FREE_SPACE",
        "MAX_CONNECTIONS",
        "MAX_CONNECTIONS_PER_ADDRESS",
        "IDLE_TIMEOUT",
        "STALL_TIMEOUT",
    ] {
        assert!(help.contains(&format!("STRONGROOM_{name}")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_has_one_server_and_is_private() {
    let (app, _client) = start().await;
    let data = app.data_dir();
    refuses(
        &["--data-dir", text(&data), "--listen", "127.0.0.1:0"],
        &["in use by another"],
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("secret")), 0o600);
    assert!(fs::metadata(data.join("secret")).unwrap().len() >= 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_what_is_under_way() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let data = vec![1; 600_000];
    let id = ann.client.create_upload(600_000, &[]).await.upload_id();
    let token = ann.client.token().unwrap();
    let mut stream = begin_part(app.url(), token, &id, 600_000, &data[..300_000]);
    wait_until_written(&app, &id).await;
    let rest = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(&data[300_000..]).unwrap();
        let mut answer = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut answer).unwrap();
        answer
    });
    tokio::task::block_in_place(|| app.stop());
    assert_eq!(&rest.join().unwrap(), b"HTTP/1.1 204");
    app.restart().await;
    assert_eq!(ann.client.upload_offset(&id).await, Some(600_000));
}
