//! What this process has of each tenant's documents: an index, brought up to the version that the store
//! has before each search.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use answerpal_inference::retrieval::{self, Hit, Index};
use tokio::sync::Mutex as Gate;

use crate::ai::embed::Space;
use crate::app::App;
use crate::domain::passages as domain;
use crate::domain::topic_examples::hash;
use crate::intake::spaces::{self, Reading};
use crate::intake::vectors::{self, Kind, Wanted};
use crate::intake::{Trouble, minds};
use crate::model::{CustomerId, DocumentId};
use crate::store::passages::{self as store, IndexedDocument, Passage};
use crate::store::{documents, topic_examples};

/// Tenants whose indexes are kept at a time.
const KEPT: usize = 200;
/// So many passages without a vector are embedded while somebody waits; the job does the others.
const EMBEDDED_AT_ONCE: usize = 48;
/// Documents that are read at a time.
const CHUNK: usize = 500;

/// The indexes of this process.
#[derive(Default)]
pub struct Stocks(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    stocks: HashMap<(CustomerId, String), Arc<Stock>>,
    /// Whether all of a tenant's documents are in English, at a version.
    english: HashMap<CustomerId, (i64, bool)>,
}

/// The documents of one tenant in one space.
#[derive(Default)]
pub struct Stock {
    index: RwLock<(Index, i64)>,
    gate: Gate<Book>,
}

#[derive(Default)]
struct Book {
    /// Documents whose passages do not all have their vectors: by words they are found already.
    incomplete: Vec<IndexedDocument>,
    looked_for_old_ones: bool,
}

impl Stocks {
    fn stock(&self, customer: CustomerId, space: &str) -> Arc<Stock> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (customer, space.to_owned());
        if !shelf.stocks.contains_key(&key) && shelf.stocks.len() >= KEPT {
            let other = shelf.stocks.keys().next().cloned();
            other.map(|it| shelf.stocks.remove(&it));
        }
        shelf.stocks.entry(key).or_default().clone()
    }
}

impl Stock {
    pub fn is_empty(&self) -> bool {
        self.index.read().unwrap_or_else(PoisonError::into_inner).0.is_empty()
    }

