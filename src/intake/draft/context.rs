//! What a reply is drafted from: the message, what was written before, who writes, and the passages.

use std::collections::HashMap;
use std::ops::Range;

use answerpal_grounding::compose::Standing;
use answerpal_grounding::injection::is_suspicious;
use answerpal_grounding::is_thanks;

use super::{LEAST_FIT, Wish, fit};
use crate::ai::embed::{Role, Space};
use crate::app::App;
use crate::domain::topic_examples::{language_of, text_of};
use crate::error::{Error, Result};
use crate::intake::retrieve::{self, Found, FoundPassage};
use crate::intake::{Trouble, spaces};
use crate::model::{CustomerId, DocumentId, EndUser, Message};
use crate::store::customers::{self, Customer};
use crate::store::{documents, end_users, messages, tickets};

/// Passages that a reply may rest on.
const PASSAGES: usize = 6;
/// How well the agent's note fits by itself: enough to draft from where nothing else does.
const NOTE_FIT: f64 = LEAST_FIT;
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
    lang: String,
    vector: Option<Vec<f32>>,
    fits: Vec<f64>,
    /// Passages that could not be compared yet.
    waiting: usize,
    contents: HashMap<i64, String>,
    is_thanks: bool,
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
        let found = match asked.trim().is_empty() {
            true => Found { best: Vec::new(), waiting: 0 },
            false => retrieve::search(app, id, &asked, among, PASSAGES).await?,
        };
        let Found { best: mut passages, waiting } = found;
        passages.retain(|it| !it.text.trim().is_empty());
        let own = language_of(&question);
        let english = passages.iter().all(|it| language_of(&it.text).is_none_or(|it| it == "en"));
        let space = reading.space(own, english);
        // No model is loaded where there is nothing to compare with.
        let vector = if question.trim().is_empty() || (passages.is_empty() && wish.hint.is_none()) {
            None
        } else {
            app.knowledge.embedding.embed(&space, &[&question], Role::Query).await?.into_iter().next()
        };
        let mut fits: Vec<f64> = passages.iter().map(|it| fit::of(it, own, &space)).collect();
        if let Some(hint) = &wish.hint {
            passages.push(note(hint));
            fits.push(NOTE_FIT);
        }
        let contents = contents(app, id, &passages).await?;
        let lang = own
            .map(str::to_owned)
            .or_else(|| message.lang.clone())
            .or_else(|| end_user.as_ref().and_then(|it| it.lang.clone()))
            .or_else(|| customer.default_lang.clone())
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
            vector,
            fits,
            waiting,
            contents,
            is_thanks: wish.hint.is_none() && message.message.as_deref().is_some_and(is_thanks),
        })
    }

    pub fn lang(&self) -> &str {
        &self.lang
    }

    pub fn vector(&self) -> Option<&[f32]> {
        self.vector.as_deref()
    }

    /// How each passage stands to the question.
    pub fn standings(&self) -> Vec<Standing> {
        let standing = |it: &FoundPassage| Standing {
            document: it.document.0,
            rank: it.score,
            similarity: it.similarity,
        };
        self.passages.iter().map(standing).collect()
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
        if self.passages.is_empty() {
            return Some("There are no documents that a reply could rest on.".into());
        }
        let exact = self.passages.iter().any(|it| it.exact);
        (self.best_fit() < LEAST_FIT && !exact).then(|| self.nothing_fits())
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
        score: NOTE_FIT,
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
