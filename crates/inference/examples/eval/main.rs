//! Measures the library on labelled data:
//!
//! - `eval topics DIR SHOTS [multi]`: DIR holds `train.tsv`, `test.tsv` (`topic<TAB>text`), and if there are any
//!   `topics.tsv` (`topic<TAB>description`) and `oos_test.tsv`. SHOTS examples of each topic are taught.
//! - `eval draws DIR SHOTS COUNT`: the same for COUNT random draws of `train.tsv`, judged on others of it: to choose
//!   settings by without a look at the test part.
//! - `eval desks DIR COUNT [SHOTS]`: COUNT small help desks of six to ten topics drawn from `train.tsv`, each with one to
//!   five examples or with SHOTS: how much is decided at "at most 5 % wrong", how much of that is wrong, and what becomes of strangers.
//! - `eval pairs DIR SHOTS`: two messages of `train.tsv` put behind each other, of different topics and of the same one,
//!   single ones in a letter, and single ones: which topics are named.
//! - `eval languages TOPICS FILE…`: topics described in one language, found in each file of `topic<TAB>text`.
//! - `eval retrieval DIR [multi]`: `documents.jsonl` (`id, title, content`), `queries.jsonl` (`query, document`).
//! - `eval identifiers`: 300 questions by an order number or an error code among 300 documents.
//! - `eval vectors e5|e5-passage|universal|minilm TEXTS OUT`: one model's vectors of the lines of a file, as floats.
//! - `eval speed [pieces]`: one message of 60 words, embedding and topics, on one core; as a whole or in pieces too.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use answerpal_inference::retrieval::{Document, Entry, Index};
use answerpal_inference::topics::{Classifier, Example, Settings, Topic, prompts};
use answerpal_inference::{Embedder, Profile, Role, embedder, passages};

mod drawn;

use drawn::{Dice, courtesies, desks, draws, pairs};

type Answer<T> = Result<T, Box<dyn Error>>;

#[derive(Clone)]
struct Row {
    topic: String,
    text: String,
    vector: Vec<f32>,
}

fn main() -> Answer<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let profile = if arguments.contains(&"multi") { Profile::Multilingual } else { Profile::English };
    let embedder = Embedder::new(profile);
    match arguments[..] {
        ["topics", folder, shots, ..] => topics(embedder, Path::new(folder), shots.parse()?),
        ["draws", folder, shots, count, ..] => {
            draws(embedder, Path::new(folder), shots.parse()?, count.parse()?)
        }
        ["desks", folder, count, ref rest @ ..] => {
            let shots = rest.first().and_then(|it| it.parse().ok());
            desks(embedder, Path::new(folder), count.parse()?, shots)
        }
        ["pairs", folder, shots, ..] => pairs(embedder, Path::new(folder), shots.parse()?),
        ["languages", described, ref files @ ..] => languages(Path::new(described), files),
        ["retrieval", folder, ..] => retrieval(embedder, Path::new(folder)),
        ["identifiers", ..] => identifiers(embedder),
        ["vectors", kind, texts, out] => vectors(kind, texts, out),
        ["speed", ref rest @ ..] => speed(embedder, rest.contains(&"pieces")),
        _ => Err("eval topics|draws|desks|pairs|languages|retrieval|identifiers|vectors|speed …: see the head of this example"
            .into()),
    }
}

fn rows(embedder: Embedder, file: &Path) -> Answer<Vec<Row>> {
    let content = std::fs::read_to_string(file)?;
    embedded(embedder, content.lines().filter_map(|line| line.split_once('\t')).collect())
}

fn embedded(embedder: Embedder, pairs: Vec<(&str, &str)>) -> Answer<Vec<Row>> {
    let texts: Vec<&str> = pairs.iter().map(|(_, text)| *text).collect();
    let vectors = embedder.embed(&texts, Role::Message)?;
    let row = |((topic, text), vector): ((&str, &str), Vec<f32>)| Row {
        topic: topic.into(),
        text: text.into(),
        vector,
    };
    Ok(pairs.into_iter().zip(vectors).map(row).collect())
}

