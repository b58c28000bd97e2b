//! A mail as the rest of the program sees it, whatever its MIME looked like.

/// An address with the name before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub name: Option<String>,
    pub address: String,
}

/// A mail, read. Texts are UTF-8, without NUL; everything is bounded by the limits of the reader.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// In the order of the mail; the first is who wrote it.
    pub from: Vec<Address>,
    pub sender: Option<Address>,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    /// Where the last mail server delivered it (`Delivered-To`, `X-Original-To`, `Envelope-To`).
    pub delivered_to: Vec<String>,
    pub subject: Option<String>,
    /// The plain text, or none where there is HTML only.
    pub text: Option<String>,
    pub html: Option<String>,
    /// Without angle brackets, as are all Message-IDs here.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    /// Oldest first.
    pub references: Vec<String>,
    /// `Date`, in seconds since 1970, as the sender says.
    pub date: Option<i64>,
    /// The newest `Received`: when the last server had it.
    pub received: Option<i64>,
    /// Name and value, unfolded and decoded, in the order of the mail. Bounded.
    pub headers: Vec<(String, String)>,
    /// What is no body: files, inline images, calendars, enclosed mails.
    pub parts: Vec<Part>,
    pub protection: Option<Protection>,
    /// What was left out or could not be read, for a person.
    pub notes: Vec<String>,
}

/// A part that is a file of its own.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// As the mail gives it; not fit for a file system.
    pub name: Option<String>,
    /// As the mail declares it, in lower case.
    pub content_type: String,
    /// Without angle brackets.
    pub content_id: Option<String>,
    pub is_inline: bool,
    pub content: Vec<u8>,
}

/// How a mail is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    Signed,
    Encrypted,
}

impl Mail {
    /// Every value of a header, in the order of the mail; the name in any case.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.as_str())
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.as_str())
    }

    /// `Content-Type` of the whole, in lower case.
    pub fn content_type(&self) -> String {
        self.header("Content-Type").unwrap_or_default().trim().to_lowercase()
    }

    /// Everything this mail says it follows, nearest first, each once: `In-Reply-To`, then `References`
    /// from the newest to the oldest.
    pub fn ancestors(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !found.contains(&id.as_str()) && self.message_id.as_deref() != Some(id) {
                found.push(id);
            }
        }
        found
    }

    /// Every address it was sent to, as far as it says.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.to, &self.cc, &self.bcc];
        let listed = lists.into_iter().flatten().map(|it| it.address.as_str());
        listed.chain(self.delivered_to.iter().map(String::as_str))
    }
}
