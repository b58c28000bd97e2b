//! `answerpal eval drafts`: how good drafts are, in numbers: on a file of questions and documents, by the
//! program's own sentences alone; or on what became of the drafts of a tenant.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::app::App;
use crate::cli::Context;
use crate::clock::{Clock, Random};
use crate::config::Config;
use crate::domain::caller::Actor;
use crate::domain::customers::{self, NewCustomer};
use crate::domain::documents::{self, DocumentChange};
use crate::domain::drafts::{Citation, Drafted, is_made_of, same_words, was_right};
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::intake::draft::{self, Wish};
use crate::model::{
    ChannelId, ChannelType, CustomerId, DocumentId, Message, MessageId, SenderType, Ticket, Timestamp,
};
use crate::store::{
    customers as customer_store, documents as document_store, drafts as draft_store,
    messages as message_store,
};

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
const MOST: i64 = 100_000;

#[derive(Args)]
pub struct DraftsArgs {
    /// Questions, .jsonl: {"query": …, "document": id}; with --documents
    #[arg(long, value_name = "FILE", requires = "documents")]
    data: Option<PathBuf>,
    /// Documents of the data, .jsonl: {"id": …, "title": …, "content": …}
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
    /// The tenant's id, where there are several
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
}

/// What was measured; shares from 0 to 1.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    questions: usize,
    /// Share of questions that got a draft.
    coverage: f64,
    sentences: usize,
    /// Share of the drafts' sentences whose citation stands in the document word for word and says them.
    grounded: f64,
    /// Share of the drafts that rest on the document that fits; null where that is not known.
    right_document: Option<f64>,
    /// Share of questions without an answer that got a draft.
    foreign_drafted: Option<f64>,
    sent_unchanged: Option<f64>,
    sent_edited: Option<f64>,
    discarded: Option<f64>,
    complained_of: Option<f64>,
}

pub async fn run(context: &Context, args: DraftsArgs) -> Result<ExitCode> {
    let figures = match (&args.data, &args.documents) {
        (Some(data), Some(documents)) => of_file(&args, data, documents).await?,
        _ => of_tenant(&context.open().await?, &args).await?,
    };
    context.print(&table(&figures)?, &serde_json::to_value(&figures)?);
    Ok(ExitCode::SUCCESS)
}

fn table(figures: &Figures) -> Result<String> {
    let mut lines = Vec::new();
    if let Value::Object(figures) = serde_json::to_value(figures)? {
        for (name, value) in figures.iter().filter(|it| !it.1.is_null()) {
            let shown = match value.as_f64().filter(|_| value.is_f64()) {
                Some(share) => format!("{:.1} %", share * 100.0),
                None => value.to_string(),
            };
            lines.push(format!("{name:<18} {shown:>10}"));
        }
    }
    Ok(lines.join("\n"))
}

#[derive(Deserialize)]
struct Asked {
    query: String,
    document: Value,
}

#[derive(Deserialize)]
struct Given {
    id: Value,
    title: String,
    content: String,
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path)
        .map_err(|it| Error::invalid("data", format!("{} cannot be read: {it}", path.display())))?;
    Ok(text.lines().filter(|it| !it.trim().is_empty()).map(str::to_owned).collect())
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let parse = |it: &String| {
        serde_json::from_str(it).map_err(|why| Error::invalid("data", format!("{}: {why}", path.display())))
    };
    lines(path)?.iter().map(parse).collect()
}

/// Every nth, so that `most` are left.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

/// In an installation of its own, which is thrown away.
async fn of_file(args: &DraftsArgs, data: &Path, given: &Path) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let app = App::open(config, Clock::system(), Random::system()).await?;
    let new = NewCustomer {
        name: "Evaluation".into(),
        hostname: None,
        username: "eval".into(),
        password: app.random.token(),
    };
    let (customer, _) = customers::create(&app, new).await?;
    let mut ids = Vec::new();
    for document in parsed::<Given>(given)? {
        ids.push((document.id.clone(), add(&app, customer, document).await?));
    }
    let mut figures = Figures::default();
    let (mut drafted, mut right, mut grounded) = (0, 0, 0);
    for asked in spread(parsed::<Asked>(data)?, args.sample) {
        figures.questions += 1;
        let made = ask(&app, customer, &asked.query).await?;
        let Some(first) = made.citations.first().filter(|_| made.reply.is_some()) else { continue };
        drafted += 1;
        let wanted = ids.iter().find(|it| it.0 == asked.document).map(|it| it.1);
        right += usize::from(wanted.is_some_and(|it| it.0 == first.document_id));
        let (sentences, good) = ground(&app, customer, &made).await?;
        figures.sentences += sentences;
        grounded += good;
    }
    figures.coverage = share(drafted, figures.questions);
    figures.grounded = share(grounded, figures.sentences);
    figures.right_document = Some(share(right, drafted));
    if let Some(foreign) = &args.foreign {
        let texts = lines(foreign)?.into_iter().map(|it| match serde_json::from_str::<Asked>(&it) {
            Ok(asked) => asked.query,
            Err(_) => it.rsplit('\t').next().unwrap_or_default().to_owned(),
        });
        let texts = spread(texts.collect(), args.sample);
        let mut answered = 0;
        for text in &texts {
            answered += usize::from(ask(&app, customer, text).await?.reply.is_some());
        }
        figures.foreign_drafted = Some(share(answered, texts.len()));
    }
    app.store.close().await;
    Ok(figures)
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

