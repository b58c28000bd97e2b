//! What a reply is drafted from: the message, what was written before, who writes, and the passages.

use std::collections::HashMap;
use std::ops::Range;

use answerpal_grounding::compose::Standing;
use answerpal_grounding::injection::is_suspicious;
use answerpal_grounding::is_thanks;

use super::codes::{self, Code};
use super::{LEAST_FIT, Wish, fit};
use crate::ai::embed::{Role, Space};
use crate::app::App;
use crate::domain::fields::base_language;
use crate::domain::topic_examples::text_of;
use crate::error::{Error, Result};
use crate::intake::retrieve::{self, Found, FoundPassage};
use crate::intake::{Trouble, language, spaces};
use crate::model::{CustomerId, DocumentId, EndUser, Message};
use crate::store::ai_settings::AiSettings;
use crate::store::customers::{self, Customer};
use crate::store::{documents, end_users, messages, tickets};

/// Passages that a reply may rest on.
const PASSAGES: usize = 6;
/// How well the agent's note fits: who gives one wants it said.
const NOTE_FIT: f64 = 1.0;
/// What a note is ranked by: before every document, those with a code of the question included.
const NOTE_RANK: f64 = 10.0;
/// How well a passage must fit a question that names a code which no passage carries.
const FITS_WELL: f64 = 0.55;
/// What it counts then.
const WITHOUT_CODE: f64 = 0.6;
/// A question of so few words beside its code asks for what is written of the code.
const FEW_WORDS: usize = 5;
/// Passages in the question's language are preferred by so much of their rank.
const OTHER_LANGUAGE: f64 = 0.15;
/// Messages of the conversation that are read.
const CONVERSATION: i64 = 8;

pub struct Context {
    pub customer: Customer,
    pub question: String,
    pub passages: Vec<FoundPassage>,
    /// Older messages, oldest first: whether the end user wrote it, and what.
    pub conversation: Vec<(bool, String)>,
    /// None where nobody knows that it is them who writes.
    pub end_user: Option<EndUser>,
    /// What the end user is greeted by.
    pub name: Option<String>,
    pub subject: Option<String>,
    pub space: Space,
    /// The question's language.
    lang: String,
    /// The passages' languages.
    langs: Vec<Option<&'static str>>,
    vector: Option<Vec<f32>>,
    fits: Vec<f64>,
    /// Passages that could not be compared yet.
    waiting: usize,
    contents: HashMap<i64, String>,
    is_thanks: bool,
    /// Codes of the question that no passage carries.
    unknown: Vec<Code>,
    /// Whether the question says little but a code.
    is_about_code: bool,
}