fn described(embedder: Embedder, names: &BTreeMap<String, i64>, file: &Path) -> Answer<Vec<Topic>> {
    let content = std::fs::read_to_string(file).unwrap_or_default();
    let descriptions: BTreeMap<&str, &str> =
        content.lines().filter_map(|line| line.split_once('\t')).collect();
    let topic = |(name, id): (&String, &i64)| -> Answer<Topic> {
        let prompts = prompts(name, descriptions.get(name.as_str()).copied().unwrap_or(""));
        let texts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        let vectors = embedder.embed(&texts, Role::Message)?;
        Ok(Topic { id: *id, prompts, vectors })
    };
    names.iter().map(topic).collect()
}

fn numbered<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, i64> {
    let names: std::collections::BTreeSet<&str> = names.collect();
    names.into_iter().map(str::to_owned).zip(1..).collect()
}

/// Probability and rightness of each text's first topic, the surest first.
fn judge(classifier: &Classifier, ids: &BTreeMap<String, i64>, rows: &[Row]) -> Vec<(f32, bool)> {
    let first = |row: &Row| {
        let best = classifier.predict(&row.text, &row.vector).scores.first().copied();
        best.map_or((0.0, false), |best| (best.probability, ids.get(&row.topic) == Some(&best.topic)))
    };
    let mut out: Vec<(f32, bool)> = rows.iter().map(first).collect();
    out.sort_by(|a, b| b.0.total_cmp(&a.0));
    out
}

fn accuracy(judged: &[(f32, bool)]) -> f32 {
    judged.iter().filter(|(_, right)| *right).count() as f32 * 100.0 / judged.len().max(1) as f32
}

/// The mean distance of probability and accuracy over fifteen bins, in percent.
fn calibration_error(judged: &[(f32, bool)]) -> f32 {
    let bin =
        |wanted: usize| judged.iter().filter(move |(p, _)| ((p * 15.0) as usize).min(14) == wanted).copied();
    (0..15)
        .map(|number| {
            let part: Vec<(f32, bool)> = bin(number).collect();
            let sum = part.iter().map(|(p, _)| p * 100.0).sum::<f32>();
            (sum - accuracy(&part) * part.len() as f32).abs() / judged.len().max(1) as f32
        })
        .sum()
}

/// The calibration error that so many texts would show by chance, were each probability exactly right.
fn chance(judged: &[(f32, bool)]) -> f32 {
    let mut dice = Dice(1);
    let mut once = || {
        let drawn: Vec<(f32, bool)> = judged.iter().map(|(p, _)| (*p, dice.share() < *p)).collect();
        calibration_error(&drawn)
    };
    (0..20).map(|_| once()).sum::<f32>() / 20.0
}

fn taught(rows: &[(i64, Row)]) -> Vec<Example> {
    let example = |(number, (topic, row)): (usize, &(i64, Row))| Example {
        id: number as i64,
        text: row.text.clone(),
        vector: row.vector.clone(),
        topics: vec![*topic],
    };
    rows.iter().enumerate().map(example).collect()
}

