//! The fuzz targets, with the inputs that are kept: the examples of all commands, what is in `fuzz/seeds`, and each of
//! them cut off at every byte. `make fuzz` goes on from the same inputs with inputs of its own.

#[path = "fuzz/targets.rs"]
mod targets;

use std::path::{Path, PathBuf};

use caseledger_dispatch::registry;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz")
}

/// Each command's example, as the target reads it.
fn examples() -> impl Iterator<Item = Vec<u8>> {
    (0_u16..).zip(registry::commands()).map(|(number, entry)| {
        let message = (entry.spec.example)().to_string();
        [&number.to_le_bytes()[..], message.as_bytes()].concat()
    })
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = fuzz().join("seeds").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read(file.expect("it is listed").path());
    files.map(|file| read(file).expect("a seed can be read")).collect()
}

#[test]
fn kept_inputs_are_survived_by_the_commands() {
    let seeds = seeds("command");
    assert!(!seeds.is_empty(), "seeds are kept");
    for input in examples().chain(seeds) {
        (0..=input.len()).for_each(|end| targets::command(&input[..end]));
    }
}

#[test]
fn kept_inputs_are_survived_by_cursors() {
    let seeds = seeds("cursor");
    assert!(!seeds.is_empty(), "seeds are kept");
    for input in seeds {
        (0..=input.len()).for_each(|end| targets::cursor(&input[..end]));
    }
}

/// Where `make fuzz` begins. Written only when it asks.
#[test]
fn examples_are_where_fuzzing_begins() {
    let examples: Vec<_> = examples().collect();
    assert_eq!(examples.len(), registry::commands().count());
    if std::env::var_os("WRITE_FUZZ_CORPUS").is_some() {
        let folder = fuzz().join("corpus/command");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        for (number, example) in examples.iter().enumerate() {
            std::fs::write(folder.join(format!("example-{number}")), example).expect("it can be written");
        }
    }
}
