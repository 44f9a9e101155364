//! A whole journey with canaries for names, contents and passwords; then everything that
//! the server ever saw, wrote or logged is searched for them.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{fs, path::Path};

use harness::{TestApp, canary::Needles, device::Device, proxy::Proxy};
use vault::tree::Edit;

const EMAIL: &str = "canary@example.org";
const PASSWORD: &str = "Canary-password-7Qw8zXr2";
const NEW_PASSWORD: &str = "Canary-replaced-9Lm4vTn6";
const NAME: &str = "Canary-Kündigung-5Hj3.pdf";
const NEW_NAME: &str = "Canary-Zeugnis-2Fd8.pdf";
const CONTENT: &str = "Canary-content-6Yb1nKs0 ";
const FOLDER: &str = "Canary-Steuern-3Pq7";
const INNER: &str = "Canary-Belege-8Wt2";
const TAG: &str = "Canary-dringend-4Vk9";
const DESCRIPTION: &str = "Canary-Widerspruch-eingelegt-1Zx6";
const CATEGORY: &str = "Canary-Gesundheit-0Rb5";
const SECRETS: [&str; 10] = [
    PASSWORD,
    NEW_PASSWORD,
    NAME,
    NEW_NAME,
    CONTENT.trim_ascii(),
    FOLDER,
    INNER,
    TAG,
    DESCRIPTION,
    CATEGORY,
];

#[tokio::test(flavor = "multi_thread")]
async fn row_31_nothing_secret_reaches_the_server() {
    let mut app = TestApp::start().await;
    let proxy = Proxy::start(app.url()).await;
    let mut device = Device::sign_up(&proxy.url(), EMAIL, PASSWORD)
        .await
        .unwrap();
    device.open().await.unwrap();
    let content = CONTENT.repeat(50_000);
    let file = device.upload(NAME, content.as_bytes()).await.unwrap();
    device.rename(file, NEW_NAME).await.unwrap();
    device.trash(&[file]).await.unwrap();
    device.restore(&[file]).await.unwrap();
    assert_eq!(device.download(file).await.unwrap(), content.as_bytes());
    let purged = device.upload(NAME, b"").await.unwrap();
    device.purge(&[purged]).await.unwrap();
    let folder = device
        .create_folder(device.vault.root(), FOLDER)
        .await
        .unwrap();
    let inner = device.create_folder(folder, INNER).await.unwrap();
    let note = device
        .upload_to(inner, NAME, CONTENT.as_bytes())
        .await
        .unwrap();
    let edit = Edit {
        tags: Some(vec![TAG.to_owned()]),
        description: Some(DESCRIPTION.to_owned()),
        category: Some(CATEGORY.to_owned()),
        ..Edit::default()
    };
    device.edit(&[note, inner], &edit).await.unwrap();
    device.move_to(&[note], folder).await.unwrap();
    device.trash(&[inner]).await.unwrap();
    device.push_pins().await.unwrap();
    device
        .change_password(PASSWORD, NEW_PASSWORD)
        .await
        .unwrap();
    let mut fresh = Device::sign_in(&proxy.url(), EMAIL, NEW_PASSWORD, None)
        .await
        .unwrap();
    fresh.catch_up(None).await.unwrap();
    assert_eq!(fresh.vault.entry(file).unwrap().name, NEW_NAME);
    let seen = fresh.vault.entry(note).unwrap();
    assert_eq!(
        (
            seen.folder,
            &*seen.tags,
            &*seen.description,
            &*seen.category
        ),
        (folder, &[TAG.to_owned()][..], DESCRIPTION, CATEGORY)
    );
    let proof = password_hash_of(&proxy);
    assert!(
        Device::sign_in(&proxy.url(), EMAIL, PASSWORD, None)
            .await
            .is_err()
    );
    app.stop();

    let secrets = Needles::new(SECRETS);
    let mut searched = 0;
    for exchange in proxy.take_log() {
        let what = format!("{} {}", exchange.asked.method, exchange.asked.path);
        let heads = format!(
            "{:?} {:?} {}",
            exchange.headers, exchange.answer.headers, exchange.asked.query
        );
        for bytes in [
            what.as_bytes(),
            heads.as_bytes(),
            &exchange.asked.body,
            &exchange.answer.body,
        ] {
            searched += bytes.len();
            assert_eq!(secrets.find(bytes), None, "in the traffic of {what}");
        }
    }
    assert!(
        searched > 2 * content.len(),
        "the traffic was recorded whole"
    );

    // On the disk and in the logs the proof of the password is missing, too.
    let secrets = Needles::new(SECRETS.into_iter().chain([&*proof]));
    let stored = search(&app.data_dir(), &secrets);
    assert!(
        stored > content.len() as u64,
        "the data directory was searched whole"
    );
    assert_eq!(secrets.find(app.logs().as_bytes()), None, "in the logs");
    assert!(
        app.logs().contains("/api/v1/commits"),
        "the logs were captured"
    );
    assert!(!app.logs().contains(EMAIL), "addresses are not logged");
}

/// The last `password_hash` that a login sent.
fn password_hash_of(proxy: &Proxy) -> String {
    let log = proxy.peek_log();
    let login = log
        .iter()
        .rev()
        .find(|exchange| exchange.asked.path.ends_with("/auth/login"))
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&login.asked.body).unwrap();
    body["password_hash"].as_str().unwrap().to_owned()
}

/// Searches every file and every file's name; gives the number of bytes searched.
fn search(folder: &Path, secrets: &Needles) -> u64 {
    let mut searched = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(
            secrets.find(path.as_os_str().as_encoded_bytes()),
            None,
            "in a file's name: {path:?}"
        );
        if path.is_dir() {
            searched += search(&path, secrets);
        } else {
            let bytes = fs::read(&path).unwrap();
            searched += bytes.len() as u64;
            assert_eq!(secrets.find(&bytes), None, "in {path:?}");
        }
    }
    searched
}
