//! The program itself: what it prints, and its exit codes.

mod audit;
mod dead_letters;
mod doctor;
mod eval;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::Installation;

/// Runs the program on a data folder; gives its exit code and what it printed as JSON.
fn answerpal(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let Output { status, stdout, .. } = output(folder, &[arguments, &["--json"]].concat());
    (status.code().unwrap(), serde_json::from_slice(&stdout).unwrap())
}

/// Runs the program on an installation, whichever its engine.
fn answerpal_on(installation: &Installation, arguments: &[&str]) -> Output {
    let mut arguments = arguments.to_vec();
    if let Some(url) = installation.database_url() {
        arguments.extend(["--database-url", url]);
    }
    output(installation.folder(), &arguments)
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_answerpal"))
        .env_clear()
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .output()
        .unwrap()
}

fn create_customer(folder: &Path) {
    let arguments =
        ["customer", "create", "--name", "T", "--username", "admin", "--password", "correct horse"];
    assert_eq!(answerpal(folder, &arguments).0, 0);
}

#[test]
fn commands_that_need_an_installation_make_none() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let archive = folder.path().join("archive.tar.zst");
    let file = folder.path().join("tickets.jsonl");
    std::fs::write(&file, "").unwrap();
    let (archive, file) = (archive.to_str().unwrap(), file.to_str().unwrap());
    for arguments in [
        &["eval", "topics"][..],
        &["eval", "retrieval"],
        &["eval", "drafts"],
        &["audit", "verify"],
        &["backup", archive],
        &["customer", "list"],
        &["dead-letters", "list"],
        &["explain", "message", "1"],
        &["import", "tickets", file],
        &["import", "mbox", file, "--channel", "1"],
        &["apikey", "create", "--name", "a", "--rep", "kim"],
        &["rep", "create", "--username", "kim", "--name", "Kim", "--password", "correct horse"],
    ] {
        let (code, said) = answerpal(&missing, arguments);
        let error = said["error"].as_str().unwrap_or_default();
        assert!(code != 0 && error.contains("no installation"), "{arguments:?}: {said}");
        assert!(error.contains("answerpal serve"), "{error}");
        assert!(!missing.exists() && !std::path::Path::new(archive).exists(), "{arguments:?}");
    }
}

#[test]
fn tenants_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let list = || answerpal(folder.path(), &["customer", "list"]);
    create_customer(folder.path());
    assert_eq!(list(), (0, json!({ "customers": [{ "customerID": 1, "name": "T", "hostname": null }] })));
}
