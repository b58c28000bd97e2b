//! Brings a classifier up to date: learns what is new at once, and trains again on everything where that
//! does not do, or now and then in the background, which also renews the calibration.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use answerpal_inference::topics::{self, Classifier, Example, Topic as Known};

use super::{Book, Mind, Versions, settings};
use crate::ai::embed::Space;
use crate::ai::freed;
use crate::app::App;
use crate::domain::topic_examples::{hash, language_of};
use crate::intake::Trouble;
use crate::intake::vectors::{self, ALL, Kind, Wanted};
use crate::model::{CustomerId, TopicExample};
use crate::store::topics::{self as topic_store, Topic};
use crate::store::{ai_settings, topic_examples as store};

/// So many new examples are learned one by one while a message waits; a training does the others.
const LEARNED_AT_ONCE: usize = 256;
/// After so many of them without a training, it is time for one.
const UNTRAINED: usize = 32;
/// So long new examples are embedded while a message waits to be told by a few of them, …
const MOMENT: Duration = Duration::from_millis(700);
/// … and while it waits for a training that knows them all. What a classifier learns of some topics alone
/// makes it worse at the others: answering later is better than answering by half of what was taught.
const PATIENCE: Duration = Duration::from_secs(15);
/// A training that knows less than this share of the examples takes the place of none.
const ENOUGH: f64 = 0.9;
/// Up to so many examples a training takes less than a second: a message waits for it.
const QUICK: usize = 1500;
/// After this time without a new example what was learned one by one is trained.
const QUIET: Duration = Duration::from_secs(2);

/// Whose classifier it is, and where.
pub struct Subject<'a> {
    pub app: &'a App,
    pub customer: CustomerId,
    pub space: &'a Space,
    pub english_only: bool,
}

/// Whether every topic is described in English or too briefly to tell; kept for the version.
pub async fn topics_are_english(app: &App, customer: CustomerId, version: i64) -> Result<bool, Trouble> {
    let topics = all_topics(app, customer).await?;
    let english = topics.iter().all(|it| {
        let text = format!("{}. {}", it.name, it.description.as_deref().unwrap_or_default());
        language_of(&text).is_none_or(|it| it == "en")
    });
    // Topics are many and short: one that looks foreign among many that do not is a mistake of the guess.
    let foreign = topics
        .iter()
        .filter(|it| it.description.as_deref().and_then(language_of).is_some_and(|it| it != "en"))
        .count();
    let english = english || foreign * 10 <= topics.len();
    app.knowledge.minds.set_english(customer, version, english);
    Ok(english)
}

async fn all_topics(app: &App, customer: CustomerId) -> Result<Vec<Topic>, Trouble> {
    let mut conn = app.store.read().await?;
    Ok(topic_store::list(&mut conn, customer, "t.topic_id ASC", i64::from(i32::MAX), 0).await?)
}

/// Makes the vectors of a tenant's topics in a space.
pub async fn embed_topics(app: &App, customer: CustomerId, space: &Space) -> Result<(), Trouble> {
    let topics = all_topics(app, customer).await?;
    Subject { app, customer, space, english_only: false }.topics(&topics).await?;
    Ok(())
}