impl Context {
    pub async fn read(app: &App, id: CustomerId, message: &Message, wish: &Wish) -> Result<Self, Trouble> {
        let question = text_of(message).unwrap_or_default();
        let asked = match &wish.hint {
            Some(hint) => format!("{question}\n{hint}"),
            None => question.clone(),
        };
        let mut conn = app.store.read().await?;
        let customer = customers::get(&mut conn, id).await?;
        let ticket = tickets::get(&mut conn, id, message.ticket_id).await?;
        let end_user = match message.unverified {
            false => end_users::of_ticket(&mut conn, id, &ticket).await?,
            true => None,
        };
        let newest = messages::conversation(&mut conn, id, message.ticket_id, CONVERSATION).await?;
        let among = retrieve::linked(&mut conn, id, message).await?;
        let reading = spaces::reading(app, &mut conn, id).await?;
        drop(conn);
        let expected = expected(&reading.settings);
        let own = language::among(&question, &expected);
        let found = match asked.trim().is_empty() {
            true => Found { best: Vec::new(), waiting: 0 },
            false => retrieve::search(app, id, &asked, own, among, PASSAGES).await?,
        };
        let Found { best: mut passages, waiting } = found;
        passages.retain(|it| !it.text.trim().is_empty());
        let named = codes::of(&question);
        let beside = codes::without(&question, &named).split_whitespace().count();
        let is_about_code = !named.is_empty() && beside <= FEW_WORDS;
        let mut unknown = codes::unknown(named, &passages);
        passages.retain(|it| it.exact || !codes::is_of_others(it, &unknown));
        let mut langs: Vec<_> = passages.iter().map(|it| language::among(&it.text, &expected)).collect();
        let english = langs.iter().all(|it| it.is_none_or(|it| it == "en"));
        let space = reading.space(own, english);
        // No model is loaded where there is nothing to compare with.
        let vector = if question.trim().is_empty() || (passages.is_empty() && wish.hint.is_none()) {
            None
        } else {
            app.knowledge.embedding.embed(&space, &[&question], Role::Query).await?.into_iter().next()
        };
        let is_same = |it: &Option<&str>| it.is_none() || own.is_none() || *it == own;
        let fits = passages.iter().zip(&langs).map(|it| fit::of(it.0.similarity, is_same(it.1), &space));
        let mut fits: Vec<f64> = fits.collect();
        if !unknown.is_empty() {
            // A passage with another code of the question may be about all of it.
            for (fit, _) in fits.iter_mut().zip(&passages).filter(|it| !it.1.exact) {
                *fit = if *fit < FITS_WELL { 0.0 } else { *fit * WITHOUT_CODE };
            }
        }
        if let Some(hint) = &wish.hint {
            passages.insert(0, note(hint));
            langs.insert(0, language::among(hint, &expected));
            fits.insert(0, NOTE_FIT);
            unknown = codes::unknown(unknown, &passages);
        }
        let contents = contents(app, id, &passages).await?;
        let lang = own
            .map(str::to_owned)
            .or_else(|| message.lang.clone())
            .or_else(|| end_user.as_ref().and_then(|it| it.lang.clone()))
            .or_else(|| langs.first().copied().flatten().map(str::to_owned))
            .or_else(|| customer.default_lang.clone())
            .or_else(|| expected.first().map(|it| (*it).to_owned()))
            .unwrap_or_else(|| "en".into());
        let conversation = newest
            .into_iter()
            .rev()
            .filter(|it| it.message_id < message.message_id)
            .filter_map(|it| Some((it.incoming, it.message?)))
            .collect();
        Ok(Self {
            name: name(end_user.as_ref(), message),
            subject: message.subject.clone(),
            customer,
            question,
            passages,
            conversation,
            end_user,
            space,
            lang,
            langs,
            vector,
            fits,
            waiting,
            contents,
            is_thanks: wish.hint.is_none() && message.message.as_deref().is_some_and(is_thanks),
            unknown,
            is_about_code,
        })
    }

    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// The passages' languages, where they are known.
    pub fn langs(&self) -> &[Option<&'static str>] {
        &self.langs
    }

