//! Word documents: headings, lists, tables, links, emphasis.

mod styles;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::tidy::Table;
use crate::{MOST_MARKDOWN, Refusal, unpack};
use styles::{Note, Styles};

const BROKEN: Refusal = Refusal::Broken("a Word document");
/// Deeper than any document is nested.
const DEEPEST: usize = 2000;

pub fn convert(content: &[u8]) -> Result<String, Refusal> {
    let mut archive = unpack::open(content)?;
    let styles = Styles::read(&mut archive)?;
    let xml = unpack::part(&mut archive, "word/document.xml")?.ok_or(BROKEN)?;
    Body { styles: &styles, ..Body::new(&styles) }.read(&xml)
}

/// What of an element counts: its name without the namespace's prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// An attribute by its local name.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|it| local(it.key.as_ref()) == name)?;
    let text = found.value.as_ref();
    Some(quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |it| it.into_owned()))
}

/// The text that a reference in text stands for; entities of a document's own stand for nothing.
pub fn referred(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    list: Option<(String, usize)>,
    level: Option<usize>,
}

struct Body<'a> {
    styles: &'a Styles,
    out: String,
    paragraph: Paragraph,
    /// Depths at which what is inside is skipped.
    skipped: usize,
    in_text: bool,
    hidden: bool,
    bold: bool,
    italic: bool,
    run: String,
    links: Vec<Option<(String, usize)>>,
    tables: Vec<(Table, Vec<String>, String)>,
    last_was_item: bool,
    numbers: Vec<(String, usize, usize)>,
}

impl<'a> Body<'a> {
    fn new(styles: &'a Styles) -> Self {
        Self {
            styles,
            out: String::new(),
            paragraph: Paragraph::default(),
            skipped: 0,
            in_text: false,
            hidden: false,
            bold: false,
            italic: false,
            run: String::new(),
            links: Vec::new(),
            tables: Vec::new(),
            last_was_item: false,
            numbers: Vec::new(),
        }
    }

