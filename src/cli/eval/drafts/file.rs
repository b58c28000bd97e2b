//! On a file of questions and documents, in an installation of its own, which is thrown away.

use std::path::Path;

use serde::Deserialize;
use tokio::sync::mpsc;

use super::{DraftsArgs, Figures, is_grounded, share};
use crate::app::App;
use crate::clock::{Clock, Random};
use crate::config::Config;
use crate::domain::ai_settings::{self, AiSettingsChange};
use crate::domain::customers::{self, NewCustomer};
use crate::domain::documents::{self, DocumentChange};
use crate::domain::drafts::Drafted;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::eval::Setting;
use crate::eval::data::{self, Answer, Question};
use crate::intake::draft::{self, Wish};
use crate::intake::retrieve;
use crate::model::{Actor, ChannelId, ChannelType, CustomerId, DocumentId, Message, SenderType, Ticket};

#[derive(Deserialize)]
struct Foreign {
    query: String,
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path)
        .map_err(|it| Error::invalid("data", format!("{} cannot be read: {it}", path.display())))?;
    Ok(text.lines().filter(|it| !it.trim().is_empty()).map(str::to_owned).collect())
}

/// Every nth, so that `most` are left.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

pub async fn measure(
    args: &DraftsArgs,
    questions: &Path,
    given: &Path,
    setting: Option<&Setting>,
) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let answers = data::answers(given)?;
    let questions = data::questions(questions, &answers)?;
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let app = App::open(config, Clock::system(), Random::system()).await?;
    let customer = tenant(&app, setting).await?;
    let mut ids = Vec::new();
    for document in answers {
        let id = add(&app, customer, &document).await?;
        retrieve::embed_document(&app, customer, id).await?;
        ids.push((document.id, id));
    }
    let mut figures = asked(&app, customer, args, questions, &ids).await?;
    figures.setting = setting.map(|it| it.text.clone());
    if let Some(foreign) = &args.foreign {
        figures.foreign_drafted = drafted_of_foreign(&app, customer, args, foreign).await?;
    }
    app.store.close().await;
    Ok(figures)
}

async fn tenant(app: &App, setting: Option<&Setting>) -> Result<CustomerId> {
    let new = NewCustomer {
        name: "Evaluation".into(),
        hostname: None,
        username: "eval".into(),
        password: app.random.token(),
    };
    let (customer, _) = customers::create(app, new).await?;
    if let Some(setting) = setting {
        let languages = if setting.multilingual { "en,nl" } else { "en" };
        let languages = Some(languages.split(',').map(str::to_owned).collect());
        let change = AiSettingsChange { languages, ..AiSettingsChange::default() };
        let handle = app.clone();
        app.store
            .write(move |tx| {
                Box::pin(
                    async move { ai_settings::update(tx, &handle, customer, Actor::System, change).await },
                )
            })
            .await?;
        // There is nothing yet to be embedded in another way.
        let used = ai_settings::Used {
            languages: Some(if setting.multilingual { "en,nl" } else { "en" }.into()),
            ..Default::default()
        };
        app.store
            .write(move |tx| Box::pin(async move { ai_settings::switched(tx, customer, &used).await }))
            .await?;
    }
    Ok(customer)
}

async fn asked(
    app: &App,
    customer: CustomerId,
    args: &DraftsArgs,
    questions: Vec<Question>,
    ids: &[(String, DocumentId)],
) -> Result<Figures> {
    let mut figures = Figures::default();
    let (mut drafted, mut right, mut grounded) = (0, 0, 0);
    for asked in spread(questions, args.sample) {
        figures.questions += 1;
        let made = ask(app, customer, &asked.query).await?;
        let Some(first) = made.citations.first().filter(|_| made.reply.is_some()) else { continue };
        drafted += 1;
        let wanted = ids.iter().find(|it| it.0 == asked.document).map(|it| it.1);
        right += usize::from(wanted.is_some_and(|it| it.0 == first.document_id));
        let (sentences, good) = ground(app, customer, &made).await?;
        figures.sentences += sentences;
        grounded += good;
    }
    figures.coverage = share(drafted, figures.questions);
    figures.grounded = share(grounded, figures.sentences);
    figures.right_document = share(right, drafted);
    Ok(figures)
}

/// The share of questions without an answer that got a draft.
async fn drafted_of_foreign(
    app: &App,
    customer: CustomerId,
    args: &DraftsArgs,
    foreign: &Path,
) -> Result<Option<f64>> {
    let texts = lines(foreign)?.into_iter().map(|it| match serde_json::from_str::<Foreign>(&it) {
        Ok(foreign) => foreign.query,
        Err(_) => it.rsplit('\t').next().unwrap_or_default().to_owned(),
    });
    let texts = spread(texts.collect(), args.sample);
    let mut answered = 0;
    for text in &texts {
        answered += usize::from(ask(app, customer, text).await?.reply.is_some());
    }
    Ok(share(answered, texts.len()))
}

async fn add(app: &App, customer: CustomerId, given: &Answer) -> Result<DocumentId> {
    let handle = app.clone();
    let change = DocumentChange {
        name: Some(given.title.chars().take(200).collect()),
        content: Some(given.content.clone()),
        ..DocumentChange::default()
    };
    app.store
        .write(move |tx| {
            Box::pin(async move {
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
