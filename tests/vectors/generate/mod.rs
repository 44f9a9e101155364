//! Makes the project's own vectors: the same bytes on every run, since all randomness
//! comes from the vector's name.

mod account;
mod content;
mod envelope;
mod places;
mod records;

use std::convert::Infallible;

use sha2::{Digest as _, Sha256};
use vectors::{Bytes, Case, Expected, Vector};

/// Every vector with its file's name.
pub(crate) fn all() -> Vec<(String, Vector)> {
    let mut all = Vec::new();
    envelope::add(&mut all);
    places::add(&mut all);
    content::add(&mut all);
    account::add(&mut all);
    records::add(&mut all);
    all
}

/// Collects vectors.
type Out = Vec<(String, Vector)>;

fn opens(out: &mut Out, name: &str, rule: &str, case: Case, plain: &[u8]) {
    let expect = if plain.len() > 1024 {
        Expected::OpensTo {
            length: plain.len(),
            sha256: hex::encode(Sha256::digest(plain)),
        }
    } else {
        Expected::Opens(Bytes::from(plain))
    };
    add(out, name, rule, case, expect);
}

fn refused(out: &mut Out, name: &str, rule: &str, case: Case, reason: &str) {
    add(out, name, rule, case, Expected::Refused(reason.to_owned()));
}

fn add(out: &mut Out, name: &str, rule: &str, case: Case, expect: Expected) {
    assert!(out.iter().all(|(other, _)| other != name), "{name} twice");
    let rule = rule.to_owned();
    out.push((name.to_owned(), Vector { rule, case, expect }));
}

/// SHA-256 of name and counter, block after block. Not for secrets; it has to stay the
/// same for ever, which no crate's generator promises.
#[derive(Clone)]
struct Seeded {
    seed: [u8; 32],
    counter: u64,
}

impl Seeded {
    fn new(name: &str) -> Self {
        Self {
            seed: Sha256::digest(name).into(),
            counter: 0,
        }
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for block in bytes.chunks_mut(32) {
            let mut hash = Sha256::new_with_prefix(self.seed);
            hash.update(self.counter.to_be_bytes());
            block.copy_from_slice(&hash.finalize()[..block.len()]);
            self.counter += 1;
        }
    }
}

impl rand_core::TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.array()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Seeded {}
