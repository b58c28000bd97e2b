//! Puts a reply together, sentence by sentence, of what the passages support.

use answerpal_grounding::phrases::Phrases;
use answerpal_grounding::sentences::{Kind, Sentence, sentences};
use answerpal_grounding::{Evidence, Source, Verdict, is_question};
use tokio::sync::mpsc::UnboundedSender;

use super::context::Context;
use super::{NO_ANSWER, citation, confidence, left_out};
use crate::ai::embed::Role;
use crate::app::App;
use crate::domain::drafts::{Citation, Drafted, LeftOut};
use crate::domain::topic_examples::language_of;
use crate::error::{Error, Result};

pub struct Writer<'a> {
    app: &'a App,
    context: &'a Context,
    phrases: Phrases,
    evidence: Evidence,
    /// What a model has said and that is not checked yet.
    buffer: String,
    body: String,
    citations: Vec<Citation>,
    dropped: Vec<LeftOut>,
    /// The passages' languages.
    langs: Vec<Option<&'static str>>,
    has_begun: bool,
}

impl<'a> Writer<'a> {
    pub fn new(app: &'a App, context: &'a Context, phrases: Phrases) -> Self {
        let titles: Vec<String> =
            context.passages.iter().map(|it| format!("{} {}", it.title, it.headings.join(" "))).collect();
        let sources: Vec<Source<'_>> =
            context.passages.iter().zip(&titles).map(|it| Source { title: it.1, text: &it.0.text }).collect();
        Self {
            app,
            context,
            phrases,
            evidence: Evidence::of(&sources),
            buffer: String::new(),
            body: String::new(),
            citations: Vec::new(),
            dropped: Vec::new(),
            langs: context.passages.iter().map(|it| language_of(&it.text)).collect(),
            has_begun: false,
        }
    }

    /// Gives the passages' sentences their meaning.
    pub async fn read_passages(&mut self) -> Result<()> {
        let vectors = self.vectors(&self.evidence.texts()).await?;
        self.evidence.set_vectors(vectors);
        Ok(())
    }

    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    pub fn is_empty(&self) -> bool {
        self.citations.is_empty()
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
        if sentence.text.contains(NO_ANSWER) || sentence.kind == Kind::Heading {
            return Ok(());
        }
        let listed = matches!(sentence.kind, Kind::Item | Kind::Row) && !sentence.continues;
        let text = if listed { format!("- {}", sentence.text) } else { sentence.text.clone() };
        let before = self.body.len();
        self.take(&text, !sentence.continues).await?;
        if self.body.len() > before {
            self.say(before, pieces);
        }
        Ok(())
    }

    /// What was added since, with what stands before it.
    fn say(&mut self, since: usize, pieces: &UnboundedSender<String>) {
        let mut said = String::new();
        if !self.has_begun {
            said = self.phrases.opening(self.context.name.as_deref()) + "\n\n";
            self.has_begun = true;
        }
        said.push_str(&self.body[since..]);
        // The other side may have gone; the draft is kept all the same.
        let _ = pieces.send(said);
    }

    /// Adds a sentence, where a passage supports it.
    pub async fn take(&mut self, text: &str, begins: bool) -> Result<()> {
        let claim = text.trim_start_matches("- ");
        let vector = self.vectors(&[claim]).await?.pop();
        let own = language_of(claim).or(Some(self.phrases.lang));
        let foreign = self.langs.iter().all(|it| it.is_some_and(|it| Some(it) != own));
        let verdict = match self.evidence.check(claim, vector.as_deref(), false) {
            Verdict::Unsupported(_) if foreign => self.evidence.check(claim, vector.as_deref(), true),
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
                let listed = text.starts_with("- ");
                if !self.body.is_empty() {
                    self.body.push_str(match (begins, listed) {
                        (true, true) => "\n",
                        (true, false) if self.body.lines().last().is_some_and(|it| it.starts_with("- ")) => {
                            "\n\n"
                        }
                        (true, false) => "\n\n",
                        (false, _) => " ",
                    });
                }
                self.body.push_str(text);
                self.citations.push(citation(
                    self.context,
                    support.source,
                    support.range,
                    claim,
                    support.score,
                ));
            }
        }
        Ok(())
    }

    /// The whole reply.
    pub fn finish(
        mut self,
        pieces: &UnboundedSender<String>,
        prompt: Option<String>,
        model: &str,
    ) -> Drafted {
        let lang = self.context.lang().to_owned();
        if self.citations.is_empty() {
            let mut nothing = Drafted::nothing(self.context.nothing_fits(), &lang);
            (nothing.prompt, nothing.left_out, nothing.model) = (prompt, self.dropped, model.to_owned());
            return nothing;
        }
        if !self.has_begun {
            self.say(0, pieces);
        }
        let closing = self.phrases.closing(&self.context.customer.name);
        let _ = pieces.send(format!("\n\n{closing}"));
        let opening = self.phrases.opening(self.context.name.as_deref());
        let first = self.citations.first().map_or(0, |it| it.document_id);
        let cited = self.context.passages.iter().enumerate().filter(|it| it.1.document.0 == first);
        let fit = cited.map(|it| self.context.fit_of(it.0)).fold(0.0, f64::max);
        let sure = confidence(fit, self.context.rival_of(first), self.citations.len(), self.dropped.len());
        Drafted {
            reply: Some(format!("{opening}\n\n{}\n\n{closing}", self.body)),
            reason: None,
            prompt,
            citations: self.citations,
            confidence: Some((sure * 1000.0).round() / 1000.0),
            model: model.to_owned(),
            lang,
            left_out: self.dropped,
        }
    }
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
