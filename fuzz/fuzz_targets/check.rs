//! Searches for bytes for which one of the checks in `tests/fuzz` does not hold.
#![no_main]

use std::sync::OnceLock;

use fuzz_checks::Target;
use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<&'static Target> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("FUZZ").expect("FUZZ names a target");
        let target = fuzz_checks::target(&name).expect("FUZZ names a target");
        TARGET.set(target).ok().expect("this is called once");
    },
    |data: &[u8]| {
        (TARGET.get().expect("it was set").check)(data);
    }
);
