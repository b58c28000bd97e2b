//! Puts a reply together, sentence by sentence, of what the passages support.

use answerpal_grounding::compose::Part;
use answerpal_grounding::phrases::Phrases;
use answerpal_grounding::sentences::{Kind, Sentence, sentences};
use answerpal_grounding::{Evidence, Source, Verdict, is_question};
use tokio::sync::mpsc::UnboundedSender;

use super::asked::Asked;
use super::context::Context;
use super::sure::{self, strange, sure};
use super::{LEAST_QUOTED, NO_ANSWER, citation, left_out, named};
use crate::ai::embed::Role;
use crate::app::App;
use crate::domain::drafts::{Citation, Drafted, LeftOut};
use crate::error::{Error, Result};

/// What the confidence of a reply in another language than the question's is multiplied by: whoever asked may
/// not understand it, and what a passage says is told less well from what it does not.
const UNTRANSLATED: f64 = 0.5;

pub struct Writer<'a> {
    app: &'a App,
    context: &'a Context,
    phrases: Phrases,
    /// The language that the reply is written in.
    lang: String,
    evidence: Evidence,
    /// How much of each question is strange to the passages.
    strange: Vec<f64>,
    /// The passages in other languages than the one named.
    foreign: Option<(&'static str, Evidence)>,
    /// What a model has said and that is not checked yet.
    buffer: String,
    body: String,
    citations: Vec<Citation>,
    /// The passages that the citations are of.
    cited: Vec<usize>,
    /// A heading that leads to a list, of which nothing is said yet.
    lead: Option<(String, Citation)>,
    /// The answer to another question begins.
    is_new: bool,
    dropped: Vec<LeftOut>,
    has_begun: bool,
    /// Whether the model said that the passages do not answer.
    has_declined: bool,
}

impl<'a> Writer<'a> {
    pub fn new(app: &'a App, context: &'a Context) -> Self {
        let titles: Vec<String> =
            context.passages.iter().map(|it| format!("{} {}", it.title, it.headings.join(" "))).collect();
        let mut sources: Vec<Source<'_>> = Vec::new();
        for (passage, title) in context.passages.iter().zip(&titles) {
            let heading = passage.headings.last().map_or("", String::as_str);
            sources.push(Source { title, heading, text: &passage.text });
        }
        Self {
            app,
            context,
            phrases: Phrases::of(context.lang()),
            lang: context.lang().to_owned(),
            evidence: Evidence::of(&sources),
            strange: Vec::new(),
            foreign: None,
            buffer: String::new(),
            body: String::new(),
            citations: Vec::new(),
            cited: Vec::new(),
            lead: None,
            is_new: false,
            dropped: Vec::new(),
            has_begun: false,
            has_declined: false,
        }
    }

    /// Gives the passages' sentences their meaning, and compares the questions' words with them.
    pub async fn read_passages(&mut self) -> Result<()> {
        let vectors = self.vectors(&self.evidence.texts()).await?;
        self.evidence.set_vectors(vectors);
        for ask in &self.context.asks {
            self.strange.push(strange(self.app, self.context, &self.evidence, ask).await?);
        }
        Ok(())
    }

    /// Whether hardly any question like this one is answered by such parts. What an agent gave along, and what is
    /// written of a code of the question, is quoted whatever it is like.
    pub fn is_unlikely(&self, at: usize, parts: &[Part]) -> bool {
        let Some(source) = parts.iter().find(|it| it.kind != Kind::Heading).map(|it| it.source) else {
            return false;
        };
        let said: Vec<&str> = parts.iter().map(|it| it.text.as_str()).collect();
        let is_given = self.context.asks[at].is_exact() || self.context.has_note();
        !is_given && self.sure(at, source, &said.join("\n")) < sure::LEAST
    }

    fn sure(&self, at: usize, source: usize, said: &str) -> f64 {
        let strange = self.strange.get(at).copied().unwrap_or_default();
        sure(self.context, &self.evidence, &self.context.asks[at], strange, source, said)
    }

    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    pub fn is_empty(&self) -> bool {
        self.citations.is_empty()
    }

    pub fn has_declined(&self) -> bool {
        self.has_declined
    }

