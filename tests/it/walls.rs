//! Dependencies between the rooms of `src/` point one way (docs/ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms and crates that nothing in it may name.
const WALLS: &[(&str, &[&str])] = &[
    ("model", &["api", "cli", "jobs", "intake", "domain", "channels", "ai", "files", "axum", "reqwest"]),
    ("store", &["api", "cli", "jobs", "intake", "domain", "channels", "ai", "files", "axum", "reqwest"]),
    ("channels", &["api", "cli", "jobs", "intake", "domain", "store", "ai", "files", "axum", "rusqlite"]),
    ("ai", &["api", "cli", "jobs", "intake", "domain", "store", "channels", "files", "axum", "rusqlite"]),
    ("files", &["api", "cli", "jobs", "intake", "domain", "store", "channels", "ai", "axum", "rusqlite"]),
    ("outbound", &["api", "cli", "jobs", "intake", "domain", "store", "channels", "ai", "axum", "rusqlite"]),
    ("domain", &["api", "cli", "jobs", "intake", "axum", "reqwest", "rusqlite", "tokio_postgres"]),
    ("intake", &["api", "cli", "jobs", "axum", "rusqlite", "tokio_postgres"]),
    ("jobs", &["api", "cli", "axum", "rusqlite", "tokio_postgres"]),
    ("api", &["cli", "jobs", "rusqlite", "tokio_postgres"]),
];

const CRATES: &[&str] = &["axum", "reqwest", "rusqlite", "tokio_postgres"];

fn sources(room: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let mut found = Vec::new();
    if place.is_dir() {
        walk(&place, &mut found);
    }
    let face = place.with_extension("rs");
    found.extend(face.is_file().then_some(face));
    found
}

/// Whether a line of code names a room of this crate, or another crate.
fn names(line: &str, what: &str) -> bool {
    let is_free = |at: usize| !line[..at].ends_with(|it: char| it.is_alphanumeric() || "_:".contains(it));
    let path = format!("{what}::");
    // `use crate::{api, model};`
    let group = line.split_once("crate::{").map_or("", |it| it.1);
    let mut grouped = group.split(|it: char| !it.is_alphanumeric() && it != '_' && it != ':');
    grouped.any(|it| it == what || it.starts_with(&path))
        || line.contains(&format!("crate::{what}::"))
        || line.contains(&format!("crate::{what};"))
        || line.match_indices(&path).any(|(at, _)| is_free(at) && CRATES.contains(&what))
}

#[test]
fn rooms_name_only_what_lies_below_them() {
    let mut broken = Vec::new();
    for (room, walls) in WALLS {
        let sources = sources(room);
        assert!(!sources.is_empty(), "there is no room {room}");
        for source in sources {
            let text = fs::read_to_string(&source).unwrap();
            for (number, line) in text.lines().enumerate().filter(|it| !it.1.trim_start().starts_with("//")) {
                let through = walls.iter().filter(|it| names(line, it));
                broken.extend(
                    through.map(|it| format!("{}:{} names {it}: {line}", source.display(), number + 1)),
                );
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
