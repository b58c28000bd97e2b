//! What a reply is drafted from: the message, what was written before, who writes, and the passages.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use answerpal_grounding::asks::{self, Ask};
use answerpal_grounding::injection::is_suspicious;
use answerpal_grounding::is_thanks;

use super::Wish;
use super::asked::Asked;
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
/// Those of each question, where there are several.
const PASSAGES_EACH: usize = 3;
/// How long a draft waits for passages that were just written to be indexed.
const PATIENCE: Duration = Duration::from_secs(8);
/// Messages of the conversation that are read.
const CONVERSATION: i64 = 8;

/// What stands for a document in the agent's note.
const NOTE: DocumentId = DocumentId(0);
pub const NO_DOCUMENTS: &str = "There are no documents that a reply could rest on.";

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
    /// What is asked: the message as a whole, or each of several questions.
    pub asks: Vec<Asked>,
    /// Questions beyond those that are looked at.
    pub beyond: Vec<String>,
    /// The question's language.
    lang: String,
    /// The passages' languages.
    langs: Vec<Option<&'static str>>,
    /// Passages that could not be compared yet.
    pub waiting: usize,
    contents: HashMap<i64, String>,
    is_thanks: bool,
}

impl Context {
    pub async fn read(app: &App, id: CustomerId, message: &Message, wish: &Wish) -> Result<Self, Trouble> {
        let question = text_of(message).unwrap_or_default();
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
        let (asked, beyond) = questions(&question, wish);
        let most = if asked.len() > 1 { PASSAGES_EACH } else { PASSAGES };
        let note = wish.hint.as_deref().map(note);
        let mut passages: Vec<FoundPassage> = note.iter().cloned().collect();
        let (mut asks, mut waiting) = (Vec::new(), 0);
        for ask in asked {
            let text = match &wish.hint {
                Some(hint) => format!("{}\n{hint}", ask.text),
                None => ask.text.clone(),
            };
            let mut found = Found { best: Vec::new(), waiting };
            if !text.trim().is_empty() {
                found = retrieve::search(app, id, &text, own, among.clone(), most, PATIENCE).await?;
            }
            waiting = found.waiting;
            found.best.retain(|it| !it.text.trim().is_empty());
            asks.push(Asked::new(ask, &united(&mut passages, found.best), note.as_ref()));
        }
        let langs: Vec<_> = passages.iter().map(|it| language::among(&it.text, &expected)).collect();
        let english = langs.iter().all(|it| it.is_none_or(|it| it == "en"));
        let space = reading.space(own, english);
        // No model is loaded where there is nothing to compare with.
        if !question.trim().is_empty() && !passages.is_empty() {
            let texts: Vec<&str> = asks.iter().map(|it| it.ask.text.as_str()).collect();
            let vectors = app.knowledge.embedding.embed(&space, &texts, Role::Query).await?;
            for (ask, vector) in asks.iter_mut().zip(vectors) {
                ask.vector = Some(vector);
            }
        }
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
        let mut context = Self {
            name: name(end_user.as_ref(), message),
            subject: message.subject.clone(),
            contents: contents(app, id, &passages).await?,
            is_thanks: wish.hint.is_none() && message.message.as_deref().is_some_and(is_thanks),
            customer,
            question,
            passages,
            conversation,
            end_user,
            space,
            asks: Vec::new(),
            beyond,
            lang,
            langs,
            waiting,
        };
        for ask in &mut asks {
            ask.compare(&context, own);
        }
        context.asks = asks;
        Ok(context)
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

    /// Whether a passage is what the agent gave along.
    pub fn is_note(&self, source: usize) -> bool {
        self.passages[source].document == NOTE
    }

    /// Whether the agent gave something along.
    pub fn has_note(&self) -> bool {
        self.passages.iter().any(|it| it.document == NOTE)
    }

    /// Why nothing is drafted at all, where a passage has to fit so well.
    pub fn why_not(&self, least: f64) -> Option<String> {
        if self.question.trim().is_empty() {
            return Some("The message has no text to answer.".into());
        }
        if self.is_thanks {
            return Some("The message says thanks and asks nothing.".into());
        }
        let why: Vec<Option<String>> = self.asks.iter().map(|it| it.why_not(self, least)).collect();
        let none = why.iter().all(Option::is_some);
        why.into_iter().flatten().next().filter(|_| none)
    }

    pub fn nothing_fits(&self) -> String {
        self.asks.first().map_or_else(|| NO_DOCUMENTS.into(), |it| it.nothing_fits(self))
    }

    /// Where the heading of a passage stands in its document, in characters, and as it is written there.
    pub fn heading_place(&self, source: usize, heading: &str) -> Option<(i64, i64)> {
        let passage = &self.passages[source];
        let content = self.contents.get(&passage.document.0)?;
        let at = content.get(..passage.start)?.rfind(heading)?;
        let start = content[..at].chars().count() as i64;
        Some((start, start + heading.chars().count() as i64))
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

/// What is asked, and the questions beyond those that are looked at. With a note it is one thing: the agent
/// says what the reply is about.
fn questions(question: &str, wish: &Wish) -> (Vec<Ask>, Vec<String>) {
    let mut several = if wish.hint.is_some() { Vec::new() } else { asks::asks(question) };
    if several.is_empty() {
        let whole = Ask { text: question.to_owned(), shown: String::new(), is_question: true };
        return (vec![whole], Vec::new());
    }
    let beyond = several.split_off(several.len().min(asks::MOST));
    (several, beyond.into_iter().filter(|it| it.is_question).map(|it| it.shown).collect())
}

/// Adds what was found for a question to what was found for others; gives each its place.
fn united(passages: &mut Vec<FoundPassage>, found: Vec<FoundPassage>) -> Vec<(usize, FoundPassage)> {
    let place = |it: FoundPassage| {
        let same = |other: &FoundPassage| other.document == it.document && other.place == it.place;
        let at = passages.iter().position(same).unwrap_or_else(|| {
            passages.push(it.clone());
            passages.len() - 1
        });
        (at, it)
    };
    found.into_iter().map(place).collect()
}

/// What the agent gave along is a source like the documents: a person of the tenant vouches for it.
fn note(hint: &str) -> FoundPassage {
    FoundPassage {
        document: NOTE,
        title: "Note".into(),
        place: 0,
        headings: Vec::new(),
        text: hint.to_owned(),
        start: 0,
        end: hint.len(),
        score: 0.0,
        similarity: 0.0,
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
