//! A classifier of spam that learns from what people mark: logistic regression over hashed words and hashed
//! features of how a mail is made, with per-feature step sizes (AdaGrad). What it learned from a mail is kept as
//! numbers, out of which no mail can be read, and the weights are made of these anew whenever they change.

mod features;
mod footer;
mod lesson;
mod prior;
mod told;
mod training;

use std::collections::HashMap;

pub use features::{Features, SpamAssassin};
pub use lesson::Lesson;
pub use told::told;

/// What a verdict names of the words, and of how the mail is made.
const TAGS: usize = 5;
/// A score can be any distance from its threshold: beyond this it says no more.
const FARTHEST: f32 = 3.0;

/// What a classifier has learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpamModel {
    /// The weights of the slots that it knows anything of.
    weights: HashMap<u32, f32>,
    bias: f32,
    score_weight: f32,
}

/// A verdict with what speaks most for it and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpamScore {
    /// That it is spam, from 0 to 1.
    pub probability: f64,
    /// The same without SpamAssassin's score.
    pub own_probability: f64,
    /// Features and their share in the logarithm of the odds, strongest first.
    pub tags: Vec<(String, f64)>,
}

impl SpamModel {
    /// What is known before anybody has marked anything.
    pub fn prior() -> Self {
        let weights =
            prior::RULES.iter().map(|(feature, weight)| (lesson::slot(feature), weight * prior::RULE));
        Self { weights: weights.collect(), bias: prior::BIAS, score_weight: prior::SPAM_ASSASSIN }
    }

    /// The prior, taught by these lessons. The same lessons in the same order make the same model. What is spam
    /// alone teaches nothing: without wanted mail there is no telling what of it wanted mail has as well.
    pub fn taught(lessons: &[(Lesson, bool)]) -> Self {
        let has_wanted = lessons.iter().any(|it| !it.1);
        if has_wanted { training::taught(Self::prior(), lessons) } else { Self::prior() }
    }

    /// What it says of a mail.
    pub fn score(&self, features: &Features) -> SpamScore {
        let mut tags: Vec<(String, f64)> = Vec::new();
        let mut own = self.bias;
        for names in [&features.words, &features.make] {
            let scale = scale(names.len());
            let mut found: Vec<(&String, f32)> = names
                .iter()
                .filter_map(|name| Some((name, self.weights.get(&lesson::slot(name))? * scale)))
                .collect();
            own += found.iter().map(|it| it.1).sum::<f32>();
            // Of those that weigh the same, single words before pairs.
            found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| b.0.cmp(a.0)));
            tags.extend(found.into_iter().take(TAGS).map(|it| (it.0.clone(), f64::from(it.1))));
        }
        let outside = outside(self.score_weight, features.spam_assassin);
        if outside != 0.0 {
            tags.push(("SpamAssassin's score".into(), f64::from(outside)));
        }
        tags.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        SpamScore { probability: sigmoid(own + outside).into(), own_probability: sigmoid(own).into(), tags }
    }
}

/// What SpamAssassin's score adds to the logarithm of the odds.
fn outside(weight: f32, spam_assassin: Option<f32>) -> f32 {
    spam_assassin.map_or(0.0, |it| weight * it.clamp(-1.0, FARTHEST))
}

/// Many features count less each.
fn scale(features: usize) -> f32 {
    3.0 / (features.max(1) as f32).sqrt()
}