async fn add(app: &App, customer: CustomerId, given: Given) -> Result<DocumentId> {
    let handle = app.clone();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let change = DocumentChange {
                    name: Some(given.title.chars().take(200).collect()),
                    content: Some(given.content),
                    ..DocumentChange::default()
                };
                Ok(documents::create(tx, &handle, customer, Actor::System, change).await?.document_id)
            })
        })
        .await
}

async fn ask(app: &App, customer: CustomerId, question: &str) -> Result<Drafted> {
    let text = question.to_owned();
    let message = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut ticket = Ticket::new(ChannelId(0), ChannelType::Email, tx.now);
                let mut message = Message::new(ChannelId(0), ChannelType::Email, SenderType::EndUser, tx.now);
                message.message = Some(text);
                messages::open_ticket(tx, customer, Actor::System, &mut ticket, &mut message, &[], None)
                    .await?;
                Ok(message)
            })
        })
        .await?;
    let (pieces, _) = mpsc::unbounded_channel();
    let wish = Wish { extractive: true, ..Wish::default() };
    Ok(draft::make(app, customer, &message, &wish, &pieces).await?)
}

/// The sentences of a draft, and how many of them rest on a quote that stands in its document.
async fn ground(app: &App, customer: CustomerId, drafted: &Drafted) -> Result<(usize, usize)> {
    let mut good = 0;
    for citation in &drafted.citations {
        good += usize::from(is_grounded(app, customer, citation).await?);
    }
    Ok((drafted.citations.len(), good))
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
    let is_there = content.get(place).is_some_and(|it| it.iter().collect::<String>() == citation.quote);
    let sentence = citation.sentence.as_deref().unwrap_or_default();
    Ok(is_there && answerpal_grounding::coverage(sentence, &citation.quote) >= 0.75)
}

/// What became of a tenant's drafts.
async fn of_tenant(app: &App, args: &DraftsArgs) -> Result<Figures> {
    let days = args.last.trim_end_matches('d').parse::<i64>();
    let days = days.map_err(|_| Error::invalid("last", "must be a number of days, for example 90d"))?;
    let tenants = customer_store::ids(&mut *app.store.read().await?).await?;
    let customer = match (args.customer, tenants.as_slice()) {
        (Some(id), _) if tenants.contains(&CustomerId(id)) => CustomerId(id),
        (None, [only]) => *only,
        _ => {
            return Err(Error::invalid("customer", "must be the id of a tenant: there are several, or none"));
        }
    };
    let since = Timestamp(app.clock.now().0 - days * DAY_MICROS);
    let fates = draft_store::fates(&mut *app.store.read().await?, customer, since, 0, 0, MOST).await?;
    let mut figures = Figures { questions: fates.len(), ..Figures::default() };
    let (mut grounded, mut unchanged, mut edited, mut discarded, mut complained) = (0, 0, 0, 0, 0);
    for fate in &fates {
        let (sentences, good) = stored(app, customer, fate.message_id).await?;
        figures.sentences += sentences;
        grounded += good;
        if !fate.is_answered {
            continue;
        }
        match &fate.modified {
            None => unchanged += 1,
            Some(sent) if same_words(sent, &fate.drafted) => unchanged += 1,
            Some(sent) if is_made_of(&fate.drafted, sent) => edited += 1,
            Some(_) => discarded += 1,
        }
        complained += usize::from(!was_right(fate) && (fate.is_liked == Some(false) || fate.is_escalated));
    }
    let answered = unchanged + edited + discarded;
    figures.coverage = 1.0;
    figures.grounded = share(grounded, figures.sentences);
    figures.sent_unchanged = Some(share(unchanged, answered));
    figures.sent_edited = Some(share(edited, answered));
    figures.discarded = Some(share(discarded, answered));
    figures.complained_of = Some(share(complained, answered));
    Ok(figures)
}

async fn stored(app: &App, customer: CustomerId, id: MessageId) -> Result<(usize, usize)> {
    let message = message_store::get(&mut *app.store.read().await?, customer, id).await?;
    let citations: Vec<Citation> =
        message.citations.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let mut good = 0;
    for citation in &citations {
        good += usize::from(is_grounded(app, customer, citation).await?);
    }
    Ok((citations.len(), good))
}
