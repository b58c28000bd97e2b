//! A mail server that answers as a test tells it to: for what a real one does only when something breaks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How it behaves from now on.
#[derive(Clone, Default)]
pub struct Behaviour {
    /// Answers in place of the usual ones, by the command they answer: `RCPT TO:<a@x>` before `RCPT`.
    /// `.` is the end of the content; an empty answer closes the connection.
    pub answers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    behaviour: Behaviour,
    /// What was taken: recipients and content.
    taken: Vec<(Vec<String>, String)>,
    connections: usize,
}

#[derive(Clone)]
pub struct Scripted {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Scripted {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                // A client that goes away ends its conversation, as it does with a real server.
                tokio::spawn(converse(stream, shared.clone()));
            }
        });
        Self { port, state }
    }

    pub fn answer(&self, command: &str, answer: &str) {
        self.state.lock().unwrap().behaviour.answers.insert(command.into(), answer.into());
    }

    pub fn behave(&self) {
        self.state.lock().unwrap().behaviour = Behaviour::default();
    }

    pub fn taken(&self) -> Vec<(Vec<String>, String)> {
        self.state.lock().unwrap().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

fn scripted(state: &Mutex<State>, command: &str) -> Option<String> {
    let state = state.lock().unwrap();
    let answers = &state.behaviour.answers;
    let word = command.split_whitespace().next().unwrap_or_default().to_uppercase();
    answers.get(command).or_else(|| answers.get(&word)).cloned()
}

async fn converse(stream: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 scripted ESMTP\r\n").await?;
    let (mut recipients, mut line) = (Vec::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        let word = command.split_whitespace().next().unwrap_or_default().to_uppercase();
        let usual = match word.as_str() {
            "EHLO" => "250-scripted\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let answer = scripted(&state, &command).unwrap_or_else(|| usual.to_owned());
        if answer.is_empty() {
            return Ok(());
        }
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        match word.as_str() {
            "MAIL" => recipients.clear(),
            "RCPT" if answer.starts_with("250") => recipients.push(command[8..].trim().to_owned()),
            "QUIT" => return Ok(()),
            "DATA" if answer.starts_with("354") => {
                let mut content = Vec::new();
                while !content.ends_with(b"\r\n.\r\n") {
                    content.push(stream.read_u8().await?);
                }
                let answer = scripted(&state, ".").unwrap_or_else(|| "250 taken as 4711".into());
                let taken = answer.is_empty() || answer.starts_with("250");
                if taken {
                    let content = String::from_utf8(content).unwrap().replace("\r\n..", "\r\n.");
                    state.lock().unwrap().taken.push((std::mem::take(&mut recipients), content));
                }
                if answer.is_empty() {
                    return Ok(());
                }
                stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            }
            _ => {}
        }
    }
}