    pub fn search(&self, text: &str, vector: &[f32], among: Option<&HashSet<i64>>, count: usize) -> Vec<Hit> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).0.search(text, vector, among, count)
    }

    fn version(&self) -> i64 {
        self.index.read().unwrap_or_else(PoisonError::into_inner).1
    }

    fn change(&self, change: impl FnOnce(&mut (Index, i64))) {
        change(&mut self.index.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The space for a text of this language among the tenant's documents.
pub async fn space(
    app: &App,
    customer: CustomerId,
    reading: &Reading,
    lang: Option<&str>,
) -> Result<Space, Trouble> {
    Ok(reading.space(lang, english(app, customer, reading).await?))
}

async fn english(app: &App, customer: CustomerId, reading: &Reading) -> Result<bool, Trouble> {
    let version = reading.settings.documents_version;
    let kept =
        app.knowledge.stocks.0.lock().unwrap_or_else(PoisonError::into_inner).english.get(&customer).copied();
    if let Some((at, english)) = kept
        && at == version
    {
        return Ok(english);
    }
    let english = store::all_english(&mut *app.store.read().await?, customer).await?;
    let mut shelf = app.knowledge.stocks.0.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.english.insert(customer, (version, english));
    Ok(english)
}

/// The index of a tenant in a space, as it is to be now.
pub async fn current(
    app: &App,
    customer: CustomerId,
    reading: &Reading,
    space: &Space,
) -> Result<Arc<Stock>, Trouble> {
    let stock = app.knowledge.stocks.stock(customer, space.name());
    let mut book = stock.gate.lock().await;
    let mut wanted = reading.settings.documents_version;
    if !book.looked_for_old_ones {
        if cut_old_ones(app, customer).await? {
            wanted = spaces::reading(app, &mut *app.store.read().await?, customer)
                .await?
                .settings
                .documents_version;
        }
        book.looked_for_old_ones = true;
    }
    let version = stock.version();
    let mut changed = if version < wanted {
        store::changed_after(&mut *app.store.read().await?, customer, version).await?
    } else {
        Vec::new()
    };
    let reached = changed.iter().map(|it| it.version).max().unwrap_or(version).max(wanted);
    let again = std::mem::take(&mut book.incomplete);
    changed.extend(
        again
            .into_iter()
            .filter(|it| !changed.iter().any(|new| new.document_id == it.document_id))
            .collect::<Vec<_>>(),
    );
    let mut left = EMBEDDED_AT_ONCE;
    for chunk in changed.chunks(CHUNK) {
        match put(app, customer, space, &stock, chunk, &mut left).await {
            Ok(incomplete) => book.incomplete.extend(incomplete),
            Err(trouble) => {
                // The version stays as it was: the next search tries again.
                return Err(trouble);
            }
        }
    }
    stock.change(|it| it.1 = reached);
    drop(book);
    Ok(stock)
}

/// Cuts documents into passages that are older than passages are; whether there were any.
async fn cut_old_ones(app: &App, customer: CustomerId) -> Result<bool, Trouble> {
    let old = store::not_indexed(&mut *app.store.read().await?, customer).await?;
    for id in &old {
        let id = *id;
        let document = documents::get(&mut *app.store.read().await?, customer, id).await;
        let Ok(document) = document else { continue };
        app.store
            .write(move |tx| Box::pin(async move { domain::index(tx, customer, &document).await }))
            .await?;
    }
    Ok(!old.is_empty())
}

/// Puts documents in the index; gives those that wait for vectors.
async fn put(
    app: &App,
    customer: CustomerId,
    space: &Space,
    stock: &Stock,
    changed: &[IndexedDocument],
    left: &mut usize,
) -> Result<Vec<IndexedDocument>, Trouble> {
    let ids: Vec<i64> = changed.iter().map(|it| it.document_id.0).collect();
    let passages = store::of_documents(&mut *app.store.read().await?, customer, ids).await?;
    let mut of: HashMap<DocumentId, Vec<Passage>> = HashMap::new();
    for passage in passages {
        of.entry(passage.document_id).or_default().push(passage);
    }
    let texts = Texts::of(changed, &of);
    let (titles, vectors) = texts.vectors(app, customer, space, left).await?;
    let Some(length) = titles.values().chain(vectors.values()).map(Vec::len).next() else {
        stock.change(|it| {
            for gone in changed {
                it.0.remove(gone.document_id.0);
            }
        });
        return Ok(changed.iter().filter(|it| of.contains_key(&it.document_id)).cloned().collect());
    };
    let nothing = vec![0.0; length];
    let mut incomplete = Vec::new();
    stock.change(|it| {
        for document in changed {
            let Some(passages) = of.get(&document.document_id) else {
                it.0.remove(document.document_id.0);
                continue;
            };
            let title = titles.get(&hash(&document.title));
            let complete = title.is_some() && passages.iter().all(|it| vectors.contains_key(&it.text_hash));
            if !complete {
                incomplete.push(document.clone());
            }
            let entry = |it: &Passage| retrieval::Entry {
                text: domain::with_titles(it, &document.title),
                vector: vectors.get(&it.text_hash).unwrap_or(&nothing).clone(),
            };
            it.0.put(retrieval::Document {
                id: document.document_id.0,
                title: document.title.clone(),
                title_vector: title.unwrap_or(&nothing).clone(),
                passages: passages.iter().map(entry).collect(),
            });
        }
    });
    Ok(incomplete)
}

/// Titles and passages of some documents, with their hashes.
struct Texts {
    titles: Vec<(String, String)>,
    passages: Vec<(String, String)>,
}

type Vectors = HashMap<String, Vec<f32>>;

impl Texts {
    fn of(documents: &[IndexedDocument], of: &HashMap<DocumentId, Vec<Passage>>) -> Self {
        let there = || documents.iter().filter(|it| of.contains_key(&it.document_id));
        let titles = there().map(|it| (hash(&it.title), it.title.clone())).collect();
        let passages = there()
            .flat_map(|document| of[&document.document_id].iter().map(move |it| (document, it)))
            .map(|(document, it)| (it.text_hash.clone(), domain::with_titles(it, &document.title)))
            .collect();
        Self { titles, passages }
    }

    /// Vectors of titles and of passages, at most `left` of them made now.
    async fn vectors(
        &self,
        app: &App,
        customer: CustomerId,
        space: &Space,
        left: &mut usize,
    ) -> Result<(Vectors, Vectors), Trouble> {
        let mut both = Vec::new();
        for (kind, texts) in [(Kind::Title, &self.titles), (Kind::Passage, &self.passages)] {
            let texts = texts.iter().map(|it| (it.0.clone(), it.1.as_str())).collect();
            let (vectors, made) =
                vectors::counted(app, customer, space, Wanted { kind, texts, most: *left }).await?;
            *left -= made;
            both.push(vectors);
        }
        let passages = both.pop().unwrap_or_default();
        Ok((both.pop().unwrap_or_default(), passages))
    }
}

/// Makes the vectors of a document in every space that it may be searched in.
pub async fn embed_document(app: &App, customer: CustomerId, id: DocumentId) -> Result<(), Trouble> {
    let mut conn = app.store.read().await?;
    let reading = spaces::reading(app, &mut conn, customer).await?;
    let Some((_, title)) = store::titles(&mut conn, customer, vec![id.0]).await?.pop() else { return Ok(()) };
    let passages = store::of_documents(&mut conn, customer, vec![id.0]).await?;
    drop(conn);
    let all_english = english(app, customer, &reading).await?;
    let document = IndexedDocument { document_id: id, version: 0, is_gone: false, title, lang: None };
    let texts = Texts::of(&[document], &HashMap::from([(id, passages)]));
    for space in reading.spaces(all_english) {
        let mut left = usize::MAX;
        texts.vectors(app, customer, &space, &mut left).await?;
    }
    Ok(())
}

/// Makes every vector of a tenant in one space: topics, examples, titles and passages.
pub async fn embed_all(app: &App, customer: CustomerId, space: &Space) -> Result<(), Trouble> {
    minds::embed_topics(app, customer, space).await?;
    let examples = topic_examples::after(&mut *app.store.read().await?, customer, 0).await?;
    let texts = examples.iter().filter(|it| !it.is_forgotten);
    let texts = texts.map(|it| (it.text_hash.clone(), it.text.as_str())).collect();
    vectors::of(app, customer, space, Wanted { kind: Kind::Example, texts, most: usize::MAX }).await?;
    let documents = store::changed_after(&mut *app.store.read().await?, customer, 0).await?;
    for chunk in documents.chunks(CHUNK) {
        let ids = chunk.iter().map(|it| it.document_id.0).collect();
        let mut of: HashMap<DocumentId, Vec<Passage>> = HashMap::new();
        for passage in store::of_documents(&mut *app.store.read().await?, customer, ids).await? {
            of.entry(passage.document_id).or_default().push(passage);
        }
        let mut left = usize::MAX;
        Texts::of(chunk, &of).vectors(app, customer, space, &mut left).await?;
    }
    Ok(())
}
