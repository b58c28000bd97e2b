//! What a mail is told apart by: its words, and how it is made. Words belong to a sender's business; how spam is
//! made is alike wherever it comes from, so the two weigh the same whatever their number.

use std::collections::BTreeSet;

use super::footer::without_list_footer;
use crate::mail::Mail;

/// Words of a mail that are looked at.
const MOST_WORDS: usize = 2000;
const LONGEST_WORD: usize = 30;
/// Links of a mail that are looked at.
const MOST_LINKS: usize = 50;
/// Bytes of HTML that are looked at.
const MOST_HTML: usize = 256 * 1024;
/// Headers whose presence, and whose first word, tells something.
const TOLD_BY: &[&str] =
    &["X-Mailer", "User-Agent", "X-Priority", "MIME-Version", "Organization", "X-MimeOLE", "Importance"];

/// What SpamAssassin made of a mail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpamAssassin {
    pub score: f64,
    /// From here on it calls a mail spam.
    pub threshold: f64,
    /// The rules that hit.
    pub rules: Vec<String>,
}

/// A mail as the classifier sees it. The first letters of a feature say where it is from: `s` subject, `b` body,
/// `2` pair of words, `n` sender's name, `f` sender's domain, `l` host of a link; of how it is made: `x`
/// structure, `h` header, `c` kind of the whole, `p` kind of a part, `e` ending of the sender's domain, `t` ending
/// of a link's host, `a` rule of SpamAssassin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    pub words: BTreeSet<String>,
    pub make: BTreeSet<String>,
    /// How far SpamAssassin's score is above its threshold, in thresholds; None where it was not asked.
    pub spam_assassin: Option<f32>,
}

impl Features {
    /// Of a mail, its text and what SpamAssassin made of it.
    pub fn of(mail: &Mail, text: &str, spam_assassin: Option<&SpamAssassin>) -> Self {
        let mut found = Self::default();
        let text = without_list_footer(text);
        let subject = mail.subject.as_deref().unwrap_or_default();
        words(subject, |it, _| {
            found.words.insert(format!("s:{it}"));
        });
        words(text, |it, before| {
            found.words.insert(format!("b:{it}"));
            if let Some(before) = before {
                found.words.insert(format!("2:{before} {it}"));
            }
        });
        found.sender(mail);
        found.structure(mail, text);
        found.html(mail, text);
        found.headers(mail);
        found.links(mail);
        if let Some(it) = spam_assassin.filter(|it| it.threshold > 0.0) {
            found.spam_assassin = Some(((it.score - it.threshold) / it.threshold) as f32);
            found.make.extend(it.rules.iter().map(|it| format!("a:{it}")));
        }
        found
    }

    fn say(&mut self, is: bool, what: &str) {
        if is {
            self.make.insert(format!("x:{what}"));
        }
    }

    fn sender(&mut self, mail: &Mail) {
        let Some(from) = mail.from.first() else {
            self.say(true, "no from");
            return;
        };
        let address = from.address.to_lowercase();
        let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
        self.words.insert(format!("f:{domain}"));
        if let Some((_, ending)) = domain.rsplit_once('.') {
            self.make.insert(format!("e:{ending}"));
        }
        let digits = local.chars().filter(char::is_ascii_digit).count();
        self.say(digits >= 3, "from digits");
        self.say(from.name.is_none(), "no name");
        if let Some(name) = &from.name {
            words(name, |it, _| {
                self.words.insert(format!("n:{it}"));
            });
            self.say(name.to_lowercase().contains('@'), "name is address");
            self.say(shouts(name, 5), "name shouts");
        }
        let reply = mail.reply_to.first().map(|it| it.address.to_lowercase());
        let differs = reply.as_deref().is_some_and(|it| it != address);
        self.say(differs, "reply-to differs");
        let elsewhere = reply.as_deref().and_then(|it| it.rsplit_once('@')).is_some_and(|it| it.1 != domain);
        self.say(elsewhere, "reply-to elsewhere");
        self.say(mail.to.iter().any(|it| it.address.eq_ignore_ascii_case(&address)), "to itself");
    }

    fn structure(&mut self, mail: &Mail, text: &str) {
        let subject = mail.subject.as_deref().unwrap_or_default();
        let plain = mail.text.as_deref().unwrap_or_default();
        self.say(mail.message_id.is_none(), "no message-id");
        self.say(mail.to.is_empty(), "no to");
        self.say(mail.to.len() > 5, "many to");
        self.say(!mail.in_reply_to.is_empty() || !mail.references.is_empty(), "answers");
        self.say(plain.lines().any(|it| it.starts_with('>')), "quotes");
        self.say(mail.protection.is_some(), "signed");
        self.say(subject.trim().is_empty(), "no subject");
        self.say(shouts(subject, 8), "subject shouts");
        self.say(subject.contains("      "), "subject has gap");
        self.say(subject.contains('!'), "subject exclaims");
        self.say(subject.contains('?'), "subject asks");
        self.say(subject.trim_start().to_lowercase().starts_with("re:"), "subject answers");
        self.say(mail.header("Subject").is_some_and(|it| !it.is_ascii()), "8bit subject");
        self.say(shouts(text, 200), "body shouts");
        self.say(text.lines().filter(|it| shouts(it, 12)).count() >= 3, "lines shout");
        self.say(text.matches('!').count() > 3, "many exclamations");
        self.say(text.contains("!!"), "exclaims twice");
        self.say(text.contains('$') || text.contains('€'), "money");
        self.say(text.contains('%'), "percent");
        self.say(text.trim().len() < 50, "short");
        self.say(text.len() > 5000, "long");
        self.say(!mail.parts.is_empty(), "files");
        let letters = text.chars().filter(|it| it.is_alphabetic()).count();
        let foreign = text.chars().filter(|it| it.is_alphabetic() && !it.is_ascii()).count();
        self.say(letters > 40 && foreign * 3 > letters, "other letters");
        self.say(text.lines().any(|it| it.trim_end() == "--" || it == "-- "), "signature");
    }

