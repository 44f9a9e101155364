//! `fuzz-seeds FOLDER`: writes the seeds of every target, each target's into a folder of its
//! own. `fuzz-seeds` alone lists the targets.

use std::{fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    for target in fuzz_checks::TARGETS {
        let Some(folder) = &folder else {
            println!("{}", target.name);
            continue;
        };
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (index, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), seed)?;
        }
    }
    Ok(())
}
