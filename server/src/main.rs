//! The `strongroom-server` command.

use std::process::ExitCode;

use clap::Parser as _;
use server::config::{Cli, Command};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(args) => args
            .resolve()
            .map_err(server::ServeError::from)
            .and_then(server::serve),
        Command::Openapi => {
            println!("{}", server::openapi_json());
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("strongroom-server: {error}");
            ExitCode::FAILURE
        }
    }
}
