//! A device that talks to an honest server through a lying proxy.

use harness::{
    TestApp,
    device::{ClientError, Device},
    proxy::{Answer, Asked, Exchange, Proxy},
};
use protocol::NodeId;
use vault::{VaultError, findings::FindingKind, tree::FolderView};

pub(crate) const EMAIL: &str = "alice@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) proxy: Proxy,
    pub(crate) device: Device,
    /// `a`, `b` and `c`.
    pub(crate) files: [NodeId; 3],
}

impl World {
    /// An account with three small files.
    pub(crate) async fn new() -> Self {
        let app = TestApp::builder()
            .env("STRONGROOM_LIMIT_LOGIN", "off")
            .start()
            .await;
        let proxy = Proxy::start(app.url()).await;
        let mut device = Device::sign_up(&proxy.url(), EMAIL, PASSWORD)
            .await
            .unwrap();
        device.open().await.unwrap();
        let mut files = Vec::new();
        for name in ["a", "b", "c"] {
            files.push(
                device
                    .upload(name, name.repeat(1000).as_bytes())
                    .await
                    .unwrap(),
            );
        }
        device.push_pins().await.unwrap();
        Self {
            app,
            proxy,
            device,
            files: files.try_into().unwrap(),
        }
    }

    /// A device that has never seen the account.
    pub(crate) async fn fresh(&self) -> Device {
        Device::sign_in(&self.proxy.url(), EMAIL, PASSWORD, None)
            .await
            .unwrap()
    }

    /// Opens the root while the server lies about it, on the device that knows the folder and
    /// on a fresh one; then honestly again.
    pub(crate) async fn open_lied_to(
        &mut self,
        lie: impl Fn(&Asked, &mut Answer) + Send + Clone + 'static,
    ) -> [Result<FolderView, ClientError>; 2] {
        let mut fresh = self.fresh().await;
        let mut results = Vec::new();
        for device in [&mut self.device, &mut fresh] {
            device.open().await.unwrap();
            self.proxy.take_log();
            let honest = device.open().await.unwrap();
            let pins = device.vault.pins().clone();
            let expected = requests(&self.proxy.take_log());
            self.proxy.lie(lie.clone());
            results.push(device.open().await);
            self.proxy.be_honest();
            let asked = requests(&self.proxy.take_log());
            assert!(
                expected.starts_with(&asked),
                "no request tells which check failed: {asked:?}"
            );
            assert_eq!(device.vault.pins(), &pins, "pins stay as they were");
            assert_eq!(
                device.open().await.unwrap(),
                honest,
                "the honest answer is believed again"
            );
        }
        results.try_into().unwrap()
    }

    /// Opens the folders of a path one after the other, the last one while the server lies, on
    /// the device that knows them and on a fresh one; then honestly again.
    pub(crate) async fn look_lied_to(
        &mut self,
        path: &[NodeId],
        lie: impl Fn(&Asked, &mut Answer) + Send + Clone + 'static,
    ) -> [Result<FolderView, ClientError>; 2] {
        let (last, above) = path.split_last().unwrap();
        let mut fresh = self.fresh().await;
        let mut results = Vec::new();
        for device in [&mut self.device, &mut fresh] {
            for folder in above {
                device.open_in(*folder).await.unwrap();
            }
            if results.is_empty() {
                device.open_in(*last).await.unwrap();
            }
            let pins = device.vault.pins().clone();
            self.proxy.take_log();
            self.proxy.lie(lie.clone());
            results.push(device.open_in(*last).await);
            self.proxy.be_honest();
            let asked = requests(&self.proxy.take_log());
            let lied = device.vault.pins().clone();
            let honest = device.open_in(*last).await.unwrap();
            assert!(honest.verified && honest.findings.is_empty(), "{honest:?}");
            let expected = requests(&self.proxy.take_log());
            assert!(
                expected.starts_with(&asked),
                "no request tells which check failed: {asked:?}"
            );
            // A lie about some children leaves the head as it is, which is pinned then.
            let fine = [&pins, &device.vault.pins().clone()].contains(&&lied);
            assert!(fine, "pins stay as they were");
        }
        results.try_into().unwrap()
    }

    /// Folders in folders: `outer/inner/x`, `outer/inner/y` and `side/z`.
    pub(crate) async fn nested(&mut self) -> Nested {
        let root = self.device.vault.root();
        let device = &mut self.device;
        let outer = device.create_folder(root, "outer").await.unwrap();
        let inner = device.create_folder(outer, "inner").await.unwrap();
        let side = device.create_folder(root, "side").await.unwrap();
        let x = device.upload_to(inner, "x", b"xxx").await.unwrap();
        let y = device.upload_to(inner, "y", b"yyy").await.unwrap();
        let z = device.upload_to(side, "z", b"zzz").await.unwrap();
        for folder in [root, outer, inner, side] {
            device.open_in(folder).await.unwrap();
        }
        device.push_pins().await.unwrap();
        Nested {
            root,
            outer,
            inner,
            side,
            x,
            y,
            z,
        }
    }