    pub fn left_out(self) -> Vec<LeftOut> {
        self.dropped
    }

    async fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let made = self.app.knowledge.embedding.embed(&self.context.space, texts, Role::Passage).await;
        made.map_err(|it| Error::Unavailable(format!("Sentences cannot be compared now: {it}.")))
    }

    /// Takes more of a model's text, and checks the sentences that have come to their end.
    pub async fn add(&mut self, text: &str, pieces: &UnboundedSender<String>) -> Result<()> {
        self.buffer.push_str(text);
        let clean = without_thoughts(&self.buffer);
        let found = sentences(&clean);
        let Some((_, whole)) = found.split_last() else { return Ok(()) };
        let Some(last) = whole.last() else { return Ok(()) };
        let rest = clean[last.range.end..].to_owned();
        self.take_all(&clean, whole, pieces).await?;
        self.buffer = rest;
        Ok(())
    }

    /// Checks what is left; a sentence that was cut short is left out.
    pub async fn end(&mut self, is_cut_short: bool, pieces: &UnboundedSender<String>) -> Result<()> {
        let clean = without_thoughts(&std::mem::take(&mut self.buffer));
        let mut found = sentences(&clean);
        let is_whole = |it: &Sentence| it.text.ends_with(['.', '!', '?', '…', ':', '。']) || !is_cut_short;
        found.retain(is_whole);
        self.take_all(&clean, &found, pieces).await
    }

    /// The first of them goes on where the one before it stopped, unless a line ended there.
    async fn take_all(
        &mut self,
        text: &str,
        found: &[Sentence],
        pieces: &UnboundedSender<String>,
    ) -> Result<()> {
        for (index, sentence) in found.iter().enumerate() {
            let goes_on = index == 0 && !text[..sentence.range.start].contains('\n');
            let continues = sentence.continues || (goes_on && sentence.kind == Kind::Prose);
            self.sentence(&Sentence { continues, ..sentence.clone() }, pieces).await?;
        }
        Ok(())
    }

    async fn sentence(&mut self, sentence: &Sentence, pieces: &UnboundedSender<String>) -> Result<()> {
        if sentence.text.contains(NO_ANSWER) {
            self.has_declined = true;
            return Ok(());
        }
        if sentence.kind == Kind::Heading {
            return Ok(());
        }
        let mark = match (sentence.kind, sentence.continues, sentence.number) {
            (Kind::Item, false, Some(number)) => format!("{number}. "),
            (Kind::Item | Kind::Row, false, _) => "- ".into(),
            _ => String::new(),
        };
        let before = self.body.len();
        self.take(&mark, &sentence.text, !sentence.continues).await?;
        if self.body.len() > before {
            self.say(before, pieces);
        }
        Ok(())
    }

    /// What was added since, with what stands before it.
    fn say(&mut self, since: usize, pieces: &UnboundedSender<String>) {
        let mut said = String::new();
        if !self.has_begun {
            self.settle_language();
            said = self.phrases.opening(self.context.name.as_deref()) + "\n\n";
            self.has_begun = true;
        }
        said.push_str(&self.body[since..]);
        // The other side may have gone; the draft is kept all the same.
        let _ = pieces.send(said);
    }

    /// Greets in the language that the reply turns out to be written in.
    fn settle_language(&mut self) {
        let cited = self.citations.first().map(|it| it.document_id);
        let quoted = self.context.passages.iter().position(|it| Some(it.document.0) == cited);
        let quoted = quoted.and_then(|it| self.context.langs()[it]);
        let found = self.context.language_of(&self.body).or(quoted);
        self.lang = found.map_or_else(|| self.context.lang().to_owned(), str::to_owned);
        if self.lang == self.context.base_lang() {
            self.lang = self.context.lang().to_owned();
        }
        self.phrases = Phrases::of(&self.lang);
    }

    /// What follows answers another question.
    pub fn begin(&mut self) {
        (self.lead, self.is_new) = (None, true);
    }

    /// Adds a part of an answer that is made of the passages. What is said already is not said again.
    pub async fn part(&mut self, part: &Part) -> Result<()> {
        if part.kind != Kind::Heading {
            return self.take(&part.mark(), &part.text, part.begins).await;
        }
        let Some((start, end)) = self.context.heading_place(part.source, &part.text) else { return Ok(()) };
        let colon = if self.context.langs()[part.source] == Some("fr") { " :" } else { ":" };
        let text = format!("{}{colon}", part.text);
        // The list goes on.
        if self.citations.iter().any(|it| it.sentence.as_ref() == Some(&text)) {
            return Ok(());
        }
        let citation = Citation { start, end, ..citation(self.context, part.source, 0..0, &text, 1.0) };
        self.lead = Some((text, Citation { quote: part.text.clone(), ..citation }));
        Ok(())
    }

    /// Adds a sentence, where a passage supports it. `mark` is what its item begins with.
    pub async fn take(&mut self, mark: &str, claim: &str, begins: bool) -> Result<()> {
        let is_said = |it: &Citation| it.sentence.as_deref() == Some(claim);
        if self.citations.iter().any(is_said) {
            return Ok(());
        }
        let vector = self.vectors(&[claim]).await?.pop();
        let own = self.context.language_of(claim).unwrap_or(self.phrases.lang);
        let verdict = match self.evidence.check(claim, vector.as_deref(), false) {
            Verdict::Unsupported(why) => {
                let foreign = self.foreign_to(own).await?;
                let other = foreign.map(|it| it.check(claim, vector.as_deref(), true));
                // What is unsupported in both is told as it is in the claim's own language.
                other.filter(|it| matches!(it, Verdict::Supported(_))).unwrap_or(Verdict::Unsupported(why))
            }
            other => other,
        };
        match verdict {
            // Greeting and sign-off are ours.
            Verdict::Courtesy => {}
            Verdict::Unsupported(why) => self.dropped.push(left_out(claim, why.as_str())),
            Verdict::Supported(_) if is_question(claim) => {
                self.dropped.push(left_out(claim, "a question answers nothing"));
            }
            Verdict::Supported(support) => {
                let is_led = self.lead.is_some();
                if let Some((text, citation)) = self.lead.take() {
                    self.append("", &text, true);
                    self.citations.push(citation);
                    self.cited.push(support.source);
                }
                self.append(mark, claim, begins || is_led);
                self.cited.push(support.source);
                let citation = citation(self.context, support.source, support.range, claim, support.score);
                self.citations.push(citation);
            }
        }
        Ok(())
    }

    fn append(&mut self, mark: &str, text: &str, begins: bool) {
        let last = self.body.lines().last().unwrap_or_default();
        let leads = !self.is_new && (last.ends_with(':') || is_item(last));
        let begins = begins || self.is_new;
        self.is_new = false;
        if !self.body.is_empty() {
            self.body.push_str(match (begins, !mark.is_empty() && leads) {
                (true, true) => "\n",
                (true, false) => "\n\n",
                (false, _) => " ",
            });
        }
        self.body.push_str(mark);
        self.body.push_str(text);
    }

    /// How sure it is that the reply answers something that was asked; None where it does not.
    fn answers(&self, at: usize) -> Option<f64> {
        let ask = &self.context.asks[at];
        if ask.why_not(self.context, LEAST_QUOTED).is_some() {
            return None;
        }
        let mut cited = self.cited.clone();
        cited.sort_unstable();
        cited.dedup();
        let of = |source: usize| {
            let own = self.citations.iter().zip(&self.cited).filter(|it| *it.1 == source);
            own.filter_map(|it| it.0.sentence.as_deref()).collect::<Vec<_>>().join("\n")
        };
        let fits = |it: &usize| ask.is_among_best(*it);
        cited.into_iter().filter(fits).map(|it| self.sure(at, it, &of(it))).reduce(f64::max)
    }

    /// The passages in other languages than this one; the others are empty, so that all keep their number.
    async fn foreign_to(&mut self, own: &'static str) -> Result<Option<&Evidence>> {
        if self.foreign.as_ref().is_none_or(|it| it.0 != own) {
            let langs = self.context.langs();
            let is_foreign = |it: usize| langs[it].is_some_and(|it| it != own);
            let passages = self.context.passages.iter().enumerate();
            let texts = passages.map(|(at, it)| if is_foreign(at) { it.text.as_str() } else { "" });
            let sources: Vec<Source<'_>> =
                texts.map(|text| Source { heading: "", title: "", text }).collect();
            let mut evidence = Evidence::of(&sources);
            if !evidence.is_empty() {
                let vectors = self.vectors(&evidence.texts()).await?;
                evidence.set_vectors(vectors);
            }
            self.foreign = Some((own, evidence));
        }
        Ok(self.foreign.as_ref().map(|it| &it.1).filter(|it| !it.is_empty()))
    }

    /// How sure it is of the whole reply, and which questions it does not answer.
    fn judged(&self) -> (f64, Option<String>) {
        let asks = &self.context.asks;
        let answered: Vec<Option<f64>> = (0..asks.len()).map(|it| self.answers(it)).collect();
        let told: Vec<f64> = answered.iter().flatten().copied().collect();
        let sure = told.iter().sum::<f64>() / told.len().max(1) as f64;
        let is_open = |it: &(&Asked, &Option<f64>)| it.0.ask.is_question && it.1.is_none();
        let open = asks.iter().zip(&answered).filter(is_open).map(|it| &it.0.ask.shown);
        let open: Vec<&String> = open.chain(&self.context.beyond).collect();
        if open.is_empty() || asks.len() < 2 {
            return (sure, None);
        }
        let all = open.len() + told.len();
        let quoted: Vec<String> = open.iter().map(|it| format!("“{it}”")).collect();
        (sure * told.len() as f64 / all as f64, Some(format!("Not answered: {}", named(&quoted))))
    }

    /// Says so where the reply is in another language than the question.
    fn untranslated(&self) -> Option<String> {
        let (own, asked) = (Phrases::of(&self.lang), Phrases::of(self.context.lang()));
        let is_known = Phrases::has(&self.lang) && Phrases::has(self.context.lang());
        (is_known && own.lang != asked.lang)
            .then(|| format!("The documents are quoted in {}, the question is in {}", own.name, asked.name))
    }

    /// The whole reply.
    pub fn finish(
        mut self,
        pieces: &UnboundedSender<String>,
        prompt: Option<String>,
        model: &str,
    ) -> Drafted {
        let asked_in = self.context.lang().to_owned();
        if self.citations.is_empty() {
            let mut nothing = Drafted::nothing(self.context.nothing_fits(), &asked_in);
            (nothing.prompt, nothing.left_out, nothing.model) = (prompt, self.dropped, model.to_owned());
            return nothing;
        }
        if !self.has_begun {
            self.say(0, pieces);
        }
        let closing = self.phrases.closing(&self.context.customer.name);
        let _ = pieces.send(format!("\n\n{closing}"));
        let opening = self.phrases.opening(self.context.name.as_deref());
        let share = self.citations.len() as f64 / (self.citations.len() + self.dropped.len()).max(1) as f64;
        let (sure, reason) = self.judged();
        let foreign = self.untranslated();
        let sure = sure * (0.6 + 0.4 * share) * if foreign.is_some() { UNTRANSLATED } else { 1.0 };
        let reason: Vec<String> = reason.into_iter().chain(foreign).collect();
        Drafted {
            reply: Some(format!("{opening}\n\n{}\n\n{closing}", self.body)),
            reason: Some(reason.join(". ")).filter(|it| !it.is_empty()),
            prompt,
            citations: self.citations,
            confidence: Some((sure * 1000.0).round() / 1000.0),
            model: model.to_owned(),
            lang: self.lang,
            asked_in,
            left_out: self.dropped,
        }
    }
}

/// Whether a line is an item of a list.
fn is_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|it: char| it.is_ascii_digit());
    line.starts_with("- ") || (rest.len() < line.len() && rest.starts_with(". "))
}

/// What a model thought aloud before it answered is no part of the answer.
fn without_thoughts(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(start) = out.find("<think>") {
        let end = out[start..].find("</think>").map_or(out.len(), |it| start + it + "</think>".len());
        out.replace_range(start..end, "");
    }
    out
}
