//! What this process has of each tenant's documents: an index, brought up to the version that the store
//! has before each search. Nobody waits long for vectors: what has none yet is found by its words, and gets
//! them in the background.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use answerpal_inference::retrieval::{self, Hit, Index};
use tokio::sync::{Mutex as Gate, Notify};

use super::embedding::{Texts, passages_of};
use crate::ai::embed::Space;
use crate::app::App;
use crate::domain::passages as domain;
use crate::domain::topic_examples::hash;
use crate::error::Error;
use crate::intake::Trouble;
use crate::intake::spaces::{self, Reading};
use crate::intake::vectors::ALL;
use crate::model::{CustomerId, DocumentId};
use crate::store::documents;
use crate::store::passages::{self as store, IndexedDocument, Passage};

/// Tenants whose indexes are kept at a time.
const KEPT: usize = 200;
/// Documents that are read at a time.
const CHUNK: usize = 500;
/// Passages that are embedded at a time in the background: then they are found by their vectors, and what was written
/// since comes first.
const FILLED_AT_ONCE: usize = 32;
/// Where so few passages have no vector, a search waits for them.
const WAITED_FOR: usize = 100;

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
    filled: Notify,
}

#[derive(Default)]
struct Book {
    /// Documents whose passages do not all have their vectors.
    incomplete: BTreeMap<DocumentId, Incomplete>,
    /// Somebody makes them.
    is_filling: bool,
    looked_for_old_ones: bool,
}

/// A document as it is in the index.
#[derive(Clone, PartialEq)]
struct Incomplete {
    title: String,
    /// Which texts its passages are, in order.
    hashes: Vec<String>,
    /// So many of them have had their turn.
    done: usize,
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

    /// Lets go of a tenant's index: the next search makes it again.
    pub fn forget(&self, customer: CustomerId, space: &str) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.stocks.remove(&(customer, space.to_owned()));
    }
}

impl Stock {
    pub fn is_empty(&self) -> bool {
        self.read(Index::is_empty)
    }

    /// Whether its vectors are of another length than this one: they do not compare.
    pub fn is_unlike(&self, vector: &[f32]) -> bool {
        let length = self.read(Index::dimensions);
        length > 0 && !vector.is_empty() && length != vector.len()
    }

    /// How many passages are found by their words alone.
    pub fn waiting(&self) -> usize {
        self.read(Index::blind)
    }

    pub fn search(&self, text: &str, vector: &[f32], among: Option<&HashSet<i64>>, count: usize) -> Vec<Hit> {
        self.read(|it| it.search(text, vector, among, count))
    }

