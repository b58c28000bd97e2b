//! A classifier of spam that learns one mail at a time: logistic regression over hashed words and header
//! features, with per-feature step sizes (AdaGrad). Weights only: no mail can be read out of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::mail::Mail;

const BITS: u32 = 18;
const SIZE: usize = 1 << BITS;
/// Words of a mail that are looked at.
const MOST_WORDS: usize = 2000;
const LONGEST_WORD: usize = 30;
const RATE: f32 = 0.6;
/// How much of a weight the prior's rules have.
const RULE: f32 = 1.6;

/// What speaks for spam before anybody has marked any, from how such mail is made rather than from
/// examples: features in the spelling of [`features`], each with how strongly it speaks.
const RULES: &[(&str, f32)] = &[
    ("b:viagra", 3.0),
    ("b:cialis", 3.0),
    ("b:lottery", 2.0),
    ("b:casino", 2.0),
    ("b:unsecured", 1.5),
    ("b:mortgage", 1.5),
    ("b:refinance", 2.0),
    ("b:inheritance", 2.0),
    ("b:beneficiary", 1.5),
    ("b:million", 1.0),
    ("b:dollars", 1.0),
    ("b:winner", 1.0),
    ("b:congratulations", 0.7),
    ("b:unsubscribe", 0.7),
    ("b:click", 0.7),
    ("b:removed", 0.7),
    ("b:guarantee", 1.0),
    ("b:guaranteed", 1.2),
    ("b:earn", 1.0),
    ("b:income", 1.0),
    ("b:debt", 1.2),
    ("b:herbal", 1.5),
    ("b:enlargement", 2.5),
    ("b:adult", 1.0),
    ("b:bulk", 0.8),
    ("b:offer", 0.7),
    ("b:opportunity", 0.7),
    ("b:investment", 0.8),
    ("b:crypto", 0.8),
    ("b:bitcoin", 1.0),
    ("b:replica", 1.5),
    ("b:seo", 1.5),
    ("b:backlinks", 2.0),
    ("2:click here", 1.2),
    ("2:act now", 1.5),
    ("2:limited time", 1.2),
    ("2:risk free", 1.5),
    ("2:no obligation", 1.5),
    ("2:dear friend", 1.8),
    ("2:order now", 1.2),
    ("2:credit card", 0.6),
    ("2:make money", 1.8),
    ("2:work from", 0.6),
    ("2:from home", 0.7),
    ("2:opt out", 1.0),
    ("2:remove me", 0.8),
    ("s:free", 0.8),
    ("s:adv", 2.0),
    ("s:winner", 1.2),
    ("x:subject shouts", 1.0),
    ("x:subject has gap", 1.0),
    ("x:html only", 0.8),
    ("x:hidden text", 1.0),
    ("x:image only", 1.0),
    ("x:body shouts", 0.8),
    ("x:many exclamations", 0.7),
    ("x:from digits", 0.6),
    ("x:no message-id", 1.0),
    ("x:reply-to differs", 0.5),
    ("x:link by number", 1.5),
    ("x:no to", 0.7),
    ("x:8bit subject", 0.7),
    ("x:money", 0.5),
    ("x:answers", -2.5),
    ("x:quotes", -1.5),
    ("x:signed", -1.5),
    ("x:has user agent", -0.7),
];

