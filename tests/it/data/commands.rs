//! The commands as a person or a script runs them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Runs the program with `--json` in a data folder: whether it succeeded, and what it said.
fn answerpal(folder: &Path, arguments: &[&str]) -> (bool, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_answerpal"));
    command.args(arguments).args(["--json", "--data-dir"]).arg(folder).env_remove("ANSWERPAL_DATABASE_URL");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let json = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text:?} {:?}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), json)
}

#[test]
fn a_tenant_is_furnished_filled_saved_and_put_back() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let run = |arguments: &[&str]| answerpal(folder.path(), arguments);
    let (made, answer) = run(&["rep", "create", "--username", "eva", "--password", "long enough"]);
    assert!(!made && answer["error"].as_str().unwrap().contains("answerpal customer create"), "{answer}");
    let name = ["--name", "Acme", "--username", "admin", "--password", "long enough"];
    assert!(run(&[&["customer", "create"][..], &name].concat()).0);
    let (made, answer) =
        run(&["rep", "create", "--username", "eva", "--role", "supervisor", "--password", "long enough"]);
    assert!(made && answer["customerRepID"] == 2, "{answer}");
    let (made, answer) =
        run(&["apikey", "create", "--name", "script", "--scopes", "read,write", "--rep", "Eva"]);
    assert!(made && answer["key"].as_str().unwrap().starts_with("ak_"), "{answer}");
    let (made, answer) = run(&["apikey", "create", "--name", "script", "--rep", "nobody"]);
    assert!(!made && answer["error"].as_str().unwrap().contains("nobody"), "{answer}");

    let file = folder.path().join("tickets.jsonl");
    std::fs::write(
        &file,
        "{\"externalID\":\"1\",\"channel\":\"Nowhere\",\"dateCreated\":\"2025-01-01T00:00:00Z\"}\n",
    )
    .unwrap();
    let (whole, answer) = run(&["import", "tickets", file.to_str().unwrap(), "--dry-run"]);
    assert!(!whole && answer["failures"][0]["field"] == "channel", "{answer}");

    assert!(run(&["bench-data", "--tickets", "60", "--customer", "1", "--password", "long enough"]).0);
    let archive = other.path().join("saved.tar.zst");
    let archive = archive.to_str().unwrap();
    let (saved, before) = run(&["backup", archive, "--with-key"]);
    assert!(saved && before["tables"]["tickets"] == 60, "{before}");
    let (restored, after) = answerpal(&other.path().join("new"), &["restore", archive]);
    assert!(restored && after == before, "{after}");
    let (restored, answer) = answerpal(&other.path().join("new"), &["restore", archive]);
    assert!(!restored && answer["error"].as_str().unwrap().contains("--force"), "{answer}");
}
