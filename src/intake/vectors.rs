//! Vectors of stored texts: kept in the database once they are made, so that each text is embedded once.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::Trouble;
use crate::ai::embed::{Role, Space};
use crate::app::App;
use crate::domain::events::note;
use crate::model::{Actor, CustomerId, Event};
use crate::store::text_vectors as store;

/// Texts that are embedded and kept at a time.
const BATCH: usize = 32;
/// More examples or topics than these are made in the background, as passages are.
const FEW: usize = 16;

/// What a vector is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Topic,
    Example,
    Title,
    Passage,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Example => "example",
            Self::Title => "title",
            Self::Passage => "passage",
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Topic | Self::Example => Role::Message,
            Self::Title | Self::Passage => Role::Passage,
        }
    }
}

/// Texts with their hashes, the first ones first.
pub struct Wanted<'a> {
    pub kind: Kind,
    pub texts: Vec<(String, &'a str)>,
    /// Nothing more is begun to be embedded after so long, but some are in any case where that is not zero. What was
    /// embedded a moment ago costs nothing.
    pub patience: Duration,
}

/// Until all are there.
pub const ALL: Duration = Duration::MAX;

/// Vectors by hash. Texts whose vectors could not be made in time are missing.
pub async fn of(
    app: &App,
    customer: CustomerId,
    space: &Space,
    wanted: Wanted<'_>,
) -> Result<HashMap<String, Vec<f32>>, Trouble> {
    let (found, length) = all(app, customer, space, &wanted).await?;
    let Some(length) = length.filter(|length| found.values().any(|it| it.len() != *length)) else {
        return Ok(found);
    };
    forget_others(app, customer, space, length).await?;
    let (found, _) = all(app, customer, space, &wanted).await?;
    Ok(found.into_iter().filter(|it| it.1.len() == length).collect())
}

/// What makes the vectors of a space makes them so long now: those of another length compare with nothing and
/// are removed. Whoever needs one makes it again, until then documents are found by their words.
pub async fn forget_others(
    app: &App,
    customer: CustomerId,
    space: &Space,
    length: usize,
) -> Result<(), Trouble> {
    let name = space.name().to_owned();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                if store::delete_others(tx, customer, &name, length).await? == 0 {
                    return Ok(());
                }
                let changes = json!({ "model": name, "dimensions": length });
                let event = Event::new("aiSettings.dimensionsChanged", "customer", customer.0).with(changes);
                note(tx, customer, Actor::System, &[event]).await
            })
        })
        .await?;
    app.knowledge.stocks.forget(customer, space.name());
    app.knowledge.minds.forget(customer, space.name());
    Ok(())
}

/// Vectors by hash, and how long those are that were made now.
async fn all(
    app: &App,
    customer: CustomerId,
    space: &Space,
    wanted: &Wanted<'_>,
) -> Result<(HashMap<String, Vec<f32>>, Option<usize>), Trouble> {
    let Wanted { kind, texts, patience } = wanted;
    let began = Instant::now();
    if texts.is_empty() {
        return Ok((HashMap::new(), None));
    }
    let hashes = texts.iter().map(|it| it.0.clone()).collect();
    let mut conn = app.store.read().await?;
    let mut found = store::of(&mut conn, customer, space.name(), kind.as_str(), hashes).await?;
    drop(conn);
    let mut missing: Vec<(String, &str)> =
        texts.iter().filter(|it| !found.contains_key(&it.0)).cloned().collect();
    let mut seen = HashSet::new();
    missing.retain(|it| seen.insert(it.0.clone()));
    let remembers = |text: &str| app.knowledge.embedding.remembers(space, text, kind.role());
    let (at_hand, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|it| remembers(it.1));
    let (kind, mut length) = (*kind, None);
    let is_awaited = matches!(kind, Kind::Topic | Kind::Example) && missing.len() <= FEW;
    let at_hand = at_hand.chunks(BATCH).map(|it| (true, it));
    let mut is_first = !patience.is_zero();
    for (is_free, batch) in at_hand.chain(missing.chunks(BATCH).map(|it| (false, it))) {
        if !is_free && !std::mem::take(&mut is_first) && began.elapsed() >= *patience {
            break;
        }
        let texts: Vec<&str> = batch.iter().map(|it| it.1).collect();
        let embedding = &app.knowledge.embedding;
        let vectors = match is_awaited {
            true => embedding.embed(space, &texts, kind.role()).await?,
            false => embedding.embed_in_background(space, &texts, kind.role()).await?,
        };
        length = vectors.first().map(Vec::len).or(length);
        let made: Vec<(String, Vec<f32>)> = batch.iter().map(|it| it.0.clone()).zip(vectors).collect();
        found.extend(made.iter().cloned());
        let name = space.name().to_owned();
        app.store
            .write(move |tx| {
                Box::pin(async move { store::put(tx, customer, &name, kind.as_str(), &made).await })
            })
            .await?;
    }
    Ok((found, length))
}