/// What a mail is told apart by, each once. The first letters say where: subject, body, pair of words,
/// sender, structure.
pub fn features(mail: &Mail, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let subject = mail.subject.as_deref().unwrap_or_default();
    words(subject, |it, _| {
        found.insert(format!("s:{it}"));
    });
    words(text, |it, before| {
        found.insert(format!("b:{it}"));
        if let Some(before) = before {
            found.insert(format!("2:{before} {it}"));
        }
    });
    sender(mail, &mut found);
    structure(mail, text, &mut found);
    found
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

fn sender(mail: &Mail, found: &mut BTreeSet<String>) {
    let Some(from) = mail.from.first() else {
        found.insert("x:no from".into());
        return;
    };
    let address = from.address.to_lowercase();
    let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
    found.insert(format!("f:{domain}"));
    if let Some((_, ending)) = domain.rsplit_once('.') {
        found.insert(format!("e:{ending}"));
    }
    if local.chars().filter(char::is_ascii_digit).count() >= 3 {
        found.insert("x:from digits".into());
    }
    if let Some(name) = &from.name {
        words(name, |it, _| {
            found.insert(format!("n:{it}"));
        });
    } else {
        found.insert("x:no name".into());
    }
    let reply = mail.reply_to.first().map(|it| it.address.to_lowercase());
    if reply.is_some_and(|it| it != address) {
        found.insert("x:reply-to differs".into());
    }
}

fn structure(mail: &Mail, text: &str, found: &mut BTreeSet<String>) {
    let mut say = |is: bool, what: &str| {
        if is {
            found.insert(format!("x:{what}"));
        }
    };
    let subject = mail.subject.as_deref().unwrap_or_default();
    let html = mail.html.as_deref().unwrap_or_default().to_ascii_lowercase();
    let plain = mail.text.as_deref().unwrap_or_default();
    say(mail.message_id.is_none(), "no message-id");
    say(mail.to.is_empty(), "no to");
    say(mail.to.len() > 5, "many to");
    say(!mail.in_reply_to.is_empty() || !mail.references.is_empty(), "answers");
    say(plain.lines().any(|it| it.starts_with('>')), "quotes");
    say(mail.protection.is_some(), "signed");
    say(mail.header("User-Agent").is_some(), "has user agent");
    say(mail.text.is_none() && mail.html.is_some(), "html only");
    say(mail.text.is_some() && mail.html.is_some(), "both bodies");
    say(
        html.contains("display:none")
            || html.contains("font-size:0")
            || html.contains("<!--") && html.contains("font color=\"#ffffff\""),
        "hidden text",
    );
    say(html.contains("<img") && text.trim().len() < 100, "image only");
    say(html.contains("<form"), "form");
    say(html.contains("<script"), "script");
    let by_number = |it: &str| it.chars().next().is_some_and(|it| it.is_ascii_digit());
    let all = if html.is_empty() { plain } else { &html };
    say(all.split("http://").skip(1).any(by_number), "link by number");
    say(shouts(subject, 8), "subject shouts");
    say(subject.contains("      "), "subject has gap");
    say(shouts(text, 200), "body shouts");
    say(text.matches('!').count() > 3, "many exclamations");
    say(text.contains('$') || text.contains('€'), "money");
    say(mail.header("Subject").is_some_and(|it| !it.is_ascii()), "8bit subject");
    say(text.trim().len() < 50, "short");
    say(text.len() > 5000, "long");
    for name in
        ["X-Mailer", "User-Agent", "X-Priority", "MIME-Version", "Organization", "X-MimeOLE", "Importance"]
    {
        if let Some(value) = mail.header(name) {
            found.insert(format!("h:{}", name.to_ascii_lowercase()));
            let word = value.split([' ', '/', ',']).next().unwrap_or_default().to_lowercase();
            found.insert(format!("h:{}:{word}", name.to_ascii_lowercase()));
        }
    }
    let kind = mail.content_type();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    found.insert(format!("c:{kind}"));
    for part in &mail.parts {
        found.insert(format!("p:{}", part.content_type));
    }
    for link in all.split("://").skip(1).take(50) {
        let host: String =
            link.chars().take_while(|it| it.is_alphanumeric() || matches!(it, '.' | '-')).collect();
        if let Some((_, ending)) = host.rsplit_once('.') {
            found.insert(format!("l:{}", ending.to_lowercase()));
        }
        found.insert(format!("l:{}", host.to_lowercase()));
    }
}

fn shouts(text: &str, least: usize) -> bool {
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    let upper = text.chars().filter(|it| it.is_uppercase()).count();
    letters >= least && upper * 5 > letters * 3
}

fn slot(feature: &str) -> u32 {
    // FNV-1a: the same on every machine.
    let mut hash: u32 = 0x811c_9dc5;
    for byte in feature.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> BITS)) & (SIZE as u32 - 1)
}

/// What a classifier has learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpamModel {
    /// Weight, and sum of squared gradients, of the slots that were learned from.
    slots: BTreeMap<u32, (f32, f32)>,
    bias: f32,
    /// Mails that it was shown.
    pub examples: u64,
}

