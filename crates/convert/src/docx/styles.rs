//! What a Word document's other parts say: which styles are headings, which lists have numbers, where links
//! lead.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{BROKEN, attribute, local};
use crate::Refusal;
use crate::unpack::{Archive, part};

#[derive(Default)]
pub struct Styles {
    headings: HashMap<String, usize>,
    lists: HashMap<String, (String, usize)>,
    /// The levels of each list that have numbers.
    numbered: HashMap<String, Vec<bool>>,
    links: HashMap<String, String>,
    /// The texts of footnotes and endnotes, by kind and number.
    notes: HashMap<(Note, String), String>,
}

/// Where a note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    Foot,
    End,
}

impl Styles {
    pub fn read(archive: &mut Archive<'_>) -> Result<Self, Refusal> {
        let mut styles = Self::default();
        if let Some(xml) = part(archive, "word/styles.xml")? {
            styles.read_styles(&xml)?;
        }
        if let Some(xml) = part(archive, "word/numbering.xml")? {
            styles.read_numbering(&xml)?;
        }
        if let Some(xml) = part(archive, "word/_rels/document.xml.rels")? {
            elements(&xml, |name, element| {
                if name == "Relationship"
                    && let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target"))
                    && ["http://", "https://", "mailto:"].iter().any(|it| target.starts_with(it))
                {
                    styles.links.insert(id, target.replace(' ', "%20").replace(')', "%29"));
                }
            })?;
        }
        for (kind, name) in [(Note::Foot, "word/footnotes.xml"), (Note::End, "word/endnotes.xml")] {
            if let Some(xml) = part(archive, name)? {
                styles.read_notes(kind, &xml)?;
            }
        }
        Ok(styles)
    }

    /// The text of a note.
    pub fn note(&self, kind: Note, number: &str) -> Option<&str> {
        self.notes.get(&(kind, number.to_owned())).map(String::as_str)
    }

    fn read_notes(&mut self, kind: Note, xml: &str) -> Result<(), Refusal> {
        let mut reader = Reader::from_str(xml);
        let (mut number, mut text, mut in_text, mut deleted) = (None, String::new(), false, 0_usize);
        loop {
            match reader.read_event().map_err(|_| BROKEN)? {
                Event::Start(element) => match local(element.name().as_ref()) {
                    // Lines between notes and text are notes, too, of a type.
                    "footnote" | "endnote" if attribute(&element, "type").is_none_or(|it| it == "normal") => {
                        number = attribute(&element, "id");
                    }
                    "t" => in_text = deleted == 0,
                    "del" | "moveFrom" => deleted += 1,
                    "p" if !text.is_empty() => text.push(' '),
                    _ => {}
                },
                Event::End(element) => match local(element.name().as_ref()) {
                    "footnote" | "endnote" => {
                        let told = std::mem::take(&mut text).trim().to_owned();
                        if let Some(number) = number.take().filter(|_| !told.is_empty()) {
                            self.notes.insert((kind, number), told);
                        }
                    }
                    "t" => in_text = false,
                    "del" | "moveFrom" => deleted = deleted.saturating_sub(1),
                    _ => {}
                },
                Event::Text(more) if in_text && number.is_some() => text.push_str(&more),
                Event::GeneralRef(reference) if in_text && number.is_some() => {
                    text.push_str(&super::referred(&reference).unwrap_or_default());
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// The level of a heading's style, from 1 to 6.
    pub fn heading(&self, style: &str) -> Option<usize> {
        self.headings.get(style).copied().or_else(|| heading_name(style))
    }

    /// The list that a style puts its paragraphs in.
    pub fn list(&self, style: &str) -> Option<(String, usize)> {
        self.lists.get(style).cloned()
    }

    pub fn is_numbered(&self, list: &str, level: usize) -> bool {
        self.numbered.get(list).is_some_and(|it| it.get(level).copied().unwrap_or_default())
    }

    pub fn link(&self, id: &str) -> Option<String> {
        self.links.get(id).cloned()
    }

    fn read_styles(&mut self, xml: &str) -> Result<(), Refusal> {
        let mut style = String::new();
        elements(xml, |name, element| match name {
            "style" => style = attribute(element, "styleId").unwrap_or_default(),
            "name" => {
                if let Some(level) = attribute(element, "val").and_then(|it| heading_name(&it)) {
                    self.headings.insert(style.clone(), level);
                }
            }
            "outlineLvl" => {
                let level = attribute(element, "val").and_then(|it| it.parse::<usize>().ok());
                if let Some(level) = level.filter(|it| *it < 9) {
                    self.headings.entry(style.clone()).or_insert((level + 1).min(6));
                }
            }
            "numId" => {
                if let Some(list) = attribute(element, "val").filter(|it| it != "0") {
                    self.lists.insert(style.clone(), (list, 0));
                }
            }
            _ => {}
        })
    }

    fn read_numbering(&mut self, xml: &str) -> Result<(), Refusal> {
        let mut kinds: HashMap<String, Vec<bool>> = HashMap::new();
        let (mut kind, mut level, mut list) = (String::new(), 0_usize, String::new());
        elements(xml, |name, element| match name {
            "abstractNum" => kind = attribute(element, "abstractNumId").unwrap_or_default(),
            "lvl" => level = attribute(element, "ilvl").and_then(|it| it.parse().ok()).unwrap_or_default(),
            "numFmt" if level < 9 => {
                let format = attribute(element, "val").unwrap_or_default();
                let levels = kinds.entry(kind.clone()).or_insert_with(|| vec![false; 9]);
                levels[level] = !matches!(format.as_str(), "bullet" | "none" | "");
            }
            "num" => list = attribute(element, "numId").unwrap_or_default(),
            "abstractNumId" => {
                if let Some(levels) = attribute(element, "val").and_then(|it| kinds.get(&it)) {
                    self.numbered.insert(list.clone(), levels.clone());
                }
            }
            _ => {}
        })
    }
}

/// `heading 2`, `Heading2`, `Title` and what Word calls them in other languages.
fn heading_name(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if matches!(name.as_str(), "title" | "titel" | "titre" | "título" | "titolo") {
        return Some(1);
    }
    let rest =
        ["heading", "überschrift", "berschrift", "kop", "titre", "titolo", "título", "ttulo", "nagłówek"]
            .iter()
            .find_map(|it| name.strip_prefix(it))?;
    rest.trim().parse::<usize>().ok().filter(|it| (1..=9).contains(it)).map(|it| it.min(6))
}

fn elements(xml: &str, mut each: impl FnMut(&str, &BytesStart<'_>)) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|_| BROKEN)? {
            Event::Start(element) | Event::Empty(element) => each(local(element.name().as_ref()), &element),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
