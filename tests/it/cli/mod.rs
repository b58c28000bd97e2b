//! The program itself: what it prints, and its exit codes.

mod audit;
mod doctor;
mod eval;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the program on a data folder; gives its exit code and what it printed as JSON.
fn answerpal(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let Output { status, stdout, .. } = Command::new(env!("CARGO_BIN_EXE_answerpal"))
        .env_clear()
        .args(arguments)
        .arg("--json")
        .arg("--data-dir")
        .arg(folder)
        .output()
        .unwrap();
    (status.code().unwrap(), serde_json::from_slice(&stdout).unwrap())
}

fn create_customer(folder: &Path) {
    let arguments =
        ["customer", "create", "--name", "T", "--username", "admin", "--password", "correct horse"];
    assert_eq!(answerpal(folder, &arguments).0, 0);
}
