//! Documents as markdown, in a process of its own: a file that makes a reader run wild, recurse or ask for
//! all memory ends that process, not the server.
//!
//! The server starts its own program as `answerpal convert-file`, which limits itself before it reads. The
//! file is its standard input, the markdown its standard output.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::error::{Error, Result};

/// Conversions at one time in this process; the others wait for their turn.
const AT_ONCE: usize = 2;
/// A conversion may take so long, waiting for the processor included.
const LONGEST: Duration = Duration::from_secs(40);
/// Seconds of processor time.
const CPU_SECONDS: u64 = 20;
/// Bytes of memory that the process writes to.
const MEMORY: u64 = 768 * 1024 * 1024;
/// The exit code of a refusal, whose reason is the output.
const REFUSED: u8 = 3;

/// Converts, a few at a time.
pub struct Converter {
    program: Option<PathBuf>,
    turns: Arc<Semaphore>,
}

impl Converter {
    pub fn new(config: &Config) -> Self {
        Self { program: config.program.clone(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The markdown of a file, read from its beginning.
    ///
    /// # Errors
    /// `Invalid` for `file` where it cannot be converted, with the reason.
    pub async fn markdown(&self, name: &str, file: File) -> Result<String> {
        let _turn = self.turns.acquire().await.map_err(|it| Error::internal(it.to_string()))?;
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        let mut child = Command::new(program)
            .arg("convert-file")
            .arg(format!("--name={name}"))
            .env_clear()
            // The allocator reserves address space in one piece: only what is written to counts as memory.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut output = String::new();
        let mut stdout = child.stdout.take().ok_or_else(|| Error::internal("the process has no output"))?;
        let most = answerpal_convert::MOST_MARKDOWN as u64 + 1;
        let ended = tokio::time::timeout(LONGEST, async {
            (&mut stdout).take(most).read_to_string(&mut output).await?;
            child.wait().await
        })
        .await;
        match ended {
            Err(_) => Err(Error::invalid("file", "takes too long to convert")),
            Ok(status) => match status?.code() {
                Some(0) => Ok(output),
                Some(code) if code == i32::from(REFUSED) => Err(Error::invalid("file", output)),
                // A panic, a limit reached, a stack that ran over.
                code => {
                    tracing::info!(?code, "a document's conversion was cut off");
                    Err(Error::invalid(
                        "file",
                        "cannot be converted: it is broken, or takes too much to read",
                    ))
                }
            },
        }
    }
}

/// What the process does that converts one file.
pub fn convert_input(name: &str) -> Result<ExitCode> {
    limit_itself()?;
    let mut content = Vec::new();
    std::io::stdin().lock().read_to_end(&mut content)?;
    let (code, text) = match answerpal_convert::to_markdown(name, &content) {
        Ok(markdown) => (0, markdown),
        Err(refusal) => (REFUSED, refusal.to_string()),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::from(code))
}

fn limit_itself() -> Result<()> {
    for (resource, most) in [(Resource::Data, MEMORY), (Resource::Cpu, CPU_SECONDS), (Resource::Core, 0)] {
        let maximum = getrlimit(resource).maximum.map_or(most, |it| it.min(most));
        let limit = Rlimit { current: Some(maximum), maximum: Some(maximum) };
        setrlimit(resource, limit).map_err(std::io::Error::from)?;
    }
    Ok(())
}
