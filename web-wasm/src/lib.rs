//! The vault for the web app: thin bindings, one file per module of `vault`.
//!
//! Arguments and results that are protocol types cross the border as JSON text; errors are
//! `Error` objects with a `code`. Keys stay in this module's memory, in the worker that
//! holds it; only the key of one version's content leaves it, as a `CryptoKey` that cannot
//! be exported.

mod account;
mod batch;
mod cache;
mod content;
mod error;
mod recovery;
mod subtle;
mod transfer;
mod tree;

use rand::{TryCryptoRng, TryRng, rngs::SysRng};

/// The browser's random numbers. They never fail where WebAssembly runs.
struct Random;

impl TryRng for Random {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        SysRng
            .try_fill_bytes(bytes)
            .expect("every browser with WebAssembly has crypto.getRandomValues");
        Ok(())
    }
}

impl TryCryptoRng for Random {}