fn topics(embedder: Embedder, folder: &Path, shots: usize) -> Answer<()> {
    let content = std::fs::read_to_string(folder.join("train.tsv"))?;
    let train: Vec<(&str, &str)> = content.lines().filter_map(|line| line.split_once('\t')).collect();
    let test = rows(embedder, &folder.join("test.tsv"))?;
    let unknown = rows(embedder, &folder.join("oos_test.tsv")).unwrap_or_default();
    let ids = numbered(train.iter().map(|row| row.0));
    let topics = described(embedder, &ids, &folder.join("topics.tsv"))?;
    let mut of_topic: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    train.iter().enumerate().for_each(|(number, row)| of_topic.entry(row.0).or_default().push(number));
    // Spread evenly over the file.
    let spread = |list: &Vec<usize>| -> Vec<usize> {
        list.iter().step_by((list.len() / shots.max(1)).max(1)).take(shots).copied().collect()
    };
    let known = embedded(embedder, of_topic.values().flat_map(spread).map(|number| train[number]).collect())?;
    let known: Vec<(i64, Row)> = known.into_iter().map(|row| (ids[&row.topic], row)).collect();
    let examples = taught(&known);
    let (count, start) = (examples.len(), Instant::now());
    let mut classifier = Classifier::train(topics, examples, Settings::default());
    let trained = start.elapsed();
    let judged = judge(&classifier, &ids, &test);
    let covered = judged.len() * 9 / 10;
    let strange = judge(&classifier, &BTreeMap::new(), &unknown);
    let refused = strange.iter().filter(|(p, _)| *p < judged[covered].0).count();
    println!("{count} examples, trained in {trained:.1?}");
    println!("accuracy                            {:.1} %", accuracy(&judged));
    println!("accuracy at 90 % coverage           {:.1} %", accuracy(&judged[..covered]));
    println!(
        "out of scope refused at that point  {:.1} %",
        refused as f32 * 100.0 / strange.len().max(1) as f32
    );
    println!(
        "calibration error                   {:.1} % ({:.1} by chance)",
        calibration_error(&judged),
        chance(&judged)
    );
    let start = Instant::now();
    if let Some(row) = test.first() {
        let (text, vector) = (row.text.clone(), row.vector.clone());
        classifier.learn(Example { id: -1, text, vector, topics: vec![1] });
    }
    println!("one more example learnt in          {:.1?}", start.elapsed());
    Ok(())
}

fn languages(file: &Path, files: &[&str]) -> Answer<()> {
    let embedder = Embedder::new(Profile::Multilingual);
    let content = std::fs::read_to_string(file)?;
    let ids = numbered(content.lines().filter_map(|line| line.split_once('\t')).map(|(name, _)| name));
    let classifier = Classifier::train(described(embedder, &ids, file)?, Vec::new(), Settings::default());
    for file in files {
        let judged = judge(&classifier, &ids, &rows(embedder, Path::new(file))?);
        println!("{file}: {:.1} %", accuracy(&judged));
    }
    Ok(())
}

fn document(embedder: Embedder, id: i64, title: &str, content: &str) -> Answer<Document> {
    let texts: Vec<String> =
        passages::split(content).iter().map(|passage| passage.with_titles(title)).collect();
    let vectors = embedder.embed(&texts.iter().map(String::as_str).collect::<Vec<_>>(), Role::Passage)?;
    let title_vector = embedder.embed(&[title], Role::Passage)?.remove(0);
    let passages = texts.into_iter().zip(vectors).map(|(text, vector)| Entry { text, vector }).collect();
    Ok(Document { id, title: title.to_owned(), title_vector, passages })
}

/// The place of the right document among those found, for each question.
fn places(embedder: Embedder, index: &Index, questions: &[(String, i64)]) -> Answer<Vec<Option<usize>>> {
    let texts: Vec<&str> = questions.iter().map(|(text, _)| text.as_str()).collect();
    let vectors = embedder.embed(&texts, Role::Query)?;
    let place = |((text, wanted), vector): (&(String, i64), Vec<f32>)| {
        let mut found: Vec<i64> = Vec::new();
        for hit in index.search(text, &vector, None, 200) {
            if !found.contains(&hit.document) {
                found.push(hit.document);
            }
        }
        found.iter().position(|document| document == wanted)
    };
    Ok(questions.iter().zip(vectors).map(place).collect())
}

fn show(places: &[Option<usize>]) {
    let within = |count: usize| {
        let found = places.iter().filter(|place| place.is_some_and(|place| place < count)).count();
        found as f32 * 100.0 / places.len().max(1) as f32
    };
    println!("{} questions: first {:.1} %, among the first 5 {:.1} %", places.len(), within(1), within(5));
}

