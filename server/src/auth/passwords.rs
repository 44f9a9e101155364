//! What clients derive from passwords, kept through Argon2id once more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::secrets::random;

/// KiB. What clients send has 256 bits already; this is for those that send less.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many may wait for their turn; more are sent away at once.
const QUEUE: usize = 64;

/// Hashes and compares, as many at once as there are processors. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// The hash of something that nobody knows.
    nobody: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(threads)),
            waiting: Arc::new(AtomicUsize::new(0)),
            nobody: hash(&random::<32>()).into(),
        }
    }

    /// A PHC string.
    pub(crate) async fn hash(&self, secret: String) -> Result<String, ApiError> {
        self.run(move || hash(secret.as_bytes())).await
    }

    /// Whether the hash was made from this secret. Without a hash it takes just as long.
    pub(crate) async fn verify(
        &self,
        secret: String,
        stored: Option<String>,
    ) -> Result<bool, ApiError> {
        let nobody = Arc::clone(&self.nobody);
        self.run(move || {
            let matches = verify(secret.as_bytes(), stored.as_deref().unwrap_or(&nobody));
            matches && stored.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let _place = Place::take(&self.waiting).ok_or_else(ApiError::unavailable)?;
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(ApiError::internal)?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .map_err(ApiError::internal)
    }
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < QUEUE).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(secret: &[u8]) -> String {
    argon2()
        .hash_password_with_salt(secret, &random::<16>())
        .expect("the parameters are in range")
        .to_string()
}

fn verify(secret: &[u8], stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| argon2().verify_password(secret, &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_secret_matches() {
        let passwords = Passwords::new();
        let stored = passwords.hash("secret".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .verify("secret".into(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("Secret".into(), Some(stored))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("secret".into(), None).await.unwrap());
    }
}
