//! What this process knows of each tenant's topics: classifiers, made of the stored topics and examples.
//! A copy is used only at the versions that the store has now, so that what one process learns, all know
//! with their next message.

mod imported;
mod refresh;

pub use imported::learn_imported;
pub use refresh::embed_topics;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use answerpal_inference::topics::{Classifier, Courtesies, Neighbour, Prediction, Settings};
use tokio::sync::Mutex as Gate;

use super::Trouble;
use super::spaces::Reading;
use crate::ai::embed::Space;
use crate::app::App;
use crate::model::CustomerId;
use crate::store::topics::Topic;

/// Tenants whose classifiers are kept at a time.
const KEPT: usize = 200;

/// The classifiers of this process.
#[derive(Default)]
pub struct Minds(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    minds: HashMap<(CustomerId, String), Arc<Mind>>,
    /// Whether all of a tenant's topics are described in English, at a version.
    english: HashMap<CustomerId, (i64, bool)>,
}

/// A classifier of one tenant in one space.
#[derive(Default)]
pub struct Mind {
    known: RwLock<Known>,
    gate: Gate<Book>,
    /// One training at a time.
    turn: Gate<()>,
}

/// What is used, and what it is made of.
#[derive(Default)]
struct Known {
    classifier: Option<Classifier>,
    made_of: Versions,
}

#[derive(Clone, Copy, PartialEq, Default, Debug)]
struct Versions {
    refs: i64,
    examples: i64,
    most_wrong: Option<f64>,
}

/// Held by whoever brings the classifier up to date.
#[derive(Default)]
struct Book {
    topics: Vec<Topic>,
    /// Learned since the last training.
    untrained: usize,
    /// The version of the examples that the last training knew.
    trained: i64,
    /// Goes up with each training that is begun.
    training: u64,
}

impl Minds {
    fn mind(&self, customer: CustomerId, space: &str) -> Arc<Mind> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (customer, space.to_owned());
        if !shelf.minds.contains_key(&key) && shelf.minds.len() >= KEPT {
            // Whichever: the next message of that tenant makes it again.
            let other = shelf.minds.keys().next().cloned();
            other.map(|it| shelf.minds.remove(&it));
        }
        shelf.minds.entry(key).or_default().clone()
    }

    /// Lets go of a tenant's classifier: the next message makes it again.
    pub fn forget(&self, customer: CustomerId, space: &str) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.minds.remove(&(customer, space.to_owned()));
    }

    fn english(&self, customer: CustomerId, version: i64) -> Option<bool> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.english.get(&customer).filter(|it| it.0 == version).map(|it| it.1)
    }

    fn set_english(&self, customer: CustomerId, version: i64, english: bool) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.english.insert(customer, (version, english));
    }
}

impl Mind {
    fn read<T>(&self, look: impl FnOnce(&Classifier) -> T) -> Option<T> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.classifier.as_ref().map(look)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn made_of(&self) -> Versions {
        self.known.read().unwrap_or_else(PoisonError::into_inner).made_of
    }

    /// What a text is about, with the examples that are nearest to it.
    pub fn predict(
        &self,
        text: &str,
        vector: &[f32],
        nearest: usize,
    ) -> Option<(Prediction, Vec<Neighbour>)> {
        self.read(|it| (it.predict(text, vector), it.nearest(vector, nearest)))
    }

    /// The pieces of a text that are to be read one by one, to join what they say to the whole.
    pub fn pieces<'a>(&self, text: &'a str, whole: &Prediction) -> Vec<&'a str> {
        self.read(|it| it.pieces(text, whole)).unwrap_or_default()
    }

    /// A text without the courtesies among its pieces; None where there are none.
    pub fn matter(&self, text: &str, pieces: &[(&str, Vec<f32>)], courtesies: &Courtesies) -> Option<String> {
        self.read(|it| it.matter(text, pieces, courtesies)).flatten()
    }

    /// What a text is about by its pieces too.
    pub fn join(
        &self,
        whole: Prediction,
        pieces: &[(&str, Vec<f32>)],
        courtesies: &Courtesies,
    ) -> Option<Prediction> {
        self.read(|it| it.join(whole, pieces, courtesies))
    }

    /// How many examples it knows.
    pub fn examples(&self) -> usize {
        self.read(Classifier::len).unwrap_or_default()
    }
}

/// The space for a text of this language among the tenant's topics.
pub async fn space(
    app: &App,
    customer: CustomerId,
    reading: &Reading,
    lang: Option<&str>,
) -> Result<Space, Trouble> {
    let english = match app.knowledge.minds.english(customer, reading.refs_version) {
        Some(it) => it,
        None => refresh::topics_are_english(app, customer, reading.refs_version).await?,
    };
    Ok(reading.space(lang, english))
}

/// The classifier of a tenant in a space, as it is to be now.
pub async fn current(
    app: &App,
    customer: CustomerId,
    reading: &Reading,
    space: &Space,
) -> Result<Arc<Mind>, Trouble> {
    let mind = app.knowledge.minds.mind(customer, space.name());
    let wanted = Versions {
        refs: reading.refs_version,
        examples: reading.settings.examples_version,
        most_wrong: reading.settings.most_wrong,
    };
    let fits = |it: Versions| {
        it.refs == wanted.refs && it.examples >= wanted.examples && it.most_wrong == wanted.most_wrong
    };
    if fits(mind.made_of()) {
        return Ok(mind);
    }
    let mut book = mind.gate.lock().await;
    if !fits(mind.made_of()) {
        let subject =
            refresh::Subject { app, customer, space, english_only: reading.wants_english_only(space) };
        subject.refresh(&mind, &mut book, wanted).await?;
    }
    drop(book);
    Ok(mind)
}

/// What the classifier is asked to keep to.
fn settings(most_wrong: Option<f64>) -> Settings {
    most_wrong.map_or_else(Settings::default, |it| Settings { error_rate: it as f32 })
}