fn retrieval(embedder: Embedder, folder: &Path) -> Answer<()> {
    let lines = |name: &str| -> Answer<Vec<serde_json::Value>> {
        let content = std::fs::read_to_string(folder.join(name))?;
        content.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    };
    let mut index = Index::new();
    for line in lines("documents.jsonl")? {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        index.put(document(embedder, line["id"].as_i64().unwrap_or(0), &text("title"), &text("content"))?);
    }
    let question = |line: &serde_json::Value| {
        (line["query"].as_str().unwrap_or_default().to_owned(), line["document"].as_i64().unwrap_or(-1))
    };
    let questions: Vec<(String, i64)> = lines("queries.jsonl")?.iter().map(question).collect();
    show(&places(embedder, &index, &questions)?);
    Ok(())
}

fn identifiers(embedder: Embedder) -> Answer<()> {
    let mut index = Index::new();
    let mut questions = Vec::new();
    let ways =
        ["What does CODE mean?", "I get CODE, please help", "something about CODE", "where is my order CODE"];
    for id in 0..300_i64 {
        // Codes that differ in a digit or two, as real ones do.
        let code =
            if id % 2 == 0 { format!("E-{}", 4000 + id) } else { format!("ORD-2025-{:05}", 10_000 + id) };
        let content =
            format!("{code} is dealt with by the team of the warehouse. Write down what you did before.");
        index.put(document(embedder, id, "Codes and orders", &content)?);
        let asked = if id % 3 == 0 { code.to_lowercase().replace('-', "") } else { code };
        questions.push((ways[id as usize % ways.len()].replace("CODE", &asked), id));
    }
    show(&places(embedder, &index, &questions)?);
    Ok(())
}

fn vectors(kind: &str, texts: &str, out: &str) -> Answer<()> {
    let content = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = content.lines().collect();
    let vectors = match kind {
        "e5" => embedder::e5_vectors(&texts, Role::Query)?,
        "e5-passage" => embedder::e5_vectors(&texts, Role::Passage)?,
        "universal" => embedder::universal_vectors(&texts)?,
        "minilm" => embedder::minilm_vectors(&texts)?,
        _ => return Err("vectors of e5, e5-passage, universal or minilm".into()),
    };
    let bytes: Vec<u8> = vectors.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    Ok(std::fs::write(out, bytes)?)
}

fn speed(embedder: Embedder, in_pieces: bool) -> Answer<()> {
    let text = "Hello, I ordered a replacement filter for my coffee machine two weeks ago and paid by card, but the \
        parcel has still not arrived and the tracking page says that it was handed over to me in person, which is \
        not true. Could you please tell me where it is now, or else give me my money back before the end of this \
        month? Thank you.";
    let names: BTreeMap<String, i64> = (1..=100).map(|id| (format!("topic number {id}"), id)).collect();
    let topics = described(embedder, &names, Path::new(""))?;
    let classifier = Classifier::train(topics, Vec::new(), Settings::default());
    let courtesies = courtesies(embedder)?;
    let mut times = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        let vector = embedder.embed(&[black_box(text)], Role::Message)?.remove(0);
        let whole = classifier.predict(text, &vector);
        let pieces = classifier.pieces(text, &whole);
        let vectors = if in_pieces && !pieces.is_empty() {
            embedder.embed(&pieces, Role::Message)?
        } else {
            Vec::new()
        };
        black_box(classifier.join(whole, &pieces.into_iter().zip(vectors).collect::<Vec<_>>(), &courtesies));
        times.push(start.elapsed());
    }
    times.sort();
    println!("{} words: median {:.1?}, best {:.1?}", text.split_whitespace().count(), times[25], times[0]);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("RssAnon"))
        .for_each(|line| println!("{line}"));
    Ok(())
}
