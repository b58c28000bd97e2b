//! `answerpal eval`: how good topics and retrieval are, in numbers.

mod drafts;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::Context;
use crate::ai::embed::Embedding;
use crate::app::App;
use crate::domain::drafts::{Citation, was_right};
use crate::domain::topic_examples::text_of;
use crate::error::{Error, Result};
use crate::eval::data::{self, Answer, Described, Labelled, Question};
use crate::eval::topics::Course;
use crate::eval::{Column, Setting, retrieval, table, topics};
use crate::model::{CustomerId, Timestamp};
use crate::outbound::Outbound;
use crate::store::{
    Contains, bulk, documents, drafts as draft_store, messages, topic_examples, topics as topic_store,
};

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
const MOST_DRAFTS: i64 = 100_000;

#[derive(Subcommand)]
pub enum EvalCommand {
    /// Topics: on a file, or on what people corrected, each asked before it was taught
    Topics(TopicsArgs),
    /// Retrieval: whether the document that answers is found
    Retrieval(RetrievalArgs),
    /// Drafts: whether each sentence rests on a document, and what people made of them
    Drafts(drafts::DraftsArgs),
}

#[derive(Args)]
pub struct TopicsArgs {
    /// Texts to ask: .tsv (topics between |, text) or .jsonl ({"topics": […], "text": …})
    #[arg(long, value_name = "FILE", requires = "topics")]
    data: Vec<PathBuf>,
    /// Topics of the data: .tsv (name, description) or .jsonl
    #[arg(long, value_name = "FILE")]
    topics: Option<PathBuf>,
    /// Texts to teach before, in the form of the data
    #[arg(long, value_name = "FILE")]
    teach: Vec<PathBuf>,
    /// Without data: what was corrected in so many days, for example 90d
    #[arg(long, value_name = "DAYS", default_value = "90d")]
    last: String,
    /// The tenant, by id or hostname, where there are several
    #[arg(long, value_name = "TENANT")]
    customer: Option<String>,
    /// A column of the table: shots=10,languages=en+nl,wrong=0.05; may be given several times
    #[arg(long, value_name = "SETTING")]
    setting: Vec<String>,
}

#[derive(Args)]
pub struct RetrievalArgs {
    /// Questions: .tsv (question, document id) or .jsonl ({"query": …, "document": …})
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Without data: the messages of so many days whose draft was sent as it was, with the document that it rests on
    #[arg(long, value_name = "DAYS", default_value = "90d", conflicts_with = "documents")]
    last: String,
    /// Documents: .tsv (id, title, content) or .jsonl; without it the tenant's own
    #[arg(long, value_name = "FILE")]
    documents: Option<PathBuf>,
    /// The tenant, by id or hostname, where there are several
    #[arg(long, value_name = "TENANT")]
    customer: Option<String>,
    /// A column of the table: languages=en+nl; may be given several times
    #[arg(long, value_name = "SETTING")]
    setting: Vec<String>,
}

pub async fn run(context: &Context, command: EvalCommand) -> Result<ExitCode> {
    let columns = match command {
        EvalCommand::Topics(args) => of_topics(context, args).await?,
        EvalCommand::Retrieval(args) => of_retrieval(context, args).await?,
        EvalCommand::Drafts(args) => return drafts::run(context, args).await,
    };
    context.print(&table(&columns), &serde_json::to_value(&columns)?);
    Ok(ExitCode::SUCCESS)
}

fn settings(given: &[String]) -> Result<Vec<Setting>> {
    if given.is_empty() {
        Ok(vec![Setting::parse("")?])
    } else {
        given.iter().map(|it| Setting::parse(it)).collect()
    }
}

fn all(files: &[PathBuf]) -> Result<Vec<Labelled>> {
    let read: Vec<Vec<Labelled>> = files.iter().map(|it| data::labelled(it)).collect::<Result<_>>()?;
    Ok(read.into_iter().flatten().collect())
}

async fn of_topics(context: &Context, args: TopicsArgs) -> Result<Vec<Column>> {
    let (known, course) = match &args.topics {
        Some(file) if !args.data.is_empty() => {
            (data::described(file)?, Course::Split { teach: all(&args.teach)?, ask: all(&args.data)? })
        }
        _ => replayed(context, &args).await?,
    };
    let embedding = Embedding::new(Outbound::new("")?, Duration::from_secs(15));
    let mut columns = Vec::new();
    for setting in settings(&args.setting)? {
        if setting.shots.is_some() && matches!(course, Course::Replay(_)) {
            return Err(Error::invalid(
                "setting",
                "shots=N needs --data: a replay teaches everything in turn",
            ));
        }
        columns.push(topics::run(&embedding, &known, &course, &setting).await?);
    }
    Ok(columns)
}

