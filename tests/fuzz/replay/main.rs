//! Replays the committed corpora and deterministic changes of them, and counts the memory.
//!
//! What the fuzzer finds goes into the target's folder in `corpus/` and is checked from then
//! on. A corpus must have inputs that are accepted and inputs that are refused, or it would
//! not reach what it is there for.

use std::{alloc::System, fs, path::Path, process::ExitCode};

use fuzz_checks::{TARGETS, Target};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Changes of each input.
const CHANGES: u64 = 30;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let named = |target: &&Target| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|name| target.name.contains(name.as_str()))
    };
    let (mut inputs, mut failed) = (0, Vec::new());
    for target in TARGETS.iter().filter(named) {
        match std::panic::catch_unwind(|| replay(target)) {
            Ok(count) => inputs += count,
            Err(_) => failed.push(target.name),
        }
    }
    if failed.is_empty() {
        println!("\nreplay result: ok. {inputs} inputs\n");
        ExitCode::SUCCESS
    } else {
        println!("\nreplay result: FAILED: {}\n", failed.join(", "));
        ExitCode::FAILURE
    }
}

/// How many inputs were checked.
fn replay(target: &Target) -> usize {
    let mut inputs = (target.seeds)();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.expect("a readable folder").path())
        .collect();
    files.sort();
    inputs.extend(
        files
            .iter()
            .map(|file| fs::read(file).expect("a readable file")),
    );
    let verdicts: Vec<bool> = inputs.iter().map(|input| check(target, input)).collect();
    assert!(
        verdicts.contains(&true),
        "{}: nothing is accepted",
        target.name
    );
    assert!(
        verdicts.contains(&false),
        "{}: nothing is refused",
        target.name
    );
    let mut random = Random(1);
    let mut count = inputs.len();
    for index in 0..inputs.len() {
        for _ in 0..CHANGES {
            let other = &inputs[random.below(inputs.len())];
            let changed = random.change(&inputs[index], other);
            check(target, &changed);
            count += 1;
        }
    }
    count
}

/// Checks an input twice: the second time counts, when everything that is made once is there.
fn check(target: &Target, input: &[u8]) -> bool {
    let shown = || {
        let bytes = input.iter().take(300);
        format!(
            "{}: {}",
            target.name,
            bytes.map(|byte| format!("{byte:02x}")).collect::<String>()
        )
    };
    let run = || {
        std::panic::catch_unwind(|| (target.check)(input))
            .unwrap_or_else(|_| panic!("the check fails for {}", shown()))
    };
    let first = run();
    let region = Region::new(MEMORY);
    let second = run();
    let allocated = region.change().bytes_allocated;
    assert_eq!(first, second, "two results for {}", shown());
    let (base, each) = target.memory;
    let bound = base + each * input.len();
    assert!(
        allocated <= bound,
        "{allocated} bytes, more than {bound}, for {}",
        shown()
    );
    first
}

/// Numbers that are always the same (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn change(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        const EDGES: &[&[u8]] = &[
            &[0],
            &[0xff],
            &[0x7f, 0xff, 0xff, 0xff],
            &[0xff; 8],
            &[0x80, 0, 0, 0, 0, 0, 0, 0],
            b"0",
            b"-1",
            b"99999999999999999999",
            b"null",
            b"\"",
            b"[",
            b"{",
            b"\\u0000",
            b",",
            b"%00",
            "\u{202e}".as_bytes(),
            "\u{301}".as_bytes(),
        ];
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                2 => bytes.truncate(at),
                3 => {
                    let edge = EDGES[self.below(EDGES.len())];
                    bytes.splice(at..at, edge.iter().copied());
                }
                4 => {
                    let end = (at + 1 + self.below(16)).min(bytes.len());
                    bytes.drain(at.min(end)..end);
                }
                _ => {
                    let from = self.below(other.len());
                    let to = (from + self.below(64)).min(other.len());
                    bytes.splice(at..at, other[from..to].iter().copied());
                }
            }
        }
        bytes
    }
}
