//! The web app is embedded as it is found in `web/dist`; without one the server says so.

fn main() {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist");
    // Watching a folder that does not exist would mean building again every time.
    std::fs::create_dir_all(dist).expect("web/dist can be created");
    println!("cargo::rerun-if-changed={dist}");
    println!("cargo::rerun-if-changed=build.rs");
}
