//! Measures the spam classifier on mails in folders:
//!
//! `cargo run --release -p answerpal-mail --example eval_spam -- DIR [HOST:PORT]`
//!
//! Each folder in DIR is a source: it holds mails, one a file, and those of folders with `spam` in their names
//! are spam. HOST:PORT is a spamd to ask too; what it said is kept in `spamd.tsv` beside the folders. Headers
//! that would name the collection are taken out first, and those that every mail has say the same in each. Told are: five folds, each measured by a model that
//! learned from the four others; and each source of wanted mail, with half of the spam, measured by a model
//! that learned from the other sources and the other half.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use answerpal_mail::spam::{Features, Lesson, SpamAssassin, SpamModel};
use answerpal_mail::{Limits, parse};

const THRESHOLD: f64 = 0.9;
/// Who handled a mail after it was sent: names the collection to whom knows it.
const HANDLED: &[&str] = &[
    "delivered-to",
    "errors-to",
    "list-",
    "mailing-list",
    "precedence",
    "return-path",
    "sender",
    "status",
    "x-authentication",
    "x-beenthere",
    "x-egroups",
    "x-hops",
    "x-keywords",
    "x-loop",
    "x-mailing",
    "x-mailman",
    "x-original",
    "x-pyzor",
    "x-spam",
    "x-status",
    "x-uidl",
];
/// What our classifier could know the collection by besides: when, for whom, over which servers, in which thread.
const NAMING: &[&str] = &["received", "date", "in-reply-to", "references", "cc:"];
/// The same in headers that every mail has: another value stands for theirs. Without them each would look like a
/// mail to nobody.
const REPLACED: &[(&str, &[u8])] =
    &[("message-id:", b"Message-ID: <1@mail.example>\n"), ("to:", b"To: desk@mail.example\n")];

struct Example {
    source: String,
    is_spam: bool,
    /// Without and with what SpamAssassin says.
    features: [Features; 2],
    lessons: [Lesson; 2],
    score: Option<f64>,
}

fn without(raw: &[u8], headers: &[&[&str]], replaced: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut in_head, mut drop) = (true, false);
    for line in raw.split_inclusive(|it| *it == b'\n') {
        if in_head {
            if line.trim_ascii().is_empty() {
                in_head = false;
            } else if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                let lower = String::from_utf8_lossy(line).to_lowercase();
                drop = lower.starts_with("from ") || headers.concat().iter().any(|it| lower.starts_with(it));
                if let Some((_, value)) = replaced.iter().find(|it| lower.starts_with(it.0)) {
                    out.extend_from_slice(value);
                    drop = true;
                }
            }
            if in_head && drop {
                continue;
            }
        }
        out.extend_from_slice(line);
    }
    out
}

fn ask(spamd: &str, raw: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(spamd)?;
    write!(stream, "SYMBOLS SPAMC/1.5\r\nContent-length: {}\r\n\r\n", raw.len())?;
    stream.write_all(raw)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Score and rules of each mail: `folder/file`, score, rules, between tabs.
fn opinions(
    folder: &Path,
    spamd: Option<&str>,
    files: &[(String, PathBuf)],
) -> HashMap<String, SpamAssassin> {
    let kept = folder.join("spamd.tsv");
    let mut text = std::fs::read_to_string(&kept).unwrap_or_default();
    if let (Some(spamd), true) = (spamd, text.is_empty()) {
        for (name, path) in files {
            let raw = without(&std::fs::read(path).expect("a mail can be read"), &[HANDLED], &[]);
            let answer = ask(spamd, &raw).expect("spamd answers");
            let (head, rules) = answer.split_once("\r\n\r\n").expect("spamd gives a verdict");
            let score = head.split(';').nth(1).and_then(|it| it.split('/').next()).unwrap_or_default();
            writeln!(text, "{name}\t{}\t{}", score.trim(), rules.trim()).expect("a text grows");
        }
        std::fs::write(&kept, &text).expect("spamd.tsv can be written");
    }
    let read = |line: &str| {
        let mut fields = line.split('\t');
        let name = fields.next()?.to_owned();
        let score = fields.next()?.parse().ok()?;
        let rules = fields.next()?.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        Some((name, SpamAssassin { score, threshold: 5.0, rules }))
    };
    text.lines().filter_map(read).collect()
}

fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let list = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let mut paths: Vec<_> = entries.flatten().map(|it| it.path()).collect();
        paths.sort();
        paths
    };
    let name = |it: &Path| it.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let folders = list(folder).into_iter().filter(|it| it.is_dir());
    let all = folders.flat_map(|folder| list(&folder));
    all.filter(|it| name(it) != "cmds")
        .map(|it| (format!("{}/{}", it.parent().map(name).unwrap_or_default(), name(&it)), it))
        .collect()
}

