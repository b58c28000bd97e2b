//! `answerpal eval drafts`: how good drafts are, in numbers: on a file of questions and documents, by the
//! program's own sentences alone; or on what became of the drafts of a tenant.

mod file;
mod tenant;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::cli::Context;
use crate::domain::drafts::Citation;
use crate::error::{Error, Result};
use crate::eval::Setting;
use crate::model::{CustomerId, DocumentId};
use crate::store::documents as document_store;

#[derive(Args)]
pub struct DraftsArgs {
    /// Questions: .tsv (question, document id) or .jsonl ({"query": …, "document": …}); with --documents
    #[arg(long, value_name = "FILE", requires = "documents")]
    data: Option<PathBuf>,
    /// Documents of the data: .tsv (id, title, content) or .jsonl
    #[arg(long, value_name = "FILE")]
    documents: Option<PathBuf>,
    /// Questions that no document answers, .jsonl or one a line: how many are drafted all the same
    #[arg(long, value_name = "FILE", requires = "data")]
    foreign: Option<PathBuf>,
    /// Ask only so many questions, spread over the file
    #[arg(long, value_name = "N", default_value_t = 200)]
    sample: usize,
    /// Without data: what became of the drafts of so many days, for example 90d
    #[arg(long, value_name = "DAYS", default_value = "90d")]
    last: String,
    /// The tenant, by id or hostname, where there are several
    #[arg(long, value_name = "TENANT")]
    customer: Option<String>,
    /// A column of the table, with data: languages=en+nl; may be given several times
    #[arg(long, value_name = "SETTING", requires = "data")]
    setting: Vec<String>,
}

/// What was measured; shares from 0 to 1.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    questions: usize,
    /// Share of questions that got a draft.
    coverage: Option<f64>,
    sentences: usize,
    /// Share of the drafts' sentences whose citation stands in the document word for word and says them.
    grounded: Option<f64>,
    /// Share of the drafts that rest on the document that fits; null where that is not known.
    right_document: Option<f64>,
    /// Share of questions without an answer that got a draft.
    foreign_drafted: Option<f64>,
    sent_unchanged: Option<f64>,
    sent_edited: Option<f64>,
    discarded: Option<f64>,
    complained_of: Option<f64>,
}

/// With settings, the JSON is an array of one object for each.
pub async fn run(context: &Context, args: DraftsArgs) -> Result<ExitCode> {
    let settings = args.setting.iter().map(|it| Setting::parse(it)).collect::<Result<Vec<_>>>()?;
    let (Some(data), Some(documents)) = (&args.data, &args.documents) else {
        let app = context.existing().await?;
        let figures = tenant::measure(&app, &args).await?;
        app.store.close().await;
        context.print(&table(std::slice::from_ref(&figures))?, &serde_json::to_value(&figures)?);
        return Ok(ExitCode::SUCCESS);
    };
    if settings.is_empty() {
        let figures = file::measure(&args, data, documents, None).await?;
        context.print(&table(std::slice::from_ref(&figures))?, &serde_json::to_value(&figures)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut columns = Vec::new();
    for setting in &settings {
        columns.push(file::measure(&args, data, documents, Some(setting)).await?);
    }
    context.print(&table(&columns)?, &serde_json::to_value(&columns)?);
    Ok(ExitCode::SUCCESS)
}

fn table(columns: &[Figures]) -> Result<String> {
    let columns: Vec<Value> = columns.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    let shown = |value: &Value| match (value.as_f64().filter(|_| value.is_f64()), value.as_str()) {
        (Some(share), _) => format!("{:.1} %", share * 100.0),
        (None, Some(text)) => text.to_owned(),
        _ => value.to_string(),
    };
    let mut lines = Vec::new();
    if let Some(Value::Object(first)) = columns.first() {
        for name in first.iter().filter(|it| !it.1.is_null()).map(|it| it.0) {
            let values: String = columns.iter().map(|it| format!(" {:>24}", shown(&it[name]))).collect();
            lines.push(format!("{name:<18}{values}"));
        }
    }
    Ok(lines.join("\n"))
}

/// None of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

async fn is_grounded(app: &App, customer: CustomerId, citation: &Citation) -> Result<bool> {
    let id = DocumentId(citation.document_id);
    let document = match document_store::get(&mut *app.store.read().await?, customer, id).await {
        Err(Error::NotFound) => return Ok(false),
        other => other?,
    };
    let content: Vec<char> = document.content.unwrap_or_default().chars().collect();
    let place = usize::try_from(citation.start).unwrap_or(usize::MAX)
        ..usize::try_from(citation.end).unwrap_or_default();
    let is_there =
        content.get(place.clone()).is_some_and(|it| it.iter().collect::<String>() == citation.quote);
    let sentence = citation.sentence.as_deref().unwrap_or_default();
    let said = format!("{}\n{}", columns_of(&content, place.start), citation.quote);
    Ok(is_there && answerpal_grounding::coverage(sentence, &said) >= 0.75)
}

/// The first row of the table that a place stands in: a row is told with the names of its columns.
fn columns_of(content: &[char], place: usize) -> String {
    let before: String = content.get(..place).unwrap_or_default().iter().collect();
    let mut rows = before.lines().rev().take_while(|it| it.trim_start().starts_with('|'));
    rows.by_ref().last().unwrap_or_default().to_owned()
}
