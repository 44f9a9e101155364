//! A real `strongroom-server` process on data of its own.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(30);

/// Settings of a server that is yet to start.
pub struct Builder {
    env: Vec<(String, String)>,
    data: Option<PathBuf>,
}

impl Builder {
    /// Sets an environment variable, such as `STRONGROOM_LIMIT_LOGIN`.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Starts it on a copy of such a data directory.
    #[must_use]
    pub fn data(self, from: &Path) -> Self {
        Self {
            data: Some(from.to_owned()),
            ..self
        }
    }

    /// Starts the server.
    pub async fn start(self) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Some(from) = &self.data {
            copy(from, &folder.path().join("data"));
        }
        let mut app = TestApp {
            folder,
            env: self.env,
            process: None,
            url: String::new(),
        };
        tokio::task::block_in_place(|| app.launch());
        app
    }
}

/// A running server; it is killed when dropped.
pub struct TestApp {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
    process: Option<Child>,
    url: String,
}

impl TestApp {
    /// A server with its defaults, but for the limit on registrations.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A server with settings of one's own.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            env: vec![("STRONGROOM_LIMIT_REGISTRATION".into(), "off".into())],
            data: None,
        }
    }

    /// The same server, with another setting from its next start on.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Where it answers, such as `http://127.0.0.1:41234`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything that it has logged so far, over all its starts.
    #[must_use]
    pub fn logs(&self) -> String {
        fs::read_to_string(self.log_file()).expect("the log is UTF-8")
    }

    /// Whether it was started and neither stopped nor killed since.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// The process's number.
    ///
    /// # Panics
    /// If it is not running.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("the server is running").id()
    }

    /// Sets an environment variable for its next start.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let pid = process.id().to_string();
            let asked = Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill is there");
            assert!(asked.success(), "the server was running");
            let status = process.wait().expect("the server is our child");
            assert!(
                status.success(),
                "the server stopped with {status}:\n{}",
                self.logs()
            );
        }
    }

    /// Ends it at once, wherever it is, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("the server was running");
            process.wait().expect("the server is our child");
        }
    }

    /// Starts it again, on the same data and the same address.
    pub async fn restart(&mut self) {
        self.kill();
        tokio::task::block_in_place(|| self.launch());
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn launch(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log file");
        let listen = self
            .url
            .strip_prefix("http://")
            .unwrap_or("127.0.0.1:0")
            .to_owned();
        let mut process = Command::new(binary())
            .arg("serve")
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(["--listen", &listen])
            .envs(self.env.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server's program can be started");
        // One line with the address, once it answers.
        let mut line = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        let started = Instant::now();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the line is UTF-8");
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let Some(address) = address else {
            process.kill().ok();
            panic!(
                "the server did not start within {START:?} ({:?}): {line:?}\n{}",
                started.elapsed(),
                self.logs()
            );
        };
        self.url = address.trim_end_matches('/').to_owned();
        self.process = Some(process);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder is readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file is readable");
        }
    }
}

/// The server that was built with the same profile as this test.
///
/// # Panics
/// If it is not there: `make test` builds it first.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("tests are in target/<profile>/deps");
    let binary = profile.join("strongroom-server");
    assert!(
        binary.exists(),
        "{} is missing: build it with `cargo build -p server`",
        binary.display()
    );
    binary
}
