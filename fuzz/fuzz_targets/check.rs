//! Searches for bytes for which one of the checks in `tests/fuzz` does not hold.
//!
//! `FUZZ` names the target. With `FUZZ_SEEDS` it writes what a search starts from into that
//! folder, each target's into one of its own, and ends.
#![no_main]

use std::{env, fs, path::Path, process, sync::OnceLock};

use fuzz_checks::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<&'static Target> = OnceLock::new();

fuzz_target!(
    init: {
        if let Some(folder) = env::var_os("FUZZ_SEEDS") {
            write_seeds(Path::new(&folder));
            process::exit(0);
        }
        let name = env::var("FUZZ").expect("FUZZ names a target");
        let target = fuzz_checks::target(&name).expect("FUZZ names a target");
        TARGET.set(target).ok().expect("this is called once");
    },
    |data: &[u8]| {
        (TARGET.get().expect("it was set").check)(data);
    }
);

fn write_seeds(folder: &Path) {
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        for (index, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), seed).expect("a file can be written");
        }
    }
}
