//! The native side of measurements. Prints how long one piece of work took, in milliseconds.

use std::{hint::black_box, process::ExitCode, time::Instant};

use crypto_core::kdf::{KdfParams, PasswordKeys};

fn main() -> ExitCode {
    let work = match std::env::args().nth(1).as_deref() {
        Some("derive") => derive,
        _ => {
            eprintln!("usage: bench-native derive");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    work();
    println!("{:.3}", start.elapsed().as_secs_f64() * 1000.0);
    ExitCode::SUCCESS
}

/// A password's derivation at the floor of its costs.
fn derive() {
    let password = black_box("correct horse battery staple");
    black_box(PasswordKeys::derive(
        password,
        &[b's'; 32],
        &KdfParams::FLOOR,
    ))
    .ok();
}
