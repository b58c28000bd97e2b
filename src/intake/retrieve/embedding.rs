//! The vectors of documents: of their titles and passages.

use std::collections::HashMap;
use std::time::Duration;

use super::stock;
use crate::ai::embed::Space;
use crate::app::App;
use crate::domain::passages as domain;
use crate::domain::topic_examples::hash;
use crate::intake::vectors::{self, ALL, Kind, Wanted};
use crate::intake::{Trouble, minds, spaces};
use crate::model::{CustomerId, DocumentId};
use crate::store::passages::{self as store, IndexedDocument, Passage};
use crate::store::topic_examples;

/// Documents that are read at a time.
const CHUNK: usize = 500;

type Vectors = HashMap<String, Vec<f32>>;

/// Titles and passages of some documents, with their hashes.
pub struct Texts {
    titles: Vec<(String, String)>,
    passages: Vec<(String, String)>,
}

impl Texts {
    pub fn of(documents: &[IndexedDocument], of: &HashMap<DocumentId, Vec<Passage>>) -> Self {
        let there = || documents.iter().filter(|it| of.contains_key(&it.document_id));
        let titles = there().map(|it| (hash(&it.title), it.title.clone())).collect();
        let passages = there()
            .flat_map(|document| of[&document.document_id].iter().map(move |it| (document, it)))
            .map(|(document, it)| (it.text_hash.clone(), domain::with_titles(it, &document.title)))
            .collect();
        Self { titles, passages }
    }

    /// Vectors of titles and of passages, made in so long.
    pub async fn vectors(
        &self,
        app: &App,
        customer: CustomerId,
        space: &Space,
        patience: Duration,
    ) -> Result<(Vectors, Vectors), Trouble> {
        let titles = wanted(Kind::Title, &self.titles, patience);
        let titles = vectors::of(app, customer, space, titles).await?;
        let passages = wanted(Kind::Passage, &self.passages, patience);
        Ok((titles, vectors::of(app, customer, space, passages).await?))
    }
}

fn wanted(kind: Kind, texts: &[(String, String)], patience: Duration) -> Wanted<'_> {
    Wanted { kind, texts: texts.iter().map(|it| (it.0.clone(), it.1.as_str())).collect(), patience }
}

/// The passages of some documents, in order.
pub async fn passages_of(
    app: &App,
    customer: CustomerId,
    ids: Vec<i64>,
) -> Result<HashMap<DocumentId, Vec<Passage>>, Trouble> {
    let mut of: HashMap<DocumentId, Vec<Passage>> = HashMap::new();
    for passage in store::of_documents(&mut *app.store.read().await?, customer, ids).await? {
        of.entry(passage.document_id).or_default().push(passage);
    }
    Ok(of)
}

/// Makes the vectors of a document in every space that it may be searched in.
pub async fn embed_document(app: &App, customer: CustomerId, id: DocumentId) -> Result<(), Trouble> {
    let mut conn = app.store.read().await?;
    let reading = spaces::reading(app, &mut conn, customer).await?;
    let Some((_, title)) = store::titles(&mut conn, customer, vec![id.0]).await?.pop() else { return Ok(()) };
    let passages = store::of_documents(&mut conn, customer, vec![id.0]).await?;
    drop(conn);
    let all_english = stock::english(app, customer, &reading).await?;
    let document = IndexedDocument { document_id: id, version: 0, is_gone: false, title, lang: None };
    let texts = Texts::of(&[document], &HashMap::from([(id, passages)]));
    for space in reading.spaces(all_english) {
        texts.vectors(app, customer, &space, ALL).await?;
    }
    Ok(())
}

/// Makes every vector of a tenant in one space: topics, examples, titles and passages.
pub async fn embed_all(app: &App, customer: CustomerId, space: &Space) -> Result<(), Trouble> {
    minds::embed_topics(app, customer, space).await?;
    let examples = topic_examples::after(&mut *app.store.read().await?, customer, 0).await?;
    let texts = examples.iter().filter(|it| !it.is_forgotten);
    let texts = texts.map(|it| (it.text_hash.clone(), it.text.as_str())).collect();
    vectors::of(app, customer, space, Wanted { kind: Kind::Example, texts, patience: ALL }).await?;
    let documents = store::changed_after(&mut *app.store.read().await?, customer, 0).await?;
    for chunk in documents.chunks(CHUNK) {
        let of = passages_of(app, customer, chunk.iter().map(|it| it.document_id.0).collect()).await?;
        Texts::of(chunk, &of).vectors(app, customer, space, ALL).await?;
    }
    Ok(())
}
