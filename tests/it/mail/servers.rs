//! The real mail servers of `scripts/with-mail`.

use std::path::{Path, PathBuf};

use crate::support::{Engine, Installation};

/// Where they are.
#[derive(Clone)]
pub struct Servers {
    pub imap: u16,
    pub imaps: u16,
    pub smtp: u16,
    pub desk_lmtp: u16,
    pub desk_smtp: u16,
    pub spamd: u16,
    pub ca: PathBuf,
    folder: PathBuf,
}

impl Servers {
    /// None where there are none: said loudly, and an error under CI.
    pub fn find() -> Option<Self> {
        let Ok(imap) = std::env::var("ANSWERPAL_TEST_IMAP") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "CI has no mail servers: ANSWERPAL_TEST_IMAP is not set"
            );
            eprintln!("SKIPPED: no mail servers here; run the tests by `make test`, which starts some");
            return None;
        };
        let port = |name: &str| std::env::var(name).unwrap().parse().unwrap();
        Some(Self {
            imap: imap.parse().unwrap(),
            imaps: port("ANSWERPAL_TEST_IMAPS"),
            smtp: port("ANSWERPAL_TEST_SMTP"),
            desk_lmtp: port("ANSWERPAL_TEST_DESK_LMTP"),
            desk_smtp: port("ANSWERPAL_TEST_DESK_SMTP"),
            spamd: port("ANSWERPAL_TEST_SPAMD"),
            ca: std::env::var("ANSWERPAL_TEST_MAIL_CA").unwrap().into(),
            folder: std::env::var("ANSWERPAL_TEST_MAIL_DIR").unwrap().into(),
        })
    }

    /// An installation that may talk to them.
    pub async fn installation(&self, engine: Engine) -> Option<Installation> {
        let ca = self.ca.clone();
        Installation::with(engine, move |config| {
            config.outbound_allow = "127.0.0.1,localhost,::1".into();
            config.mail_ca = Some(ca);
        })
        .await
    }

    /// Puts a mail into the mailbox of a user by the server's own door.
    pub async fn deliver(&self, user: &str, raw: &str) {
        self.deliver_to(&format!("{user}@mail.test"), raw).await;
    }

    /// Gives Postfix a mail.
    pub async fn deliver_to(&self, address: &str, raw: &str) {
        let address: lettre::Address = address.parse().unwrap();
        let from: lettre::Address = "sender@example.org".parse().unwrap();
        let envelope = lettre::address::Envelope::new(Some(from), vec![address]).unwrap();
        let hello = lettre::transport::smtp::extension::ClientId::Domain("test".into());
        let mut connection = lettre::transport::smtp::client::AsyncSmtpConnection::connect_tokio1(
            ("127.0.0.1", self.smtp),
            None,
            &hello,
            None,
            None,
        )
        .await
        .unwrap();
        connection.send(&envelope, raw.as_bytes()).await.unwrap();
        connection.quit().await.unwrap();
    }

    /// The mails in a folder of a user: their files' names and contents.
    pub fn mails(&self, user: &str, folder: &str) -> Vec<(String, String)> {
        let maildir = self.folder.join("mail").join(user);
        let maildir = if folder == "INBOX" { maildir } else { maildir.join(format!(".{folder}")) };
        let mut found = Vec::new();
        for part in ["new", "cur"] {
            found.extend(files(&maildir.join(part)));
        }
        found.sort();
        found
    }
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            // A mail may move between the look at its folder and the look at it.
            let content = std::fs::read(&path).ok()?;
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Some((name, String::from_utf8_lossy(&content).into_owned()))
        })
        .collect()
}