fn load(folder: &Path, spamd: Option<&str>) -> Vec<Example> {
    let files = files(folder);
    let opinions = opinions(folder, spamd, &files);
    let mut found = Vec::new();
    for (name, path) in files {
        let raw = std::fs::read(&path).expect("a mail can be read");
        let Some(mail) = parse(&without(&raw, &[HANDLED, NAMING], REPLACED), &Limits::default()) else {
            continue;
        };
        let text = mail.text.clone().filter(|it| !it.trim().is_empty());
        let text = text.or_else(|| mail.html.as_deref().map(answerpal_mail::html_text)).unwrap_or_default();
        let opinion = opinions.get(&name);
        let features = [None, opinion].map(|it| Features::of(&mail, &text, it));
        let source = name.split('/').next().unwrap_or_default().to_owned();
        found.push(Example {
            is_spam: source.contains("spam"),
            source,
            lessons: [Lesson::of(&features[0]), Lesson::of(&features[1])],
            features,
            score: opinion.map(|it| it.score),
        });
    }
    found
}

fn taught<'a>(examples: impl Iterator<Item = &'a Example>, with: usize) -> SpamModel {
    let lessons: Vec<(Lesson, bool)> = examples.map(|it| (it.lessons[with].clone(), it.is_spam)).collect();
    SpamModel::taught(&lessons)
}

#[derive(Default)]
struct Tally {
    /// Verdicts and truths.
    all: Vec<(f64, bool)>,
}

impl Tally {
    fn print(&self, what: &str) {
        let percent = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        let count =
            |is_spam: bool, least: f64| self.all.iter().filter(|it| it.1 == is_spam && it.0 >= least).count();
        let (wanted, spam) = (count(false, -1.0), count(true, -1.0));
        let right = |least: f64| percent(wanted - count(false, least) + count(true, least), wanted + spam);
        println!(
            "{what}: {:.2} % right at 0.5, {:.2} % at 0.9; held at 0.9: {:.2} % of {wanted} wanted, {:.2} % of {spam} spam",
            right(0.5),
            right(THRESHOLD),
            percent(count(false, THRESHOLD), wanted),
            percent(count(true, THRESHOLD), spam),
        );
    }

    fn add(&mut self, model: &SpamModel, example: &Example, with: usize) {
        self.all.push((model.score(&example.features[with]).probability, example.is_spam));
    }
}

fn measure(examples: &[Example], with: usize) {
    let mut prior = Tally::default();
    let model = SpamModel::prior();
    examples.iter().for_each(|it| prior.add(&model, it, with));
    prior.print("  nothing learned");
    let mut folds = Tally::default();
    for fold in 0..5 {
        let model = taught(examples.iter().enumerate().filter(|it| it.0 % 5 != fold).map(|it| it.1), with);
        examples
            .iter()
            .enumerate()
            .filter(|it| it.0 % 5 == fold)
            .for_each(|it| folds.add(&model, it.1, with));
    }
    folds.print("  five folds");
    let mut sources: Vec<&str> = examples.iter().map(|it| it.source.as_str()).collect();
    sources.dedup();
    let mut shifted = Tally::default();
    for source in sources.into_iter().filter(|it| !it.contains("spam")) {
        let mut one = Tally::default();
        let is_new =
            |(at, it): (usize, &Example)| if it.is_spam { at.is_multiple_of(2) } else { it.source == source };
        let model = taught(examples.iter().enumerate().filter(|it| !is_new(*it)).map(|it| it.1), with);
        examples.iter().enumerate().filter(|it| is_new(*it)).for_each(|it| one.add(&model, it.1, with));
        one.print(&format!("  learned from all but {source}"));
        shifted.all.extend(one.all);
    }
    shifted.print("  sources not learned from");
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: eval_spam DIR [HOST:PORT]");
    let examples = load(Path::new(&folder), arguments.next().as_deref());
    println!("the classifier alone");
    measure(&examples, 0);
    if examples.iter().any(|it| it.score.is_some()) {
        let alone =
            examples.iter().map(|it| (f64::from(u8::from(it.score >= Some(5.0))), it.is_spam)).collect();
        Tally { all: alone }.print("SpamAssassin alone, from 5");
        println!("with what SpamAssassin says");
        measure(&examples, 1);
    }
}