fn sigmoid(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, parse};

    fn of(raw: &str) -> Features {
        let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
        Features::of(&mail, mail.text.as_deref().unwrap_or_default(), None)
    }

    const WANTED: &str = "From: anna@x.example\nMessage-ID: <1@x>\nTo: s@y\nSubject: My order\n\nWhere is my parcel? It should be here.\n";
    const SPAM: &str = "From: x123@y.example\nSubject: FREE MONEY NOW!!!\n\nDear friend, click here to make money, guaranteed.\n";

    #[test]
    fn it_learns_what_it_is_shown_and_forgets_what_is_taken_back() {
        let (wanted, spam) = (of(WANTED), of(SPAM));
        let prior = SpamModel::prior();
        assert!(prior.score(&spam).probability > prior.score(&wanted).probability);
        assert!(prior.score(&wanted).probability < 0.5);
        let lesson = |it: &Features, is_spam| (Lesson::of(it), is_spam);
        let taught = SpamModel::taught(&[lesson(&spam, true), lesson(&wanted, false)]);
        assert!(taught.score(&spam).probability > 0.9 && taught.score(&wanted).probability < 0.1);
        // The other way round: people know better than the prior.
        let taught = SpamModel::taught(&[lesson(&spam, false), lesson(&wanted, true)]);
        assert!(taught.score(&spam).probability < 0.2 && taught.score(&wanted).probability > 0.8);
        assert_eq!(SpamModel::taught(&[]), prior);
    }

    #[test]
    fn a_few_of_a_kind_are_enough_to_know_the_next() {
        let offer = |n: usize| {
            of(&format!(
                "Message-ID: <offer{n}@garden.example>\nFrom: Green Garden <news{n}@garden.example>\nTo: support@acme.example\nSubject: Tulip bulbs, letter {n}\n\nOur tulip bulbs and rose bushes bloom in every garden. Visit http://shop{n}.garden.example and choose your colours for spring.\n"
            ))
        };
        let mut lessons: Vec<(Lesson, bool)> = (0..4).map(|n| (Lesson::of(&offer(n)), true)).collect();
        lessons.push((Lesson::of(&of(WANTED)), false));
        assert!(SpamModel::prior().score(&offer(9)).probability < 0.5);
        let taught = SpamModel::taught(&lessons);
        let (next, wanted) = (taught.score(&offer(9)), taught.score(&of(WANTED)));
        assert!(next.probability > 0.9, "{next:?}");
        assert!(wanted.probability < 0.5, "{wanted:?}");
    }

    /// Each message of a form has the same sender and subject, whoever filled it in.
    #[test]
    fn spam_by_a_form_does_not_hold_what_others_write_there() {
        let form = |text: &str| {
            Lesson::of(&of(&format!("From: form@shop.example\nSubject: Contact form\n\n{text}\n")))
        };
        let asked = of("From: form@shop.example\nSubject: Contact form\n\nWhere is my bag?\n");
        let spam = (form("Buy cheap watches today"), true);
        let alone = SpamModel::taught(std::slice::from_ref(&spam));
        assert_eq!(alone.score(&asked), SpamModel::prior().score(&asked));
        let lessons =
            [spam, (form("Can I return my shoes?"), false), (form("Do you have gift cards?"), false)];
        let taught = SpamModel::taught(&lessons);
        let again = of("From: form@shop.example\nSubject: Contact form\n\nCheap watches, buy today\n");
        let (asked, again) = (taught.score(&asked), taught.score(&again));
        assert!(asked.probability < 0.5 && again.probability > 0.9, "{asked:?} {again:?}");
    }

    /// Spam that comes over a list is not to hold what its people write there.
    #[test]
    fn spam_over_a_mailing_list_does_not_hold_the_list() {
        let over = |from: &str, text: &str| {
            of(&format!(
                "Message-ID: <1@x>\nFrom: {from}\nTo: l@lists.example\nSubject: Letter\n\n{text}\n_______________\nGardeners mailing list\nhttp://lists.example/listinfo/gardeners\n"
            ))
        };
        let offers = ["Cheap watches for you", "Make money at home now", "Watches, cheap money, act now"];
        let mut lessons: Vec<(Lesson, bool)> =
            offers.iter().map(|it| (Lesson::of(&over("x1@spam.example", it)), true)).collect();
        lessons.push((Lesson::of(&of(WANTED)), false));
        let taught = SpamModel::taught(&lessons);
        let wanted = over("carl@garden.example", "My roses have black spots. What do they need?");
        assert!(!wanted.words.iter().any(|it| it.contains("gardeners")), "{:?}", wanted.words);
        assert!(taught.score(&wanted).probability < 0.5, "{:?}", taught.score(&wanted));
    }

    #[test]
    fn a_verdict_names_what_spoke_for_it() {
        let score = SpamModel::prior().score(&of(SPAM));
        assert!(score.tags.iter().any(|it| it.0 == "2:dear friend" && it.1 > 0.0), "{:?}", score.tags);
        assert!(score.tags.len() <= 2 * TAGS);
    }

    #[test]
    fn spam_assassin_counts_by_the_distance_from_its_threshold() {
        let model = SpamModel::prior();
        let with = |score: f64| {
            let opinion = SpamAssassin { score, threshold: 5.0, rules: Vec::new() };
            let mail = parse(WANTED.as_bytes(), &Limits::default()).unwrap();
            let score = model.score(&Features::of(&mail, "Where is my parcel?", Some(&opinion)));
            (score.probability, score.own_probability)
        };
        let (low, high, absurd) = (with(0.0), with(25.0), with(1e9));
        assert!(low.0 < low.1 && high.0 > high.1, "{low:?} {high:?}");
        assert_eq!(low.1, high.1);
        assert!(absurd.0.is_finite() && absurd.0 >= high.0);
    }
}