    fn html(&mut self, mail: &Mail, text: &str) {
        let Some(html) = mail.html.as_deref() else { return };
        let html = html[..html.floor_char_boundary(MOST_HTML)].to_ascii_lowercase();
        self.say(mail.text.is_none(), "html only");
        self.say(mail.text.is_some(), "both bodies");
        let white = html.contains("<!--") && html.contains("font color=\"#ffffff\"");
        let hidden = html.contains("display:none") || html.contains("font-size:0") || white;
        self.say(hidden, "hidden text");
        self.say(html.contains("<img") && text.trim().len() < 100, "image only");
        for tag in
            ["form", "script", "iframe", "style", "map", "center", "table", "title", "head", "!doctype"]
        {
            self.say(html.contains(&format!("<{tag}")), &format!("tag {tag}"));
        }
        self.say(html.contains("mailto:"), "mailto");
        self.say(html.matches("<!--").count() > 5, "many comments");
        self.say(html.contains("<font"), "tag font");
        let share = text.len() * 100 / html.len().max(1);
        self.say(share < 10, "much html");
        self.say((10..30).contains(&share), "more html");
    }

    fn headers(&mut self, mail: &Mail) {
        for name in TOLD_BY {
            let Some(value) = mail.header(name) else { continue };
            let name = name.to_ascii_lowercase();
            let word = value.split([' ', '/', ',']).next().unwrap_or_default().to_lowercase();
            self.make.insert(format!("h:{name}:{word}"));
            self.make.insert(format!("h:{name}"));
        }
        let kind = mail.content_type();
        let mut pieces = kind.split(';').map(str::trim);
        self.make.insert(format!("c:{}", pieces.next().unwrap_or_default()));
        if let Some(charset) = pieces.find_map(|it| it.strip_prefix("charset=")) {
            self.make.insert(format!("c:charset {}", charset.trim_matches('"')));
        }
        if let Some(encoding) = mail.header("Content-Transfer-Encoding") {
            self.make.insert(format!("c:{}", encoding.trim().to_lowercase()));
        }
        self.make.extend(mail.parts.iter().map(|it| format!("p:{}", it.content_type)));
    }

    fn links(&mut self, mail: &Mail) {
        let plain = without_list_footer(mail.text.as_deref().unwrap_or_default());
        let html = mail.html.as_deref().unwrap_or_default();
        let all = if html.is_empty() { plain } else { &html[..html.floor_char_boundary(MOST_HTML)] };
        let mut hosts = BTreeSet::new();
        for link in all.split("://").skip(1).take(MOST_LINKS) {
            let place =
                link.split(['/', '"', '\'', '>', '<', ' ', '\n', '\r', '?', ')']).next().unwrap_or_default();
            self.say(place.contains('@'), "link with user");
            let host = place.rsplit('@').next().unwrap_or_default();
            let (host, port) = host.split_once(':').unwrap_or((host, ""));
            self.say(!port.is_empty(), "link with port");
            let by_number = !host.is_empty() && host.chars().all(|it| it.is_ascii_digit() || it == '.');
            self.say(by_number, "link by number");
            if !by_number && let Some((_, ending)) = host.rsplit_once('.') {
                self.make.insert(format!("t:{}", ending.to_lowercase()));
                hosts.insert(host.to_lowercase());
            }
        }
        self.say(hosts.is_empty(), "no links");
        self.say(hosts.len() == 1, "links to one");
        self.say(hosts.len() > 5, "links to many");
        let from = mail.from.first().and_then(|it| it.address.rsplit_once('@')).map(|it| it.1.to_lowercase());
        let own = from.as_deref().map(site).unwrap_or_default();
        let strange = hosts.iter().filter(|it| site(it) != own).count();
        self.say(strange > 0 && strange == hosts.len(), "links elsewhere");
        self.say(strange < hosts.len(), "links to its own");
        self.words.extend(hosts.into_iter().map(|it| format!("l:{it}")));
    }
}

/// The last two names of a host.
fn site(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    match (dots.next(), dots.next()) {
        (Some(_), Some((at, _))) => &host[at + 1..],
        _ => host,
    }
}

fn words(text: &str, mut take: impl FnMut(&str, Option<&str>)) {
    let mut before: Option<String> = None;
    let pieces = text.split(|it: char| !it.is_alphanumeric() && !matches!(it, '\'' | '$' | '!'));
    for word in pieces.filter(|it| !it.is_empty()).take(MOST_WORDS) {
        let length = word.chars().count();
        let lower = word.to_lowercase();
        let plain = lower.trim_matches(['\'', '!']);
        // Numbers are all alike, and what is longer than a word is encoded.
        let kept = if plain.chars().any(|it| it.is_ascii_digit()) {
            if plain.starts_with('$') { "$#".to_owned() } else { "#".to_owned() }
        } else if length > LONGEST_WORD {
            "(long)".to_owned()
        } else {
            plain.to_owned()
        };
        if kept.is_empty() {
            continue;
        }
        take(&kept, before.as_deref());
        before = Some(kept);
    }
}

/// Whether most of at least so many letters are capitals.
fn shouts(text: &str, least: usize) -> bool {
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    let upper = text.chars().filter(|it| it.is_uppercase()).count();
    letters >= least && upper * 5 > letters * 3
}
