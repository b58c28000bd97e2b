//! Documents, cut into passages where their structure says so.
//!
//! A passage is long enough to answer a question and short enough for one vector. It never crosses a heading;
//! paragraphs, lists, tables and code stay whole as long as they fit.

use std::ops::Range;

mod questions;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Blocks under one heading are joined up to this many bytes, …
const GOOD: usize = 700;
/// … and a block alone is cut beyond this many: some 250 tokens, which is what a vector can hold.
const LONGEST: usize = 1200;
/// A list with numbers is cut beyond this many: who follows steps needs all of them.
const LONGEST_STEPS: usize = 2600;
/// A line that stands for a heading has at most so many bytes.
const LONGEST_QUESTION: usize = 200;
/// Headings of documents have six levels; lines that stand for one are below all of them.
const BELOW: HeadingLevel = HeadingLevel::H6;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The headings that it stands under, outermost first.
    pub headings: Vec<String>,
    /// Its markdown. Equal to `markdown[start..end]`, but for the later parts of a long table, which begin
    /// with the table's head.
    pub text: String,
    /// Where it starts in the document, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Passage {
    /// What to embed and index: the passage with the titles that say what it is about.
    pub fn with_titles(&self, title: &str) -> String {
        let mut out = String::new();
        let mut seen: Vec<&str> = Vec::new();
        for part in std::iter::once(title).chain(self.headings.iter().map(String::as_str)) {
            if !part.trim().is_empty() && !seen.contains(&part) {
                seen.push(part);
                out.push_str(part.trim());
                out.push('\n');
            }
        }
        out + &self.text
    }
}

/// Cuts a document. Without any text there are no passages; a heading that nothing stands under is one itself.
pub fn split(markdown: &str) -> Vec<Passage> {
    let mut splitter = Splitter { markdown, headings: Vec::new(), open: None, lonely: None, out: Vec::new() };
    for block in blocks(markdown) {
        match questions::of(markdown, &block) {
            Some(parts) => parts.into_iter().for_each(|it| splitter.add(it)),
            None => splitter.add(block),
        }
    }
    splitter.close();
    splitter.close_heading();
    splitter.out
}

enum Block {
    Heading {
        level: HeadingLevel,
        text: String,
        range: Range<usize>,
    },
    /// `cuts` are where it may be cut best; `head` is what each part must begin with.
    Body {
        range: Range<usize>,
        cuts: Vec<usize>,
        head: Option<Range<usize>>,
        kind: Kind,
    },
}

/// What a block is, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    /// A list with numbers.
    Steps,
    Table,
    Other,
}

/// The blocks of the outermost level.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut depth = 0usize;
    let mut heading: Option<(HeadingLevel, String)> = None;
    let (mut cuts, mut head, mut kind) = (Vec::new(), None, Kind::Other);
    for (event, range) in
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
    {
        match event {
            Event::Start(tag) => {
                match tag {
                    Tag::Heading { level, .. } if depth == 0 => heading = Some((level, String::new())),
                    Tag::Paragraph if depth == 0 => kind = Kind::Paragraph,
                    Tag::List(Some(_)) if depth == 0 => kind = Kind::Steps,
                    Tag::Table(_) if depth == 0 => kind = Kind::Table,
                    Tag::TableHead => head = Some(range),
                    Tag::Item | Tag::TableRow => cuts.push(range.start),
                    _ => {}
                }
                depth += 1;
            }
            Event::End(tag) => {
                depth -= 1;
                if depth == 0 {
                    out.push(match (tag, heading.take()) {
                        (TagEnd::Heading(_), Some((level, text))) => Block::Heading { level, text, range },
                        _ => Block::Body { range, cuts: std::mem::take(&mut cuts), head: head.take(), kind },
                    });
                    kind = Kind::Other;
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Html(_) if depth == 0 => {
                out.push(Block::Body { range, cuts: Vec::new(), head: None, kind: Kind::Other });
            }
            _ => {}
        }
    }
    out
}

struct Splitter<'a> {
    markdown: &'a str,
    headings: Vec<(HeadingLevel, String)>,
    /// What is being joined.
    open: Option<Range<usize>>,
    /// A heading that nothing has stood under yet.
    lonely: Option<Range<usize>>,
    out: Vec<Passage>,
}

impl Splitter<'_> {
    fn add(&mut self, block: Block) {
        match block {
            Block::Heading { level, text, range } => {
                self.close();
                // A deeper heading is what stands under the one before.
                if self.headings.last().is_none_or(|(before, _)| *before >= level) {
                    self.close_heading();
                }
                self.headings.retain(|(above, _)| *above < level);
                self.headings.push((level, text.trim().to_owned()));
                self.lonely = Some(range);
            }
            Block::Body { range, cuts, head, kind } => {
                let range = self.trim(range);
                if range.is_empty() {
                    return;
                }
                self.lonely = None;
                if range.len() > if kind == Kind::Steps { LONGEST_STEPS } else { LONGEST } {
                    self.close();
                    self.cut(range, &cuts, head);
                } else {
                    match &mut self.open {
                        Some(open) if range.end - open.start <= GOOD || open.len() < GOOD / 4 => {
                            open.end = range.end
                        }
                        _ => {
                            self.close();
                            self.open = Some(range);
                        }
                    }
                }
            }
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.push(open, None);
        }
    }

    fn close_heading(&mut self) {
        if let Some(range) = self.lonely.take() {
            let range = self.trim(range);
            self.push(range, None);
        }
    }

    fn push(&mut self, range: Range<usize>, head: Option<Range<usize>>) {
        let mut text = String::new();
        if let Some(head) = head.filter(|head| head.end <= range.start) {
            text.push_str(self.markdown[head].trim_end());
            text.push('\n');
        }
        text.push_str(&self.markdown[range.clone()]);
        let headings = self.headings.iter().map(|(_, text)| text.clone()).collect();
        self.out.push(Passage { headings, text, start: range.start, end: range.end });
    }

    /// Cuts a block that is too long: between items or rows, else between sentences, else between words.
    fn cut(&mut self, range: Range<usize>, cuts: &[usize], head: Option<Range<usize>>) {
        // The line under a table's head belongs to it.
        let head = head.map(|head| head.start..cuts.first().copied().unwrap_or(head.end));
        let mut start = range.start;
        while range.end - start > LONGEST {
            let far = start + GOOD..start + LONGEST;
            let end = cuts
                .iter()
                .copied()
                .rfind(|cut| *cut > start && *cut <= far.end)
                .or_else(|| last_sentence(self.markdown, &(start..far.end)))
                .unwrap_or_else(|| self.markdown.floor_char_boundary(far.end));
            let part = self.trim(start..end);
            if !part.is_empty() {
                self.push(part, head.clone());
            }
            start = end;
        }
        let rest = self.trim(start..range.end);
        if !rest.is_empty() {
            self.push(rest, head);
        }
    }

    fn trim(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.markdown[range.clone()];
        let start = range.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }
}

/// The end of the last sentence, or else the last word, that ends in the later half of a range.
fn last_sentence(text: &str, range: &Range<usize>) -> Option<usize> {
    let from = text.floor_char_boundary(range.start + range.len() / 2);
    let part = &text[from..text.floor_char_boundary(range.end)];
    let mut sentence = None;
    let mut before = ' ';
    for (at, c) in part.char_indices() {
        if (c.is_whitespace() && matches!(before, '.' | '!' | '?' | ':' | ';' | '…'))
            || matches!(before, '。' | '！' | '？')
        {
            sentence = Some(at);
        }
        before = c;
    }
    sentence.or_else(|| part.rfind(char::is_whitespace)).map(|at| from + at)
}
