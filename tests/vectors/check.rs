//! `check-vectors FILE…`: runs vector files that somebody else wrote.

use std::{fs, process::ExitCode};

use vectors::Vector;

fn main() -> ExitCode {
    let (mut passed, mut failed) = (0, 0);
    for file in std::env::args().skip(1) {
        let result = fs::read_to_string(&file)
            .map_err(|error| error.to_string())
            .and_then(|text| Vector::parse(&text)?.check());
        match result {
            Ok(()) => passed += 1,
            Err(error) => {
                eprintln!("{file}: {error}");
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