    /// Downloads a file while the server lies about it; then honestly again.
    pub(crate) async fn download_lied_to(
        &mut self,
        file: NodeId,
        content: &[u8],
        lie: impl Fn(&Asked, &mut Answer) + Send + 'static,
    ) -> VaultError {
        let pins = self.device.vault.pins().clone();
        self.proxy.take_log();
        assert_eq!(self.device.download(file).await.unwrap(), content);
        let expected = requests(&self.proxy.take_log());
        self.proxy.lie(lie);
        let result = self.device.download(file).await;
        self.proxy.be_honest();
        let asked = requests(&self.proxy.take_log());
        assert!(
            expected.starts_with(&asked),
            "no request tells which check failed: {asked:?}"
        );
        assert_eq!(self.device.vault.pins(), &pins, "pins stay as they were");
        assert_eq!(
            self.device.download(file).await.unwrap(),
            content,
            "the honest answer is believed again"
        );
        match result {
            Err(ClientError::Vault(error)) => error,
            Err(other) => panic!("{other:?}"),
            Ok(content) => panic!("the lie was not caught: {} bytes", content.len()),
        }
    }
}

/// What [`World::nested`] made.
#[derive(Clone, Copy)]
pub(crate) struct Nested {
    pub(crate) root: NodeId,
    pub(crate) outer: NodeId,
    pub(crate) inner: NodeId,
    pub(crate) side: NodeId,
    pub(crate) x: NodeId,
    pub(crate) y: NodeId,
    pub(crate) z: NodeId,
}

/// The `data` of the last answer whose path ends like that.
pub(crate) fn last_data(log: &[Exchange], end: &str) -> serde_json::Value {
    let mut exchanges = log.iter().rev();
    let found = exchanges
        .find(|exchange| exchange.asked.path.ends_with(end))
        .unwrap();
    serde_json::from_slice::<serde_json::Value>(&found.answer.body).unwrap()["data"].take()
}

/// The `data` of a folder's listing as it is now.
pub(crate) async fn listing_of(world: &mut World, folder: NodeId) -> serde_json::Value {
    world.proxy.take_log();
    world.device.open_in(folder).await.unwrap();
    last_data(&world.proxy.take_log(), &children_of(folder))
}

/// Where a folder's children are asked for.
pub(crate) fn children_of(folder: NodeId) -> String {
    format!("/folders/{folder}/children")
}

/// A lie about a folder's children only.
pub(crate) fn about(
    folder: NodeId,
    change: impl Fn(&mut serde_json::Value) + Send + Clone + 'static,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    let path = children_of(folder);
    move |asked, answer| {
        if asked.path.ends_with(&path) {
            answer.edit(&change);
        }
    }
}

/// The `data` of the listing as it is now.
pub(crate) async fn listing(world: &mut World) -> serde_json::Value {
    world.proxy.take_log();
    world.device.open().await.unwrap();
    let log = world.proxy.take_log();
    let page = log
        .iter()
        .find(|exchange| exchange.asked.path.ends_with("/children"))
        .unwrap();
    serde_json::from_slice::<serde_json::Value>(&page.answer.body).unwrap()["data"].take()
}

/// What was asked, in order; signatures and expiry times of links left out.
pub(crate) fn requests(log: &[Exchange]) -> Vec<(String, String)> {
    log.iter()
        .map(|exchange| (exchange.asked.method.clone(), exchange.asked.path.clone()))
        .collect()
}

/// A lie about the root's children only.
pub(crate) fn about_children(
    change: impl Fn(&mut serde_json::Value) + Send + Clone + 'static,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    move |asked, answer| {
        if asked.path.ends_with("/children") {
            answer.edit(&change);
        }
    }
}

/// The listed child with this id.
pub(crate) fn child(data: &mut serde_json::Value, id: NodeId) -> &mut serde_json::Value {
    let children = data["children"].as_array_mut().unwrap();
    children
        .iter_mut()
        .find(|child| child["id"] == id.to_string())
        .unwrap()
}

/// Names and kinds of all findings that concern a single file.
pub(crate) fn findings(view: &FolderView) -> Vec<(NodeId, FindingKind)> {
    let mut findings: Vec<_> = view
        .findings
        .iter()
        .filter_map(|finding| Some((finding.node?, finding.kind)))
        .collect();
    findings.sort_by_key(|(node, _)| *node);
    findings
}

/// Names of what is shown among the files.
pub(crate) fn names(view: &FolderView) -> Vec<&str> {
    let mut names: Vec<_> = view.entries.iter().map(|entry| &*entry.name).collect();
    names.sort_unstable();
    names
}
