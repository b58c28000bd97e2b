//! The passages of the tenant's documents that answer a message: by meaning, by words, and by exact
//! identifiers.

mod embedding;
mod stock;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use answerpal_inference::retrieval::Hit;

use super::{Trouble, spaces};
use crate::ai::embed::Role;
use crate::app::App;
use crate::domain::topic_examples::{language_of, text_of};
use crate::model::{CustomerId, DocumentId, Message};
use crate::store::passages::{self as store, Passage};
use crate::store::{Conn, message_topics};

pub(super) use embedding::embed_all;
pub use embedding::embed_document;
pub use stock::Stocks;

/// Documents that answer a message, at most.
const DOCUMENTS: usize = 10;
/// Passages that they are chosen from.
const LOOKED_AT: usize = 60;
/// Passages of one document that are given.
const PASSAGES: usize = 3;
/// A document up to this many bytes is given whole.
const WHOLE: usize = 1500;
/// How long a search waits for a few passages that were just written.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Another passage of a document is given where its score is not much lower than that of the best.
const NEAR: f32 = 0.75;

/// What was found, best first.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub best: Vec<T>,
    /// Passages that have no vector yet: until they have, they are found by their words alone.
    pub waiting: usize,
}

/// A passage that was found.
#[derive(Clone, Debug)]
pub struct FoundPassage {
    pub document: DocumentId,
    pub title: String,
    /// Its place among the document's passages, from 0.
    pub place: i64,
    /// The headings that it stands under, outermost first.
    pub headings: Vec<String>,
    pub text: String,
    /// Where it stands in the document's content, in bytes.
    pub start: usize,
    pub end: usize,
    /// What passages are ordered by: 0 to 1, more with an exact identifier. Relative to the question.
    pub score: f64,
    /// Cosine of question and passage: comparable between questions.
    pub similarity: f64,
    /// Whether it carries an identifier of the question, such as an order number.
    pub exact: bool,
}

/// A document that was found, with its best passages.
#[derive(Clone, Debug)]
pub struct FoundDocument {
    pub document: DocumentId,
    pub title: String,
    /// Its best passages, in the order of the document.
    pub content: String,
    pub score: f64,
}

/// The best passages for a message, best first: of the documents that are linked to its topics, else to
/// its channel, else of all. Empty where it has no text or the tenant no documents.
pub async fn for_message(
    app: &App,
    customer: CustomerId,
    message: &Message,
    count: usize,
) -> Result<Found<FoundPassage>, Trouble> {
    let Some(text) = text_of(message) else { return Ok(Found { best: Vec::new(), waiting: 0 }) };
    let among = linked(&mut *app.store.read().await?, customer, message).await?;
    search(app, customer, &text, language_of(&text), among, count, PATIENCE).await
}

/// The best passages for a text, best first. `lang` is its language, where that is known; `among` limits them
/// to some documents. For passages that were just written it waits so long.
pub async fn search(
    app: &App,
    customer: CustomerId,
    text: &str,
    lang: Option<&str>,
    among: Option<HashSet<i64>>,
    count: usize,
    patience: Duration,
) -> Result<Found<FoundPassage>, Trouble> {
    let mut conn = app.store.read().await?;
    let reading = spaces::reading(app, &mut conn, customer).await?;
    drop(conn);
    let space = stock::space(app, customer, &reading, lang).await?;
    let mut stock = stock::current(app, customer, &reading, &space).await?;
    if stock.is_empty() {
        return Ok(Found { best: Vec::new(), waiting: 0 });
    }
    let vectors = app.knowledge.embedding.embed(&space, &[text], Role::Query).await?;
    if let Some(vector) = vectors.first().filter(|it| stock.is_unlike(it)) {
        super::vectors::forget_others(app, customer, &space, vector.len()).await?;
        stock = stock::current(app, customer, &reading, &space).await?;
    }
    stock.settle(patience).await;
    let waiting = stock.waiting();
    let vector = vectors.first().map_or(&[][..], Vec::as_slice);
    let hits = stock.search(text, vector, among.as_ref(), count);
    Ok(Found { best: told(&mut *app.store.read().await?, customer, hits).await?, waiting })
}

