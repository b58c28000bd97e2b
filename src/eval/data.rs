//! Data files: `.tsv` (one record a line, fields between tabs) or `.jsonl` (one object a line).

use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{Error, Result};

/// A text and its topics; none of them: it fits no topic. TSV: topics (between `|`), text.
#[derive(Clone, Debug, Deserialize)]
pub struct Labelled {
    #[serde(default)]
    pub topics: Vec<String>,
    pub text: String,
}

/// A topic. TSV: name, description.
#[derive(Clone, Debug, Deserialize)]
pub struct Described {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A document. TSV: id, title, content (with `\n` for line breaks).
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// A number or a text.
    #[serde(deserialize_with = "id")]
    pub id: String,
    pub title: String,
    pub content: String,
}

/// A question and the document that answers it. TSV: question, id.
#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    pub query: String,
    #[serde(deserialize_with = "id")]
    pub document: String,
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(it) => Ok(it.trim().to_owned()),
        Value::Number(it) => Ok(it.to_string()),
        _ => Err(serde::de::Error::custom("an id is a number or a text")),
    }
}

pub fn labelled(file: &Path) -> Result<Vec<Labelled>> {
    read(file, |fields| {
        let topics = fields.first()?.split('|').map(str::trim).filter(|it| !it.is_empty());
        // `oos` is how public sets write it.
        let topics = topics.filter(|it| !it.eq_ignore_ascii_case("oos")).map(str::to_owned).collect();
        Some(Labelled { topics, text: (*fields.get(1)?).to_owned() })
    })
}

pub fn described(file: &Path) -> Result<Vec<Described>> {
    read(file, |fields| {
        let description = fields.get(1).copied().unwrap_or_default().to_owned();
        Some(Described { name: (*fields.first()?).to_owned(), description })
    })
}

pub fn answers(file: &Path) -> Result<Vec<Answer>> {
    read(file, |fields| {
        let [id, title, content] = fields else { return None };
        Some(Answer {
            id: id.trim().to_owned(),
            title: (*title).to_owned(),
            content: content.replace("\\n", "\n"),
        })
    })
}

/// Questions whose documents are among these.
///
/// # Errors
/// `Invalid` for what cannot be read, and for a document that is not among them.
pub fn questions(file: &Path, answers: &[Answer]) -> Result<Vec<Question>> {
    let questions = all_questions(file)?;
    let is_unknown = |it: &&Question| !answers.iter().any(|answer| answer.id == it.document);
    match questions.iter().find(is_unknown) {
        Some(it) => {
            let why = format!("names document {}, which is not among the documents", it.document);
            Err(Error::invalid("data", why))
        }
        None => Ok(questions),
    }
}

fn all_questions(file: &Path) -> Result<Vec<Question>> {
    read(file, |fields| {
        let [query, document] = fields else { return None };
        Some(Question { query: (*query).to_owned(), document: document.trim().to_owned() })
    })
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path, tsv: impl Fn(&[&str]) -> Option<T>) -> Result<Vec<T>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error::invalid(name.clone(), format!("cannot be read: {error}")))?;
    // Spreadsheets write a mark before what they export.
    let text = text.trim_start_matches('\u{feff}');
    let is_json = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("jsonl"));
    let lines = text.lines().enumerate().filter(|it| !it.1.trim().is_empty());
    lines
        .map(|(number, line)| {
            let wrong = |why: String| Error::invalid(name.clone(), format!("line {}: {why}", number + 1));
            if is_json {
                return serde_json::from_str(line).map_err(|error| wrong(error.to_string()));
            }
            let fields: Vec<&str> = line.split('\t').collect();
            tsv(&fields).ok_or_else(|| wrong("has not the fields that it should have".into()))
        })
        .collect()
}
