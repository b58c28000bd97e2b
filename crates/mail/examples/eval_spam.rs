//! Measures the spam classifier: `cargo run --release -p answerpal-mail --example eval_spam -- DIR` where
//! each folder in DIR holds mails, one a file, and folders of spam have `spam` in their names. Headers that
//! would name the collection are taken out. Five folds, and sources that were not learned from.

use std::collections::BTreeSet;
use std::path::Path;

use answerpal_mail::spam::{SpamModel, features};
use answerpal_mail::{Limits, parse};

const ROUNDS: usize = 8;
const THRESHOLD: f64 = 0.9;
/// Who handled a mail after it was sent, and when.
const STRIPPED: &[&str] = &[
    "received",
    "delivered-to",
    "return-path",
    "x-spam",
    "list-",
    "x-mailing",
    "x-beenthere",
    "errors-to",
    "sender",
    "x-mailman",
    "precedence",
    "x-loop",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "x-original",
    "x-authentication",
    "x-pyzor",
    "x-hops",
    "to:",
    "cc:",
    "x-egroups",
    "mailing-list",
    "x-status",
    "status",
    "x-uidl",
    "x-keywords",
];

struct Example {
    source: String,
    is_spam: bool,
    features: BTreeSet<String>,
}

fn stripped(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut in_head, mut drop) = (true, false);
    for line in raw.split_inclusive(|it| *it == b'\n') {
        if in_head {
            if line.trim_ascii().is_empty() {
                in_head = false;
            } else if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                let lower = String::from_utf8_lossy(line).to_lowercase();
                drop = lower.starts_with("from ") || STRIPPED.iter().any(|it| lower.starts_with(it));
            }
            if in_head && drop {
                continue;
            }
        }
        out.extend_from_slice(line);
    }
    out
}

fn load(folder: &Path) -> Vec<Example> {
    let mut found = Vec::new();
    let mut folders: Vec<_> =
        std::fs::read_dir(folder).expect("the folder can be read").flatten().map(|it| it.path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|it| it.is_dir()) {
        let source = folder.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .expect("the folder can be read")
            .flatten()
            .map(|it| it.path())
            .collect();
        files.sort();
        for file in files.into_iter().filter(|it| it.file_name().is_some_and(|it| it != "cmds")) {
            let Ok(raw) = std::fs::read(&file) else { continue };
            let Some(mail) = parse(&stripped(&raw), &Limits::default()) else { continue };
            let text = mail.text.clone().filter(|it| !it.trim().is_empty());
            let text =
                text.or_else(|| mail.html.as_deref().map(answerpal_mail::html_text)).unwrap_or_default();
            found.push(Example {
                is_spam: source.contains("spam"),
                source: source.clone(),
                features: features(&mail, &text),
            });
        }
    }
    found
}

fn trained<'a>(examples: impl Iterator<Item = &'a Example> + Clone) -> SpamModel {
    let mut model = SpamModel::prior();
    let all: Vec<&Example> = examples.collect();
    for round in 0..ROUNDS {
        // An order that mixes the sources, the same each time.
        let step = [7919, 104_729, 1_299_709, 15_485_863][round % 4];
        for index in 0..all.len() {
            let example = all[(index * step + round) % all.len()];
            model.learn(&example.features, example.is_spam);
        }
    }
    model
}

#[derive(Default)]
struct Tally {
    all: usize,
    right: usize,
    wanted: usize,
    held: usize,
    spam: usize,
    caught: usize,
}

impl Tally {
    fn add(&mut self, model: &SpamModel, example: &Example) {
        let score = model.score(&example.features).probability;
        self.all += 1;
        self.right += usize::from((score >= 0.5) == example.is_spam);
        if example.is_spam {
            self.spam += 1;
            self.caught += usize::from(score >= THRESHOLD);
        } else {
            self.wanted += 1;
            self.held += usize::from(score >= THRESHOLD);
        }
    }

    fn print(&self, what: &str) {
        let percent = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        println!(
            "{what}: {:.2} % right of {}, at {THRESHOLD}: {:.2} % of {} wanted held, {:.2} % of {} spam caught",
            percent(self.right, self.all),
            self.all,
            percent(self.held, self.wanted),
            self.wanted,
            percent(self.caught, self.spam),
            self.spam
        );
    }
}

fn main() {
    let folder = std::env::args().nth(1).expect("the folder is given");
    let examples = load(Path::new(&folder));
    let mut prior = Tally::default();
    let model = SpamModel::prior();
    examples.iter().for_each(|it| prior.add(&model, it));
    prior.print("prior alone");
    let mut folds = Tally::default();
    for fold in 0..5 {
        let learned = examples.iter().enumerate().filter(|it| it.0 % 5 != fold).map(|it| it.1);
        let model = trained(learned);
        examples.iter().enumerate().filter(|it| it.0 % 5 == fold).for_each(|it| folds.add(&model, it.1));
    }
    folds.print("five folds");
    let mut sources: Vec<&str> = examples.iter().map(|it| it.source.as_str()).collect();
    sources.dedup();
    for left_out in sources.into_iter().filter(|it| !it.contains("spam")) {
        // Half of the spam is new as well.
        let spam_half = |index: usize, it: &Example| it.is_spam && index % 2 == 0;
        let learned = examples
            .iter()
            .enumerate()
            .filter(|(at, it)| !spam_half(*at, it) && it.source != left_out)
            .map(|it| it.1);
        let model = trained(learned);
        let mut shifted = Tally::default();
        let tested =
            examples.iter().enumerate().filter(|(at, it)| spam_half(*at, it) || it.source == left_out);
        tested.for_each(|it| shifted.add(&model, it.1));
        shifted.print(&format!("without {left_out}"));
    }
}
