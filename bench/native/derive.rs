//! A password's derivation at the floor of its costs; prints how long it took, in milliseconds.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use crypto_core::kdf::{KdfParams, PasswordKeys};

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let password = black_box("correct horse battery staple");
    let start = Instant::now();
    black_box(PasswordKeys::derive(
        password,
        &[b's'; 32],
        &KdfParams::FLOOR,
    ))
    .map_err(|error| error.to_string())?;
    println!("{:.3}", start.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}
