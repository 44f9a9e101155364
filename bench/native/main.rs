//! The native side of measurements: work whose time is taken, peers, and who asks them.

mod derive;
mod hello;
mod load;
mod seed;

use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "usage: bench-native derive
       bench-native seed DATABASE NODES
       bench-native hello DATABASE
       bench-native load --seconds N --connections N [--header 'NAME: VALUE'] URL…";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-native: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Box<dyn Error>> {
    match words {
        ["derive"] => derive::run(),
        ["seed", database, nodes] => seed::run(database, nodes.parse()?),
        ["hello", database] => hello::run(database),
        ["load", rest @ ..] => load::run(rest),
        _ => Err(USAGE.into()),
    }
}
