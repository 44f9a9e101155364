//! The project's own vectors: `strongroom/*.json`.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use vectors::{Expected, Vector};

use crate::generate;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("strongroom")
}

/// Every file by its name, without the extension.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder of vectors is there");
    entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension() == Some("json".as_ref()))
        .map(|path| {
            let name = path.with_extension("");
            let name = name.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path).expect("vectors are text");
            (name.into_owned(), text)
        })
        .collect()
}

#[test]
fn every_file_holds() {
    let wrong: Vec<_> = files()
        .iter()
        .filter_map(|(name, text)| {
            let result = Vector::parse(text).and_then(|vector| vector.check());
            result.err().map(|error| format!("{name}: {error}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is refused matters most: anyone can open what an honest client made.
#[test]
fn most_files_are_rejections() {
    let files = files();
    let rejections = files
        .values()
        .filter(|text| {
            let vector = Vector::parse(text).unwrap();
            matches!(vector.expect, Expected::Refused(_))
        })
        .count();
    assert!(
        2 * rejections > files.len(),
        "{rejections} of {}",
        files.len()
    );
}

/// The files are frozen: the generator must still make each of them, byte for byte, and
/// no file may stand there that it does not make. With `STRONGROOM_WRITE_VECTORS=1` those
/// that are missing are written; none is ever overwritten.
#[test]
fn the_generator_makes_exactly_these_files() {
    let mut files = files();
    for (name, vector) in generate::all() {
        let text = serde_json::to_string_pretty(&vector).unwrap() + "\n";
        match files.remove(&name) {
            Some(file) => assert!(file == text, "{name} is not what the generator makes now"),
            None if env::var_os("STRONGROOM_WRITE_VECTORS").is_some() => {
                fs::write(folder().join(format!("{name}.json")), text).unwrap();
            }
            None => panic!("{name} is missing; STRONGROOM_WRITE_VECTORS=1 writes it"),
        }
    }
    assert!(files.is_empty(), "nothing makes {:?}", files.keys());
}