    fn read(mut self, xml: &str) -> Result<String, Refusal> {
        let mut reader = Reader::from_str(xml);
        let mut depth = 0_usize;
        loop {
            match reader.read_event().map_err(|_| BROKEN)? {
                Event::Start(element) => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(BROKEN);
                    }
                    self.start(&element);
                }
                Event::Empty(element) => {
                    self.start(&element);
                    self.end(local(element.name().as_ref()))?;
                }
                Event::End(element) => {
                    depth = depth.saturating_sub(1);
                    self.end(local(element.name().as_ref()))?;
                }
                Event::Text(text) if self.reads() => self.run.push_str(&text),
                Event::CData(text) if self.reads() => self.run.push_str(&text),
                Event::GeneralRef(reference) if self.reads() => {
                    self.run.push_str(&referred(&reference).unwrap_or_default());
                }
                Event::Eof => break,
                _ => {}
            }
            if self.out.len() + self.paragraph.text.len() + self.run.len() > MOST_MARKDOWN {
                return Err(Refusal::TooLarge);
            }
        }
        Ok(self.out)
    }

    fn reads(&self) -> bool {
        self.in_text && self.skipped == 0
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let name = element.name();
        let name = local(name.as_ref());
        // The other form of the same content; what was deleted.
        if self.skipped > 0 || matches!(name, "Fallback" | "del" | "moveFrom") {
            self.skipped += 1;
            return;
        }
        let value = || attribute(element, "val");
        let on = || !matches!(value().as_deref(), Some("0" | "false" | "none"));
        match name {
            "p" => self.paragraph = Paragraph::default(),
            "pStyle" => self.paragraph.style = value(),
            "numId" => {
                let level = self.paragraph.level.unwrap_or_default();
                self.paragraph.list = value().filter(|it| it != "0").map(|it| (it, level));
            }
            "ilvl" => self.paragraph.level = value().and_then(|it| it.parse().ok()),
            "r" => (self.hidden, self.bold, self.italic) = (false, false, false),
            "vanish" => self.hidden = on(),
            "b" => self.bold = on(),
            "i" => self.italic = on(),
            "t" => self.in_text = true,
            "tab" => self.run.push(' '),
            "br" | "cr" => self.run.push('\n'),
            "noBreakHyphen" => self.run.push('-'),
            "footnoteReference" => self.note(Note::Foot, element),
            "endnoteReference" => self.note(Note::End, element),
            "hyperlink" => {
                let target = attribute(element, "id").and_then(|it| self.styles.link(&it));
                self.links.push(target.map(|it| (it, self.paragraph.text.len())));
            }
            "tbl" => self.tables.push((Table::default(), Vec::new(), String::new())),
            _ => {}
        }
    }

    /// A note stands where it is referred to: away from there nobody knows what it limits.
    fn note(&mut self, kind: Note, element: &BytesStart<'_>) {
        let note = attribute(element, "id").and_then(|it| self.styles.note(kind, &it));
        if let Some(note) = note {
            let space = if self.run.ends_with(' ') { "" } else { " " };
            self.run.push_str(&format!("{space}({note})"));
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        if self.skipped > 0 {
            self.skipped -= 1;
            return Ok(());
        }
        match name {
            "t" => self.in_text = false,
            "r" => self.end_run(),
            "hyperlink" => self.end_link(),
            "p" => self.end_paragraph(),
            "tc" => {
                if let Some((_, row, cell)) = self.tables.last_mut() {
                    row.push(std::mem::take(cell));
                }
            }
            "tr" => {
                if let Some((table, row, _)) = self.tables.last_mut() {
                    table.row(std::mem::take(row))?;
                }
            }
            "tbl" => self.end_table(),
            _ => {}
        }
        Ok(())
    }

    /// A run's white space stays outside its emphasis, as markdown wants it.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if self.hidden {
            return;
        }
        let inner = run.trim();
        let mark = match (self.bold, self.italic) {
            _ if inner.is_empty() || self.in_heading() => "",
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => "",
        };
        if mark.is_empty() {
            self.paragraph.text.push_str(&run);
            return;
        }
        let before = &run[..run.len() - run.trim_start().len()];
        let after = &run[run.trim_end().len()..];
        // Word cuts one bold phrase into many runs.
        let text = &mut self.paragraph.text;
        if before.is_empty() && text.ends_with(mark) && !text.ends_with(&format!(" {mark}")) {
            text.truncate(text.len() - mark.len());
            text.push_str(&format!("{inner}{mark}{after}"));
        } else {
            text.push_str(&format!("{before}{mark}{inner}{mark}{after}"));
        }
    }

    fn in_heading(&self) -> bool {
        self.paragraph.style.as_deref().is_some_and(|it| self.styles.heading(it).is_some())
    }

    fn end_link(&mut self) {
        let Some(Some((target, at))) = self.links.pop() else { return };
        let text = &mut self.paragraph.text;
        let Some(label) = text.get(at..).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()) else {
            return;
        };
        text.truncate(at);
        text.push_str(&format!("[{label}]({target})"));
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let text = paragraph.text.trim();
        if let Some((_, _, cell)) = self.tables.last_mut() {
            if !text.is_empty() {
                cell.push_str(text);
                cell.push(' ');
            }
            return;
        }
        if text.is_empty() {
            return;
        }
        let style = paragraph.style.as_deref().unwrap_or_default();
        let list = paragraph.list.clone().or_else(|| self.styles.list(style));
        if let Some(level) = self.styles.heading(style) {
            self.block(&format!("{} {}", "#".repeat(level), text.replace('\n', " ")), false);
        } else if let Some((list, level)) = list {
            let level = level.min(8);
            let mark =
                if self.styles.is_numbered(&list, level) { self.number(&list, level) } else { "-".into() };
            // As deep as the text of an item with a number of two digits.
            let indent = "    ".repeat(level);
            self.block(&format!("{indent}{mark} {}", text.replace('\n', " ")), true);
        } else {
            self.block(text, false);
        }
    }

    /// The next number of a list at a level; deeper levels begin again.
    fn number(&mut self, list: &str, level: usize) -> String {
        self.numbers.retain(|(id, at, _)| id != list || *at <= level);
        if let Some((_, _, count)) = self.numbers.iter_mut().find(|(id, at, _)| id == list && *at == level) {
            *count += 1;
            return format!("{count}.");
        }
        self.numbers.push((list.to_owned(), level, 1));
        "1.".into()
    }

    fn block(&mut self, text: &str, is_item: bool) {
        if !self.out.is_empty() {
            self.out.push_str(if is_item && self.last_was_item { "\n" } else { "\n\n" });
        }
        self.out.push_str(text);
        self.last_was_item = is_item;
    }

    /// A table in a cell of another is that cell's text.
    fn end_table(&mut self) {
        let Some((table, ..)) = self.tables.pop() else { return };
        let markdown = table.markdown();
        match self.tables.last_mut() {
            Some((_, _, cell)) => {
                let lines =
                    markdown.lines().filter(|it| !it.contains("---")).map(|it| it.trim_matches(['|', ' ']));
                cell.push_str(&lines.collect::<Vec<_>>().join("; ").replace(" | ", ", "));
            }
            None => self.block(markdown.trim_end(), false),
        }
    }
}
