//! Vectors of stored texts: kept in the database once they are made, so that each text is embedded once.

use std::collections::HashMap;

use super::Trouble;
use crate::ai::embed::{Role, Space};
use crate::app::App;
use crate::model::CustomerId;
use crate::store::text_vectors as store;

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
            Self::Topic | Self::Example => Role::Query,
            Self::Title | Self::Passage => Role::Passage,
        }
    }
}

/// Texts with their hashes; at most so many are embedded now, the first ones first.
pub struct Wanted<'a> {
    pub kind: Kind,
    pub texts: Vec<(String, &'a str)>,
    pub most: usize,
}

/// Vectors by hash. Texts whose vectors would have to be made beyond `most` are missing.
pub async fn of(
    app: &App,
    customer: CustomerId,
    space: &Space,
    wanted: Wanted<'_>,
) -> Result<HashMap<String, Vec<f32>>, Trouble> {
    Ok(counted(app, customer, space, wanted).await?.0)
}

/// As [`of`], with how many had to be made.
pub async fn counted(
    app: &App,
    customer: CustomerId,
    space: &Space,
    wanted: Wanted<'_>,
) -> Result<(HashMap<String, Vec<f32>>, usize), Trouble> {
    let Wanted { kind, texts, most } = wanted;
    if texts.is_empty() {
        return Ok((HashMap::new(), 0));
    }
    let hashes = texts.iter().map(|it| it.0.clone()).collect();
    let mut conn = app.store.read().await?;
    let mut found = store::of(&mut conn, customer, space.name(), kind.as_str(), hashes).await?;
    drop(conn);
    let mut missing: Vec<(String, &str)> =
        texts.into_iter().filter(|it| !found.contains_key(&it.0)).collect();
    missing.dedup_by(|a, b| a.0 == b.0);
    missing.truncate(most);
    for batch in missing.chunks(64) {
        let texts: Vec<&str> = batch.iter().map(|it| it.1).collect();
        let vectors = app.knowledge.embedding.embed(space, &texts, kind.role()).await?;
        let made: Vec<(String, Vec<f32>)> = batch.iter().map(|it| it.0.clone()).zip(vectors).collect();
        found.extend(made.iter().cloned());
        let name = space.name().to_owned();
        app.store
            .write(move |tx| {
                Box::pin(async move { store::put(tx, customer, &name, kind.as_str(), &made).await })
            })
            .await?;
    }
    Ok((found, missing.len()))
}