    /// The language of a text that is made of the passages, or of one by a model.
    pub fn language_of(&self, text: &str) -> Option<&'static str> {
        let mut likely: Vec<&str> = self.langs.iter().copied().flatten().collect();
        likely.push(self.base_lang());
        language::among(text, &likely)
    }

    /// The question's language without a region.
    pub fn base_lang(&self) -> &str {
        base_language(&self.lang)
    }

    pub fn vector(&self) -> Option<&[f32]> {
        self.vector.as_deref()
    }

    /// How each passage stands to the question.
    pub fn standings(&self) -> Vec<Standing> {
        let standing = |(it, lang): (&FoundPassage, &Option<&str>)| {
            let is_other = lang.is_some_and(|it| it != self.base_lang());
            let rank = if is_other { it.score - OTHER_LANGUAGE } else { it.score };
            Standing { document: it.document.0, rank, similarity: it.similarity }
        };
        self.passages.iter().zip(&self.langs).map(standing).collect()
    }

    pub fn best_fit(&self) -> f64 {
        self.fits.iter().copied().fold(0.0, f64::max)
    }

    pub fn fit_of(&self, source: usize) -> f64 {
        self.fits.get(source).copied().unwrap_or_default()
    }

    /// The best fit of a passage of another document.
    pub fn rival_of(&self, document: i64) -> f64 {
        let others = self.passages.iter().zip(&self.fits).filter(|it| it.0.document.0 != document);
        others.map(|it| *it.1).fold(0.0, f64::max)
    }

    /// Why nothing is drafted at all.
    pub fn why_not(&self) -> Option<String> {
        if self.question.trim().is_empty() {
            return Some("The message has no text to answer.".into());
        }
        if self.is_thanks {
            return Some("The message says thanks and asks nothing.".into());
        }
        let exact = self.passages.iter().any(|it| it.exact);
        if !self.unknown.is_empty() && !exact && self.best_fit() < LEAST_FIT {
            let written: Vec<&str> = self.unknown.iter().map(|it| it.written.as_str()).collect();
            return Some(format!("No document that fits mentions {}.", written.join(", ")));
        }
        if self.passages.is_empty() {
            return Some("There are no documents that a reply could rest on.".into());
        }
        let least = match (exact, self.is_about_code) {
            (true, true) => 0.0,
            (true, false) => LEAST_FIT / 2.0,
            (false, _) => LEAST_FIT,
        };
        (self.best_fit() < least).then(|| self.nothing_fits())
    }

    pub fn nothing_fits(&self) -> String {
        let best = (0..self.passages.len()).max_by(|a, b| self.fits[*a].total_cmp(&self.fits[*b]));
        let told = match best.map(|it| self.passages[it].title.as_str()) {
            Some(title) => format!("No document answers this; the nearest is “{title}”."),
            None => "No document answers this.".into(),
        };
        match self.waiting {
            0 => told,
            waiting => format!("{told} {waiting} new passages are not indexed yet: try again soon."),
        }
    }

    /// Where a part of a passage stands in its document, in characters.
    pub fn place(&self, source: usize, range: Range<usize>) -> (i64, i64) {
        let passage = &self.passages[source];
        let quote = passage.text.get(range.clone()).unwrap_or_default();
        let content = self.contents.get(&passage.document.0).map_or("", String::as_str);
        // A part of a long table begins with the table's head, which moves what follows it.
        let near = content.get(passage.start..).and_then(|it| it.find(quote)).map(|it| it + passage.start);
        let start = near.or_else(|| content.find(quote)).unwrap_or(passage.start.min(content.len()));
        let chars = |to: usize| content.get(..to).map_or(0, |it| it.chars().count()) as i64;
        (chars(start), chars(start) + quote.chars().count() as i64)
    }
}

/// The languages that a tenant is written to in.
fn expected(settings: &AiSettings) -> Vec<&str> {
    match settings.languages.as_deref() {
        Some(some) => some.split(',').collect(),
        None => language::COMMON.to_vec(),
    }
}

async fn contents(
    app: &App,
    customer: CustomerId,
    passages: &[FoundPassage],
) -> Result<HashMap<i64, String>> {
    let mut out = HashMap::new();
    let mut conn = app.store.read().await?;
    for passage in passages {
        if out.contains_key(&passage.document.0) {
            continue;
        }
        match documents::get(&mut conn, customer, passage.document).await {
            Ok(document) => out.insert(passage.document.0, document.content.unwrap_or_default()),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
    }
    Ok(out)
}

/// What the agent gave along is a source like the documents: a person of the tenant vouches for it.
fn note(hint: &str) -> FoundPassage {
    FoundPassage {
        document: DocumentId(0),
        title: "Note".into(),
        place: 0,
        headings: Vec::new(),
        text: hint.to_owned(),
        start: 0,
        end: hint.len(),
        score: NOTE_RANK,
        similarity: NOTE_FIT,
        exact: false,
    }
}

/// The first name, as the record has it, else as the sender wrote it.
fn name(end_user: Option<&EndUser>, message: &Message) -> Option<String> {
    let known = end_user.and_then(|it| it.firstname.clone().or_else(|| it.name.clone()));
    let name = known.or_else(|| message.from_name.clone())?;
    let fine = !name.contains('@') && !is_suspicious(&name);
    fine.then(|| name.split_whitespace().collect::<Vec<_>>().join(" "))
}
