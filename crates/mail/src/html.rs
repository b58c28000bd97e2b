//! HTML as lines of text that remember what mail programs said about them: quoted, an attribution, where
//! the history begins, a signature.

mod bomb;

use std::cell::{Cell, RefCell};

pub use bomb::is_bomb;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::lines::{Hint, Line};

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "tbody",
    "thead",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "center",
    "address",
    "form",
    "fieldset",
    "body",
    "html",
    "head",
    "hr",
    "figure",
    "main",
    "nav",
    "aside",
    "details",
    "summary",
];
/// With an empty line before and after.
const PARAGRAPHS: &[&str] =
    &["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"];
const VOID: &[&str] =
    &["br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track"];
/// What is open at one time and remembered; deeper markup keeps what is around it.
const DEEPEST: usize = 500;
/// Lines that are kept.
const MOST_LINES: usize = 100_000;

/// The lines of an HTML body, up to a tag that has attributes without end.
pub fn lines(html: &str) -> Vec<Line> {
    let sink = Sink { reader: RefCell::new(Reader::default()), tokens: Cell::new(0) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut tag = bomb::LongTag::default();
    for step in bomb::steps(html) {
        queue.push_back(StrTendril::from(step));
        // Without a document there is no script to stop for.
        let _ = tokenizer.feed(&queue);
        if tag.is_bomb(tokenizer.sink.tokens.get(), step) {
            return tokenizer.sink.reader.into_inner().finish();
        }
    }
    tokenizer.end();
    tokenizer.sink.reader.into_inner().finish()
}

/// What a person reads of an HTML body.
pub fn text(html: &str) -> String {
    let mut out = String::new();
    for line in lines(html) {
        if line.is_quoted && !line.text.is_empty() {
            out.push_str("> ");
        }
        out.push_str(&line.text);
        out.push('\n');
    }
    out.trim().to_owned()
}

struct Sink {
    reader: RefCell<Reader>,
    /// How many came, without errors.
    tokens: Cell<usize>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        let mut reader = self.reader.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reader.start(&tag),
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => reader.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

struct Open {
    name: String,
    quotes: bool,
    hint: Option<Hint>,
    hides: bool,
    /// Whether the letters in it have no size; None where it does not say.
    is_sizeless: Option<bool>,
    preformatted: bool,
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    current: String,
    open: Vec<Open>,
    /// Markup deeper than is remembered.
    beyond: usize,
    /// A hint for the next line that has text.
    next_hint: Option<Hint>,
}

impl Reader {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.as_ref();
        match name {
            "br" => self.break_line(),
            "hr" => {
                self.end_line();
                self.rule(tag);
            }
            "td" | "th" if !self.current.is_empty() => self.current.push_str("  "),
            _ if BLOCKS.contains(&name) => self.end_block(name),
            _ => {}
        }
        if name == "li" {
            self.current.push_str("- ");
        }
        if !VOID.contains(&name) && !tag.self_closing {
            self.push(name, tag);
        }
        match name {
            "script" => TokenSinkResult::RawData(ScriptData),
            "style" | "noscript" | "iframe" | "noframes" | "xmp" => TokenSinkResult::RawData(Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn push(&mut self, name: &str, tag: &Tag) {
        if self.open.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let (quotes, hint) = said(name, tag);
        if hint == Some(Hint::History) {
            self.end_line();
            self.next_hint = hint;
        }
        self.open.push(Open {
            name: name.to_owned(),
            quotes,
            hint: hint.filter(|it| *it != Hint::History),
            hides: matches!(name, "script" | "style" | "title" | "head" | "noscript") || is_hidden(tag),
            is_sizeless: is_sizeless(name, tag),
            preformatted: name == "pre",
        });
    }

    fn end(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.end_block(name);
        }
        if name == "br" {
            self.break_line();
        }
        if let Some(at) = self.open.iter().rposition(|it| it.name == name) {
            if self.beyond > 0 {
                self.beyond -= 1;
                return;
            }
            self.open.truncate(at);
        }
    }

    fn characters(&mut self, text: &str) {
        if self.hides() {
            return;
        }
        if self.open.iter().any(|it| it.preformatted) {
            let mut parts = text.split('\n');
            self.current.push_str(parts.next().unwrap_or_default());
            for part in parts {
                self.break_line();
                self.current.push_str(part);
            }
            return;
        }
        for letter in text.chars() {
            match letter {
                '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{34f}' | '\u{200c}' => {}
                ' ' | '\n' | '\r' | '\t' | '\u{c}' | '\u{a0}' => {
                    if !self.current.is_empty() && !self.current.ends_with(' ') {
                        self.current.push(' ');
                    }
                }
                other => self.current.push(other),
            }
        }
    }

    fn hides(&self) -> bool {
        self.open.iter().any(|it| it.hides)
            || self.open.iter().rev().find_map(|it| it.is_sizeless) == Some(true)
    }

    /// A rule, which some programs put above the history.
    fn rule(&mut self, tag: &Tag) {
        let starts_history = attribute(tag, "id").is_some_and(|it| it == "zwchr" || it == "stopSpelling")
            || attribute(tag, "data-marker").is_some_and(|it| it == "__DIVIDER__");
        if starts_history {
            self.next_hint = Some(Hint::History);
        }
    }

    /// Ends the line that is there; an empty one stays away.
    fn end_line(&mut self) {
        if !self.current.trim().is_empty() {
            self.break_line();
        } else {
            self.current.clear();
        }
    }

    fn end_block(&mut self, name: &str) {
        self.end_line();
        if PARAGRAPHS.contains(&name) && self.lines.last().is_some_and(|it| !it.text.is_empty()) {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        let text = std::mem::take(&mut self.current).trim_end().to_owned();
        let mut hint = self.open.iter().rev().find_map(|it| it.hint);
        if !text.is_empty()
            && let Some(next) = self.next_hint.take()
        {
            hint = Some(next);
        }
        let is_quoted = self.open.iter().any(|it| it.quotes);
        if text.is_empty() && self.lines.iter().rev().take(2).filter(|it| it.text.is_empty()).count() == 2 {
            return;
        }
        if self.lines.len() < MOST_LINES {
            self.lines.push(Line { text, is_quoted, is_marked: is_quoted, hint, ..Line::default() });
        }
    }

    fn finish(mut self) -> Vec<Line> {
        self.open.retain(|it| !it.hides);
        self.end_line();
        self.lines
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|it| &*it.name.local == name).map(|it| &*it.value)
}

/// Property and value of an inline style, in lower case.
fn styles(tag: &Tag) -> Vec<(String, String)> {
    let style = attribute(tag, "style").unwrap_or_default().to_ascii_lowercase();
    let declarations = style.split(';').filter_map(|it| it.split_once(':'));
    let bare = |it: &str| it.replace("!important", "").trim().to_owned();
    declarations.map(|(name, value)| (bare(name), bare(value))).collect()
}

/// Whether nobody sees what is in it.
fn is_hidden(tag: &Tag) -> bool {
    attribute(tag, "hidden").is_some()
        || styles(tag).iter().any(|(name, value)| match name.as_str() {
            "display" => value == "none",
            "visibility" => value == "hidden",
            "opacity" | "max-height" => is_zero(value),
            _ => false,
        })
}

/// A size of letters holds until an element within says another.
fn is_sizeless(name: &str, tag: &Tag) -> Option<bool> {
    let said = styles(tag).into_iter().rfind(|it| it.0 == "font-size").map(|it| is_zero(&it.1));
    said.or_else(|| (name == "font" && attribute(tag, "size").is_some()).then_some(false))
}

fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|it: char| it.is_ascii_alphabetic() || it == '%');
    number.parse() == Ok(0.0_f32)
}

/// What an element says about its content: whether it is quoted, and a hint.
fn said(name: &str, tag: &Tag) -> (bool, Option<Hint>) {
    let class = attribute(tag, "class").unwrap_or_default();
    let id = attribute(tag, "id").unwrap_or_default();
    let has = |word: &str| class.split_ascii_whitespace().any(|it| it.trim_start_matches("x_") == word);
    let is = |word: &str| id.trim_start_matches("x_") == word;
    if name == "blockquote" {
        let cited = attribute(tag, "type").is_some_and(|it| it.eq_ignore_ascii_case("cite"))
            || attribute(tag, "cite").is_some()
            || has("gmail_quote")
            || has("protonmail_quote")
            || class.contains("quote");
        return if cited { (true, None) } else { (false, Some(Hint::Block)) };
    }
    if has("gmail_attr") || has("moz-cite-prefix") {
        return (false, Some(Hint::Attribution));
    }
    if has("yahoo_quoted")
        || id.contains("yahoo_quoted")
        || class.contains("yahoo_quoted")
        || has("protonmail_quote")
        || has("freshdesk_quote")
        || has("zmail_extra")
        || has("tutanota_quote")
        || (name == "div" && attribute(tag, "name").is_some_and(|it| it == "quote"))
    {
        return (true, None);
    }
    if is("divRplyFwdMsg")
        || is("appendonsend")
        || has("OutlookMessageHeader")
        || is("mail-editor-reference-message-container")
        || is("reply-intro")
        || is_outlook_line(tag)
    {
        return (false, Some(Hint::History));
    }
    if has("gmail_signature")
        || has("moz-signature")
        || class.contains("protonmail_signature_block")
        || is("Signature")
        || is("ms-outlook-mobile-signature")
        || is("composer_signature")
    {
        return (false, Some(Hint::Signature));
    }
    (false, None)
}

/// The line that Outlook draws above the mail it answers.
fn is_outlook_line(tag: &Tag) -> bool {
    let style: String =
        attribute(tag, "style").unwrap_or_default().chars().filter(|it| !it.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    style.contains("border-top:solid#e1e1e1")
        || style.contains("border-top:solid#b5c4df")
        || style.contains("border-top-color:#b5c4df")
        || style.contains("border-top-color:rgb(181,196,223)")
        || style.contains("border-top-color:rgb(225,225,225)")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn blocks_are_lines_and_what_cannot_be_seen_is_left_out() {
        let html = "<html><head><title>t</title><style>p{}</style></head><body><p>Dear&nbsp;team,</p>\n<p>my <b>bag</b> &amp; coat<br>are lost</p>\
            <ul><li>a &lt; b</li><li>c</li></ul><script>x()</script><div style='display: none'>hidden</div><table><tr><td>1</td><td>2</td></tr></table>";
        assert_eq!(text(html), "Dear team,\n\nmy bag & coat\nare lost\n\n- a < b\n- c\n\n1  2");
    }

    #[test]
    fn however_text_is_hidden_it_is_left_out() {
        for way in [
            "<p hidden>x</p>",
            "<span style='FONT-SIZE: 0px'>x</span>",
            "<div style='opacity:0;color:red'>x</div>",
            "<div style='max-height:0 !important'>x</div>",
            "<p style='visibility:hidden'>x</p>",
        ] {
            assert_eq!(text(&format!("a{way}b")).replace('\n', ""), "ab", "{way}");
        }
        let seen = "<table style='font-size:0;opacity:0.9'><tr><td style='font-size:13px'>a<font size=2>b</font></td></tr></table>";
        assert_eq!(text(seen), "ab");
    }

    #[test]
    fn quotes_are_shown_as_such() {
        assert_eq!(
            text("yes<blockquote type=cite>no?<blockquote type=cite>x</blockquote></blockquote>ok"),
            "yes\n\n> no?\n\n> x\n\nok"
        );
    }

    #[test]
    fn broken_markup_keeps_its_text() {
        assert_eq!(text("<div><p>a</div></p></b>b<br/>c<"), "a\n\nb\nc<");
        let deep = "<div>".repeat(100_000);
        assert_eq!(text(&format!("{deep}x")), "x");
        let attributes: String = (0..40_000).map(|it| format!(" a{it}=1")).collect();
        assert_eq!(text(&format!("<p>a</p><p{attributes}>b")), "a");
    }

    #[test]
    fn long_texts_are_read_in_steps_that_nobody_sees() {
        let long = "wörds&amp;wörds <b>more</b>\u{1F600}".repeat(3_000);
        assert_eq!(text(&long), "wörds&wörds more\u{1F600}".repeat(3_000));
    }
}