/// The hits with their texts.
async fn told(
    conn: &mut Conn,
    customer: CustomerId,
    hits: Vec<Hit>,
) -> Result<Vec<FoundPassage>, crate::error::Error> {
    let ids: HashSet<i64> = hits.iter().map(|it| it.document).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let titles: HashMap<DocumentId, String> =
        store::titles(conn, customer, ids.clone()).await?.into_iter().collect();
    let passages = store::of_documents(conn, customer, ids).await?;
    let texts: HashMap<(i64, i64), Passage> =
        passages.into_iter().map(|it| ((it.document_id.0, it.place), it)).collect();
    Ok(hits
        .into_iter()
        .filter_map(|hit| {
            // A document that changed since has other passages.
            let passage = texts.get(&(hit.document, hit.passage as i64))?.clone();
            Some(FoundPassage {
                document: passage.document_id,
                title: titles.get(&passage.document_id)?.clone(),
                place: passage.place,
                headings: passage.headings.lines().map(str::to_owned).collect(),
                text: passage.text,
                start: usize::try_from(passage.start_at).unwrap_or_default(),
                end: usize::try_from(passage.end_at).unwrap_or_default(),
                score: f64::from(hit.score),
                similarity: f64::from(hit.similarity),
                exact: hit.exact,
            })
        })
        .collect())
}

/// The documents that answer a message, best first, each once.
pub async fn documents(
    app: &App,
    customer: CustomerId,
    message: &Message,
) -> Result<Found<FoundDocument>, Trouble> {
    let Found { best: passages, waiting } = for_message(app, customer, message, LOOKED_AT).await?;
    let mut order: Vec<DocumentId> = Vec::new();
    let mut of: HashMap<DocumentId, Vec<FoundPassage>> = HashMap::new();
    for passage in passages {
        if !order.contains(&passage.document) {
            order.push(passage.document);
        }
        of.entry(passage.document).or_default().push(passage);
    }
    order.truncate(DOCUMENTS);
    let ids = order.iter().map(|it| it.0).collect();
    let mut whole: HashMap<DocumentId, Vec<Passage>> = HashMap::new();
    for passage in store::of_documents(&mut *app.store.read().await?, customer, ids).await? {
        whole.entry(passage.document_id).or_default().push(passage);
    }
    let best = order
        .into_iter()
        .filter_map(|id| Some(gathered(of.remove(&id)?, whole.remove(&id).unwrap_or_default())))
        .collect();
    Ok(Found { best, waiting })
}

/// One document: whole where it is short, else its best passages.
fn gathered(mut best: Vec<FoundPassage>, whole: Vec<Passage>) -> FoundDocument {
    let (document, title, score) = (best[0].document, best[0].title.clone(), best[0].score);
    let texts: Vec<String> = if whole.iter().map(|it| it.text.len()).sum::<usize>() <= WHOLE {
        whole.into_iter().map(|it| headed(&it.headings, &it.text)).collect()
    } else {
        best.retain(|it| it.score >= score * f64::from(NEAR));
        best.truncate(PASSAGES);
        best.sort_by_key(|it| it.place);
        best.iter().map(|it| headed(&it.headings.join("\n"), &it.text)).collect()
    };
    FoundDocument { document, title, content: texts.join("\n\n"), score }
}

/// A passage under the innermost of its headings.
fn headed(headings: &str, text: &str) -> String {
    match headings.lines().last() {
        Some(heading) if !text.trim_start().starts_with('#') => format!("### {heading}\n\n{text}"),
        _ => text.to_owned(),
    }
}

/// The documents that a message is limited to; None where there are no links.
pub async fn linked(
    conn: &mut Conn,
    customer: CustomerId,
    message: &Message,
) -> Result<Option<HashSet<i64>>, crate::error::Error> {
    let topics = message_topics::of_messages(conn, customer, vec![message.message_id.0]).await?;
    let topics: Vec<i64> = topics.iter().map(|it| it.topic_id.0).collect();
    let mut documents = Vec::new();
    if !topics.is_empty() {
        documents = store::documents_of_topics(conn, customer, topics).await?;
    }
    if documents.is_empty() {
        documents = store::documents_of_channel(conn, customer, message.channel_id.0).await?;
    }
    Ok(Some(documents).filter(|it| !it.is_empty()).map(|it| it.into_iter().collect()))
}