/// A verdict with what speaks most for it and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpamScore {
    /// That it is spam, from 0 to 1.
    pub probability: f64,
    /// Features and their share, strongest first.
    pub tags: Vec<(String, f64)>,
}

impl SpamModel {
    /// What is known before anybody has marked anything.
    pub fn prior() -> Self {
        let mut model = Self { bias: -2.0, ..Self::default() };
        for (feature, weight) in RULES {
            model.slots.insert(slot(feature), (weight * RULE, 0.0));
        }
        model
    }

    pub fn score(&self, features: &BTreeSet<String>) -> SpamScore {
        let scale = scale(features.len());
        let mut sum = self.bias;
        let mut tags: Vec<(String, f64)> = Vec::new();
        for feature in features {
            if let Some((weight, _)) = self.slots.get(&slot(feature)) {
                sum += weight * scale;
                tags.push((feature.clone(), f64::from(weight * scale)));
            }
        }
        tags.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        tags.truncate(8);
        SpamScore { probability: f64::from(1.0 / (1.0 + (-sum).exp())), tags }
    }

    /// Learns from one mail that a person marked.
    pub fn learn(&mut self, features: &BTreeSet<String>, is_spam: bool) {
        let error = self.score(features).probability as f32 - f32::from(u8::from(is_spam));
        let scale = scale(features.len());
        let gradient = error * scale;
        for feature in features {
            let (weight, seen) = self.slots.entry(slot(feature)).or_insert((0.0, 0.0));
            *seen += gradient * gradient;
            *weight -= RATE * gradient / (seen.sqrt() + 0.01);
        }
        self.bias -= 0.05 * error;
        self.examples += 1;
    }

    /// As bytes: slot, weight and sum, little-endian, twelve bytes each, after bias and count.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.bias.to_le_bytes().to_vec();
        out.extend(self.examples.to_le_bytes());
        for (slot, (weight, seen)) in &self.slots {
            out.extend(slot.to_le_bytes());
            out.extend(weight.to_le_bytes());
            out.extend(seen.to_le_bytes());
        }
        out
    }

    /// Reads what [`SpamModel::to_bytes`] wrote; None for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bias, rest) = bytes.split_first_chunk::<4>()?;
        let (examples, rest) = rest.split_first_chunk::<8>()?;
        if rest.len() % 12 != 0 {
            return None;
        }
        let word = |it: &[u8]| [it[0], it[1], it[2], it[3]];
        let slots = rest.chunks_exact(12).map(|it| {
            let slot = u32::from_le_bytes(word(it)) & (SIZE as u32 - 1);
            (slot, (f32::from_le_bytes(word(&it[4..])), f32::from_le_bytes(word(&it[8..]))))
        });
        Some(Self {
            slots: slots.collect(),
            bias: f32::from_le_bytes(*bias),
            examples: u64::from_le_bytes(*examples),
        })
    }
}

/// Long mails have many features: each counts less.
fn scale(features: usize) -> f32 {
    3.0 / (features.max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, parse};

    fn of(raw: &str) -> BTreeSet<String> {
        let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
        let text = mail.text.clone().unwrap_or_default();
        features(&mail, &text)
    }

    #[test]
    fn it_learns_what_it_is_shown_and_comes_back_from_bytes() {
        let wanted = of(
            "From: anna@x.example\nMessage-ID: <1@x>\nTo: s@y\nSubject: My order\n\nWhere is my parcel? It should be here.\n",
        );
        let spam = of(
            "From: x123@y.example\nSubject: FREE MONEY NOW!!!\n\nDear friend, click here to make money, guaranteed.\n",
        );
        let mut model = SpamModel::prior();
        assert!(model.score(&spam).probability > model.score(&wanted).probability);
        for _ in 0..10 {
            model.learn(&spam, true);
            model.learn(&wanted, false);
        }
        assert!(model.score(&spam).probability > 0.9 && model.score(&wanted).probability < 0.1);
        assert_eq!(SpamModel::from_bytes(&model.to_bytes()), Some(model));
        assert_eq!(SpamModel::from_bytes(b"x"), None);
    }
}