impl Subject<'_> {
    pub async fn refresh(&self, mind: &Arc<Mind>, book: &mut Book, wanted: Versions) -> Result<(), Trouble> {
        let made_of = mind.made_of();
        let known = mind.examples();
        let topics = match made_of.refs == wanted.refs {
            true => None,
            false => Some(all_topics(self.app, self.customer).await?).filter(|it| !same(it, &book.topics)),
        };
        let none_yet = mind.read(|_| ()).is_none();
        if topics.is_some() || none_yet {
            if let Some(topics) = topics {
                book.topics = topics;
            }
            return self.train_now(mind, book, wanted, true).await;
        }
        let new = self.examples(made_of.examples).await?;
        let forgotten = new.iter().any(|it| it.0.is_forgotten);
        let many = new.len() > UNTRAINED;
        if known + new.len() <= QUICK && (many || forgotten) {
            return self.train_now(mind, book, wanted, false).await;
        }
        let whole = new.len();
        let learned = self.learn(mind, new, wanted).await?;
        book.untrained += learned;
        if many || forgotten || learned < whole || book.untrained > UNTRAINED.max(known / 20) {
            self.train_later(mind, book, Duration::ZERO);
        } else if learned > 0 {
            // The longer a training takes, the rarer it is.
            self.train_later(mind, book, QUIET + Duration::from_millis(known as u64));
        }
        Ok(())
    }

    /// What changed after a version, with topics.
    async fn examples(&self, version: i64) -> Result<Vec<(TopicExample, Vec<i64>)>, Trouble> {
        let mut conn = self.app.store.read().await?;
        let examples = store::after(&mut conn, self.customer, version).await?;
        let mut topics = store::topics_after(&mut conn, self.customer, version).await?;
        let fits = |it: &TopicExample| {
            it.is_forgotten || !self.english_only || it.lang.as_deref().is_none_or(|it| it == "en")
        };
        Ok(examples
            .into_iter()
            .filter(fits)
            .map(|it| {
                let topics = topics.remove(&it.example_id).unwrap_or_default();
                let topics = topics.into_iter().map(|it| it.0).collect();
                (it, topics)
            })
            .collect())
    }

    async fn embedded(
        &self,
        examples: Vec<(TopicExample, Vec<i64>)>,
        patience: Duration,
    ) -> Result<Vec<Example>, Trouble> {
        // The newest are embedded first where not all are.
        let texts = examples
            .iter()
            .rev()
            .filter(|it| !it.0.is_forgotten)
            .map(|it| (it.0.text_hash.clone(), it.0.text.as_str()))
            .collect();
        let wanted = Wanted { kind: Kind::Example, texts, patience };
        let mut vectors = vectors::of(self.app, self.customer, self.space, wanted).await?;
        let mut left: HashMap<String, usize> = HashMap::new();
        for (it, _) in examples.iter().filter(|it| !it.0.is_forgotten) {
            *left.entry(it.text_hash.clone()).or_default() += 1;
        }
        // The last example of a text takes the vector itself: of thousands, copies would be felt.
        let mut vector = |hash: &str| {
            let left = left.get_mut(hash)?;
            *left -= 1;
            if *left == 0 { vectors.remove(hash) } else { vectors.get(hash).cloned() }
        };
        Ok(examples
            .into_iter()
            .filter(|it| !it.0.is_forgotten)
            .filter_map(|(it, topics)| {
                let vector = vector(&it.text_hash)?;
                Some(Example { id: it.example_id.0, text: it.text, vector, topics })
            })
            .collect())
    }

    /// Learns the newest of them while the message waits, and forgets what is to be forgotten; gives how many
    /// that were. A training does the others.
    async fn learn(
        &self,
        mind: &Mind,
        new: Vec<(TopicExample, Vec<i64>)>,
        wanted: Versions,
    ) -> Result<usize, Trouble> {
        let version = new.iter().map(|it| it.0.version).max().unwrap_or_default();
        let gone: Vec<i64> = new.iter().filter(|it| it.0.is_forgotten).map(|it| it.0.example_id.0).collect();
        let taught: Vec<_> = new.into_iter().filter(|it| !it.0.is_forgotten).collect();
        let newest = taught.len().saturating_sub(LEARNED_AT_ONCE);
        let examples = self.embedded(taught.into_iter().skip(newest).collect(), MOMENT).await?;
        let learned = examples.len() + gone.len();
        mind.change(|known| {
            if let Some(classifier) = &mut known.classifier {
                for it in gone {
                    classifier.unlearn(it);
                }
                examples.into_iter().for_each(|it| classifier.learn(it));
                classifier.set(settings(wanted.most_wrong));
            }
            known.made_of = Versions { examples: wanted.examples.max(version), ..wanted };
        });
        Ok(learned)
    }

    /// Trains on everything that has a vector while the message waits. Where texts are without one, they
    /// get theirs in the background and are trained on then.
    async fn train_now(
        &self,
        mind: &Arc<Mind>,
        book: &mut Book,
        wanted: Versions,
        topics_changed: bool,
    ) -> Result<(), Trouble> {
        let trained = self.train(&book.topics, PATIENCE, wanted.most_wrong).await?;
        let (classifier, version, stored) = trained;
        let complete = classifier.len() == stored;
        let is_better = topics_changed || classifier.len() as f64 >= ENOUGH * stored as f64;
        book.untrained = 0;
        book.training += 1;
        mind.change(|known| {
            if is_better || known.classifier.is_none() {
                known.classifier = Some(classifier);
            }
            known.made_of = Versions { examples: wanted.examples.max(version), ..wanted };
        });
        if !complete {
            self.train_later(mind, book, Duration::ZERO);
        }
        Ok(())
    }

    /// A classifier, the version that it is made of, and how many examples are stored.
    async fn train(
        &self,
        topics: &[Topic],
        patience: Duration,
        most_wrong: Option<f64>,
    ) -> Result<(Classifier, i64, usize), Trouble> {
        let topics = self.topics(topics).await?;
        let examples = self.examples(0).await?;
        let version = examples.iter().map(|it| it.0.version).max().unwrap_or_default();
        let stored = examples.iter().filter(|it| !it.0.is_forgotten).count();
        let examples = self.embedded(examples, patience).await?;
        let trained =
            tokio::task::spawn_blocking(move || Classifier::train(topics, examples, settings(most_wrong)));
        let classifier = trained.await.map_err(crate::error::Error::from)?;
        freed::give_back();
        Ok((classifier, version, stored))
    }

    async fn topics(&self, topics: &[Topic]) -> Result<Vec<Known>, Trouble> {
        let prompts: Vec<(i64, Vec<String>)> = topics
            .iter()
            .map(|it| {
                (it.topic_id.0, topics::prompts(&it.name, it.description.as_deref().unwrap_or_default()))
            })
            .collect();
        let texts = prompts.iter().flat_map(|it| &it.1).map(|it| (hash(it), it.as_str())).collect();
        let wanted = Wanted { kind: Kind::Topic, texts, patience: ALL };
        let vectors: HashMap<String, Vec<f32>> =
            vectors::of(self.app, self.customer, self.space, wanted).await?;
        Ok(prompts
            .into_iter()
            .map(|(id, prompts)| {
                let vectors = prompts.iter().filter_map(|it| vectors.get(&hash(it)).cloned()).collect();
                Known { id, prompts, vectors }
            })
            .collect())
    }

    /// Trains on everything after a while, unless another training is begun before; the classifier in use
    /// answers until then.
    fn train_later(&self, mind: &Arc<Mind>, book: &mut Book, after: Duration) {
        book.training += 1;
        if after.is_zero() {
            book.untrained = 0;
        }
        let (training, mind, topics) = (book.training, mind.clone(), book.topics.clone());
        let (app, customer, space, english_only) =
            (self.app.clone(), self.customer, self.space.clone(), self.english_only);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _turn = mind.turn.lock().await;
            if mind.gate.lock().await.training != training {
                return;
            }
            let subject = Subject { app: &app, customer, space: &space, english_only };
            if let Err(trouble) = subject.swap(&mind, training, &topics).await {
                tracing::warn!(
                    ?trouble,
                    "topics could not be trained now; the next example begins another training"
                );
            }
        });
    }

    async fn swap(&self, mind: &Arc<Mind>, training: u64, topics: &[Topic]) -> Result<(), Trouble> {
        let (settings, _) = ai_settings::get(&mut *self.app.store.read().await?, self.customer).await?;
        let (classifier, version, _) = self.train(topics, ALL, settings.most_wrong).await?;
        let mut book = mind.gate.lock().await;
        if version < book.trained || (book.training != training && !same(topics, &book.topics)) {
            return Ok(());
        }
        book.trained = version;
        mind.change(|known| {
            known.classifier = Some(classifier);
            // What came during the training is learned with the next message.
            known.made_of = Versions { examples: version, most_wrong: settings.most_wrong, ..known.made_of };
        });
        Ok(())
    }
}

fn same(left: &[Topic], right: &[Topic]) -> bool {
    let plain = |it: &Topic| (it.topic_id, it.name.clone(), it.description.clone());
    left.iter().map(plain).eq(right.iter().map(plain))
}
