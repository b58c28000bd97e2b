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
fn tenants_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let list = || answerpal(folder.path(), &["customer", "list"]);
    assert_eq!(list(), (0, json!({ "customers": [] })));
    create_customer(folder.path());
    assert_eq!(list(), (0, json!({ "customers": [{ "customerID": 1, "name": "T", "hostname": null }] })));
}