    /// Waits a moment for the vectors of a few passages.
    pub async fn settle(&self, patience: Duration) {
        let filled = self.filled.notified();
        if (1..=WAITED_FOR).contains(&self.waiting()) {
            // Whether or not they came: the search goes on with what there is.
            let _ = tokio::time::timeout(patience, filled).await;
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.index.read().unwrap_or_else(PoisonError::into_inner).0)
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

/// Whether all of a tenant's documents are in English.
pub async fn english(app: &App, customer: CustomerId, reading: &Reading) -> Result<bool, Trouble> {
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
    let changed = if version < wanted {
        store::changed_after(&mut *app.store.read().await?, customer, version).await?
    } else {
        Vec::new()
    };
    let reached = changed.iter().map(|it| it.version).max().unwrap_or(version).max(wanted);
    for chunk in changed.chunks(CHUNK) {
        // Where this fails the version stays as it was: the next search tries again.
        put(app, customer, space, &stock, &mut book, chunk).await?;
    }
    stock.change(|it| it.1 = reached);
    if !book.incomplete.is_empty() && !book.is_filling {
        book.is_filling = true;
        fill(app, customer, space, &stock);
    }
    drop(book);
    Ok(stock)
}

/// Cuts documents into passages that are older than passages are; whether there were any.
async fn cut_old_ones(app: &App, customer: CustomerId) -> Result<bool, Trouble> {
    let old = store::not_indexed(&mut *app.store.read().await?, customer).await?;
    for id in &old {
        let id = *id;
        let document = match documents::get(&mut *app.store.read().await?, customer, id).await {
            Err(Error::NotFound) => continue,
            other => other?,
        };
        app.store
            .write(move |tx| Box::pin(async move { domain::index(tx, customer, &document).await }))
            .await?;
    }
    Ok(!old.is_empty())
}

/// Puts documents in the index with the vectors that are kept.
async fn put(
    app: &App,
    customer: CustomerId,
    space: &Space,
    stock: &Stock,
    book: &mut Book,
    changed: &[IndexedDocument],
) -> Result<(), Trouble> {
    let of = passages_of(app, customer, changed.iter().map(|it| it.document_id.0).collect()).await?;
    let (titles, vectors) = Texts::of(changed, &of).vectors(app, customer, space, Duration::ZERO).await?;
    stock.change(|it| {
        for document in changed {
            let id = document.document_id;
            book.incomplete.remove(&id);
            let Some(passages) = of.get(&id) else {
                it.0.remove(id.0);
                continue;
            };
            let title = titles.get(&hash(&document.title));
            if title.is_none() || !passages.iter().all(|it| vectors.contains_key(&it.text_hash)) {
                let hashes = passages.iter().map(|it| it.text_hash.clone()).collect();
                book.incomplete.insert(id, Incomplete { title: document.title.clone(), hashes, done: 0 });
            }
            let entry = |it: &Passage| retrieval::Entry {
                text: domain::with_titles(it, &document.title),
                vector: vectors.get(&it.text_hash).cloned().unwrap_or_default(),
            };
            it.0.put(retrieval::Document {
                id: id.0,
                title: document.title.clone(),
                title_vector: title.cloned().unwrap_or_default(),
                passages: passages.iter().map(entry).collect(),
            });
        }
    });
    Ok(())
}

/// Makes the vectors that are missing, in the background.
fn fill(app: &App, customer: CustomerId, space: &Space, stock: &Arc<Stock>) {
    let (app, space, stock) = (app.clone(), space.clone(), stock.clone());
    tokio::spawn(async move {
        loop {
            match fill_some(&app, customer, &space, &stock).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(trouble) => {
                    tracing::warn!(%customer, ?trouble, "passages could not be embedded now; a search tries again");
                    stock.gate.lock().await.is_filling = false;
                    break;
                }
            }
        }
        stock.filled.notify_waiters();
    });
}

/// Gives some passages their vectors; whether there were any. The newest documents come first: the jobs of
/// those that were written last begin with the oldest.
async fn fill_some(app: &App, customer: CustomerId, space: &Space, stock: &Stock) -> Result<bool, Trouble> {
    let mut book = stock.gate.lock().await;
    let some = turn(&book.incomplete);
    book.is_filling = !some.is_empty();
    if some.is_empty() {
        return Ok(false);
    }
    drop(book);
    let ids = some.iter().map(|it| it.document.0).collect();
    let mut of = passages_of(app, customer, ids).await?;
    for (id, passages) in &mut of {
        let taken = some.iter().find(|it| it.document == *id).map(|it| it.passages.clone());
        *passages = passages.get(taken.unwrap_or_default()).unwrap_or_default().to_vec();
    }
    let documents: Vec<IndexedDocument> =
        some.iter().map(|it| as_indexed(it.document, &it.was.title)).collect();
    let (titles, vectors) = Texts::of(&documents, &of).vectors(app, customer, space, ALL).await?;
    let mut book = stock.gate.lock().await;
    // One that changed since is among the incomplete as it is now, or complete.
    let same: Vec<Turn> =
        some.into_iter().filter(|it| book.incomplete.get(&it.document) == Some(&it.was)).collect();
    stock.change(|it| {
        for Turn { document, was, passages } in &same {
            let title = titles.get(&hash(&was.title)).cloned().unwrap_or_default();
            let own = was.hashes.iter().enumerate().map(|(place, hash)| match passages.contains(&place) {
                true => vectors.get(hash).cloned().unwrap_or_default(),
                false => Vec::new(),
            });
            it.0.set_vectors(document.0, title, &own.collect::<Vec<_>>());
        }
    });
    for Turn { document, was, passages } in same {
        match passages.end < was.hashes.len() {
            true => book.incomplete.insert(document, Incomplete { done: passages.end, ..was }),
            false => book.incomplete.remove(&document),
        };
    }
    Ok(true)
}

/// Passages of a document that are embedded now.
struct Turn {
    document: DocumentId,
    was: Incomplete,
    passages: Range<usize>,
}

fn turn(incomplete: &BTreeMap<DocumentId, Incomplete>) -> Vec<Turn> {
    let mut left = FILLED_AT_ONCE;
    let mut some = Vec::new();
    for (id, it) in incomplete.iter().rev() {
        if left == 0 {
            break;
        }
        let end = it.hashes.len().min(it.done + left);
        left -= end - it.done;
        some.push(Turn { document: *id, was: it.clone(), passages: it.done..end });
    }
    some
}

fn as_indexed(id: DocumentId, title: &str) -> IndexedDocument {
    IndexedDocument { document_id: id, version: 0, is_gone: false, title: title.to_owned(), lang: None }
}
