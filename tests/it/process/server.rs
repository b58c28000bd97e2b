//! The real program on a real port.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

pub const PASSWORD: &str = "process-test-1";

/// A running server. Killed when it goes.
pub struct Server {
    child: Child,
    pub url: String,
}

fn program(folder: &Path, database_url: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_answerpal"));
    command.env("ANSWERPAL_DATA_DIR", folder).env("ANSWERPAL_LOG", "error").stdin(Stdio::null());
    if let Some(url) = database_url {
        command.env("ANSWERPAL_DATABASE_URL", url);
    }
    command
}

/// Runs a command to its end; its output as JSON.
#[track_caller]
pub fn run(folder: &Path, database_url: Option<&str>, args: &[&str]) -> Value {
    let output = program(folder, database_url).arg("--json").args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(text.trim()).unwrap_or(Value::Null)
}

/// Makes a tenant whose Administrator is `admin`.
pub fn create_tenant(folder: &Path, database_url: Option<&str>) {
    run(
        folder,
        database_url,
        &["customer", "create", "--name", "T", "--username", "admin", "--password", PASSWORD],
    );
}

impl Server {
    pub fn start(folder: &Path, database_url: Option<&str>, args: &[&str]) -> Self {
        let mut command = program(folder, database_url);
        command.args(["--json", "serve", "--listen", "127.0.0.1:0"]).args(args).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no address in {line:?}"));
        let url = format!("http://{}", said["address"].as_str().unwrap());
        Self { child, url }
    }

    /// An administrator's token.
    pub async fn token(&self) -> String {
        let body = json!({ "username": "admin", "password": PASSWORD });
        let login = reqwest::Client::new().post(format!("{}/api/Auth/login", self.url)).json(&body);
        let answer: Value = login.send().await.unwrap().json().await.unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// An HTTP client that is signed in as the Administrator.
    pub async fn client(&self) -> reqwest::Client {
        let value = format!("Bearer {}", self.token().await);
        let headers = [(reqwest::header::AUTHORIZATION, value.parse().unwrap())].into_iter().collect();
        reqwest::Client::builder().default_headers(headers).build().unwrap()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The most memory it has had, in MB, without the pages of the program's own file: a debug build has
    /// many, and the system takes them back when it wants to.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kilobytes = |name: &str| -> u64 {
            let line = status.lines().find_map(|it| it.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        };
        (kilobytes("VmHWM:") - kilobytes("RssFile:")) / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