/// The tenant's topics, and what was taught about them lately.
async fn replayed(context: &Context, args: &TopicsArgs) -> Result<(Vec<Described>, Course)> {
    let days = days(&args.last)?;
    let (app, customer) = open(context, args.customer.as_deref()).await?;
    let since = Timestamp(app.clock.now().0 - days * DAY_MICROS);
    let mut conn = app.store.read().await?;
    let topics = topic_store::list(&mut conn, customer, "t.topic_id ASC", i64::from(i32::MAX), 0).await?;
    let mut links = topic_examples::topics_after(&mut conn, customer, 0).await?;
    let examples = topic_examples::after(&mut conn, customer, 0).await?;
    drop(conn);
    app.store.close().await;
    let name = |id| topics.iter().find(|it| it.topic_id == id).map(|it| it.name.clone());
    let lately = examples.into_iter().filter(|it| !it.is_forgotten && it.created_at >= since);
    let course = lately
        .map(|it| {
            let topics = links.remove(&it.example_id).unwrap_or_default();
            Labelled { topics: topics.into_iter().filter_map(name).collect(), text: it.text }
        })
        .collect();
    let described = topics
        .iter()
        .map(|it| Described {
            name: it.name.clone(),
            description: it.description.clone().unwrap_or_default(),
        })
        .collect();
    Ok((described, Course::Replay(course)))
}

fn days(last: &str) -> Result<i64> {
    let days = last.trim_end_matches('d').parse().ok().filter(|it| (1..=36_500).contains(it));
    days.ok_or_else(|| Error::invalid("last", "must be a number of days, for example 90d"))
}

async fn open(context: &Context, customer: Option<&str>) -> Result<(App, CustomerId)> {
    let app = context.existing().await?;
    let customer = bulk::find_customer(&mut *app.store.read().await?, customer).await?;
    Ok((app, customer))
}

async fn of_retrieval(context: &Context, args: RetrievalArgs) -> Result<Vec<Column>> {
    let answers = match &args.documents {
        Some(file) => data::answers(file as &Path)?,
        None => own_documents(context, args.customer.as_deref()).await?,
    };
    let mut questions = match &args.data {
        Some(file) => data::questions(file, &answers)?,
        None => own_questions(context, &args).await?,
    };
    // A document may be gone since the answer.
    let known: HashSet<&str> = answers.iter().map(|it| it.id.as_str()).collect();
    questions.retain(|it| known.contains(it.document.as_str()));
    let embedding = Embedding::new(Outbound::new("")?, Duration::from_secs(15));
    let mut columns = Vec::new();
    for setting in settings(&args.setting)? {
        columns.push(retrieval::run(&embedding, &answers, &questions, &setting).await?);
    }
    Ok(columns)
}

/// What people asked lately whose draft was right, with the document that it rests on first.
async fn own_questions(context: &Context, args: &RetrievalArgs) -> Result<Vec<Question>> {
    let days = days(&args.last)?;
    let (app, customer) = open(context, args.customer.as_deref()).await?;
    let since = Timestamp(app.clock.now().0 - days * DAY_MICROS);
    let mut conn = app.store.read().await?;
    let fates = draft_store::fates(&mut conn, customer, since, 0, 0, MOST_DRAFTS).await?;
    let mut questions = Vec::new();
    for fate in fates.iter().filter(|it| it.is_answered && was_right(it)) {
        let message = messages::get(&mut conn, customer, fate.message_id).await?;
        let citations: Vec<Citation> =
            message.citations.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        let first = citations.iter().find(|it| it.document_id > 0);
        if let (Some(query), Some(first)) = (text_of(&message), first) {
            questions.push(Question { query, document: first.document_id.to_string() });
        }
    }
    drop(conn);
    app.store.close().await;
    Ok(questions)
}

async fn own_documents(context: &Context, customer: Option<&str>) -> Result<Vec<Answer>> {
    let (app, customer) = open(context, customer).await?;
    let every = Contains::new(None);
    let order = "t.document_id ASC";
    let mut conn = app.store.read().await?;
    let all = documents::list(&mut conn, customer, &every, order, i64::from(i32::MAX), 0).await?;
    drop(conn);
    app.store.close().await;
    let answer = |it: crate::model::Document| Answer {
        id: it.document_id.0.to_string(),
        title: it.name,
        content: it.content.or(it.description).unwrap_or_default(),
    };
    Ok(all.into_iter().filter(|it| !it.is_data_retrieval_process).map(answer).collect())
}
