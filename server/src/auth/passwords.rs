//! What clients derive from passwords, kept through Argon2id once more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::secrets::random;

/// KiB. What clients send has 256 bits already; this is for those that send less.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes; allocations beyond this are never kept by the C library's allocator.
const RETURNED: usize = 40 * 1024 * 1024;
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

/// A PHC string of the secret under a new salt.
fn hash(secret: &[u8]) -> String {
    let salt = random::<16>();
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("the parameters are in range");
    let hash = derive(params, secret, &salt).expect("the parameters are in range");
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${salt}${hash}")
}

/// Whether such a string was made from the secret, in constant time.
fn verify(secret: &[u8], stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        return false;
    };
    let (Ok(params), Some(salt), Some(hash)) =
        (Params::try_from(&stored), &stored.salt, &stored.hash)
    else {
        return false;
    };
    derive(params, secret, salt.as_ref()).is_ok_and(|derived| derived.ct_eq(hash.as_bytes()).into())
}

fn derive(params: Params, secret: &[u8], salt: &[u8]) -> argon2::Result<[u8; 32]> {
    // An allocation of that size comes from the operating system and goes back to it at once;
    // only what is used of it takes memory. Smaller ones stay with the process for ever.
    let mut memory = Vec::with_capacity(params.block_count().max(RETURNED / Block::SIZE));
    memory.resize(params.block_count(), Block::default());
    let mut derived = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        secret,
        salt,
        &mut derived,
        &mut memory,
    )?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_librarys_own() {
        let params = Params::new(MEMORY, PASSES, LANES, None).unwrap();
        let library = {
            let mut derived = [0; 32];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
            argon2
                .hash_password_into(b"secret", b"0123456789abcdef", &mut derived)
                .unwrap();
            derived
        };
        assert_eq!(
            derive(params, b"secret", b"0123456789abcdef").unwrap(),
            library
        );
        assert!(!verify(b"secret", "") && !verify(b"secret", "$argon2id$v=19$m=1,t=1,p=1$"));
    }

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
