//! Reads an import file ticket by ticket.

use std::io::{BufRead, BufReader, Cursor, Read};

use serde_json::{Map, Value, json};

use super::record::TicketRecord;
use crate::error::{Error, Result};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A ticket a line.
    Jsonl,
    /// A message a row.
    Csv,
}

impl Format {
    /// By the end of a file's name.
    pub fn of(path: &std::path::Path) -> Result<Self> {
        match path.extension().and_then(|it| it.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            Some("csv") => Ok(Self::Csv),
            _ => Err(Error::invalid(path.display().to_string(), "must end in .jsonl or .csv")),
        }
    }
}

/// A ticket, or why there is none.
pub struct Item {
    /// Where it begins, from 1.
    pub line: u64,
    /// How long it is in the file.
    pub bytes: u64,
    pub record: Result<TicketRecord>,
}

/// An error of an item is one of the file itself: reading ends there.
pub fn read<'a>(
    source: impl Read + 'a,
    format: Format,
) -> Result<Box<dyn Iterator<Item = Result<Item>> + 'a>> {
    Ok(match format {
        Format::Jsonl => Box::new(Lines { source: BufReader::new(source), line: 0 }),
        Format::Csv => Box::new(Rows::new(BufReader::new(source))?),
    })
}

struct Lines<R> {
    source: BufReader<R>,
    line: u64,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Item>;

    fn next(&mut self) -> Option<Result<Item>> {
        let (mut text, mut bytes) = (Vec::new(), 0);
        while text.iter().all(u8::is_ascii_whitespace) {
            text.clear();
            match self.source.read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(read) => bytes += read as u64,
                Err(error) => return Some(Err(error.into())),
            }
            self.line += 1;
        }
        let record = answerpal_wire::from_json(&text).map_err(|error| match error.field.as_str() {
            "body" => Error::invalid("line", error.message),
            _ => error.into(),
        });
        Some(Ok(Item { line: self.line, bytes, record }))
    }
}

/// Columns of a ticket, with the property that each fills; those of a message follow.
const TICKET_COLUMNS: [(&str, &str); 13] = [
    ("ticketExternalID", "externalID"),
    ("ticketSubject", "subject"),
    ("channel", "channel"),
    ("status", "status"),
    ("dateCreated", "dateCreated"),
    ("closeDate", "closeDate"),
    ("endUser", "endUser"),
    ("endUserName", "endUserName"),
    ("assignee", "assignee"),
    ("escalated", "escalated"),
    ("isSpam", "isSpam"),
    ("customFieldsData", "customFieldsData"),
    ("summary", "summary"),
];
const MESSAGE_COLUMNS: [(&str, &str); 12] = [
    ("messageExternalID", "externalID"),
    ("senderType", "senderType"),
    ("date", "date"),
    ("fromAddress", "fromAddress"),
    ("fromName", "fromName"),
    ("toAddress", "toAddress"),
    ("messageSubject", "subject"),
    ("text", "text"),
    ("html", "html"),
    ("isInternal", "isInternal"),
    ("topics", "topics"),
    ("rep", "rep"),
];

/// A row as text, and the line on which something of it is no text.
struct Row {
    cells: csv::StringRecord,
    broken: Option<u64>,
}

impl Row {
    fn of(bytes: csv::ByteRecord) -> Self {
        let line = bytes.position().map_or(0, csv::Position::line);
        let position = bytes.position().cloned();
        let (mut cells, broken) = match csv::StringRecord::from_byte_record(bytes) {
            Ok(cells) => (cells, None),
            Err(error) => (csv::StringRecord::from_byte_record_lossy(error.into_byte_record()), Some(line)),
        };
        cells.set_position(position);
        Self { cells, broken }
    }
}

/// Values are separated by what the first row has most of: spreadsheets of much of Europe write
/// semicolons, those of UTF-16 tabs.
fn delimiter(first: &[u8]) -> u8 {
    let count = |delimiter: u8| first.iter().filter(|it| **it == delimiter).count();
    // The last of equals.
    [b'\t', b';', b','].into_iter().max_by_key(|it| count(*it)).unwrap_or(b',')
}

/// Rows with one `ticketExternalID` that stand together are one ticket.
struct Rows<R> {
    rows: csv::ByteRecordsIntoIter<R>,
    /// The places of the columns that the file has.
    ticket: Vec<(usize, &'static str)>,
    message: Vec<(usize, &'static str)>,
    waiting: Option<Row>,
    /// Where the last ticket ended, in bytes.
    at: u64,
}

impl<R: BufRead> Rows<std::io::Chain<Cursor<Vec<u8>>, R>> {
    fn new(mut source: R) -> Result<Self> {
        let mut first = Vec::new();
        source.read_until(b'\n', &mut first)?;
        let delimiter = delimiter(&first);
        let wrong = |error: csv::Error| Error::invalid("file", format!("cannot be read as CSV: {error}"));
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(delimiter)
            // Left to itself it takes the line of a row for the one before where lines end in CRLF.
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Cursor::new(first).chain(source));
        let headers = reader.byte_headers().map_err(wrong)?.clone();
        let headers = csv::StringRecord::from_byte_record_lossy(headers);
        let places = |columns: &[(&'static str, &'static str)]| -> Vec<(usize, &'static str)> {
            let place = |name: &str| {
                headers
                    .iter()
                    .position(|it| it.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
            };
            columns.iter().filter_map(|(name, property)| Some((place(name)?, *property))).collect()
        };
        let (ticket, message) = (places(&TICKET_COLUMNS), places(&MESSAGE_COLUMNS));
        if !ticket.iter().any(|it| it.1 == "externalID") || !ticket.iter().any(|it| it.1 == "channel") {
            let names: Vec<&str> = TICKET_COLUMNS.iter().chain(&MESSAGE_COLUMNS).map(|it| it.0).collect();
            let message = format!(
                "needs a first row with the names of its columns, ticketExternalID and channel among them; known are {}",
                names.join(", ")
            );
            return Err(Error::invalid("file", message));
        }
        Ok(Self { rows: reader.into_byte_records(), ticket, message, waiting: None, at: 0 })
    }
}

impl<R: Read> Rows<R> {
    fn external_id<'r>(&self, row: &'r Row) -> &'r str {
        let place = self.ticket.iter().find(|it| it.1 == "externalID").map_or(0, |it| it.0);
        row.cells.get(place).unwrap_or_default().trim()
    }

    /// The next row that says anything.
    fn next_row(&mut self) -> Option<csv::Result<Row>> {
        let is_empty = |row: &csv::ByteRecord| row.iter().all(|cell| cell.trim_ascii().is_empty());
        let row = self.rows.find(|row| row.as_ref().map_or(true, |it| !is_empty(it)))?;
        Some(row.map(Row::of))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Item>;

    fn next(&mut self) -> Option<Result<Item>> {
        let wrong = |error: csv::Error| Err(Error::invalid("file", format!("cannot be read: {error}")));
        let first = match self.waiting.take().map(Ok).or_else(|| self.next_row())? {
            Ok(row) => row,
            Err(error) => return Some(wrong(error)),
        };
        let line = first.cells.position().map_or(0, csv::Position::line);
        let mut messages = vec![properties(&first.cells, &self.message)];
        let mut broken = first.broken;
        loop {
            match self.next_row() {
                Some(Ok(row)) if self.external_id(&row) == self.external_id(&first) => {
                    messages.push(properties(&row.cells, &self.message));
                    broken = broken.or(row.broken);
                }
                Some(Ok(row)) => {
                    self.waiting = Some(row);
                    break;
                }
                Some(Err(error)) => return Some(wrong(error)),
                None => break,
            }
        }
        messages.retain(|it| !it.is_empty());
        let mut ticket = properties(&first.cells, &self.ticket);
        ticket.insert("messages".into(), json!(messages));
        let record = match broken {
            Some(line) => {
                Err(Error::invalid("row", format!("of line {line} is not UTF-8 as the rest of the file is")))
            }
            None => answerpal_wire::from_value(Value::Object(ticket)).map_err(Error::from),
        };
        let at = self.rows.reader().position().byte();
        let bytes = at - std::mem::replace(&mut self.at, at);
        Some(Ok(Item { line, bytes, record }))
    }
}

/// The cells that are not empty. Topics are separated by semicolons; custom fields are JSON.
fn properties(row: &csv::StringRecord, places: &[(usize, &'static str)]) -> Map<String, Value> {
    let mut properties = Map::new();
    for (place, property) in places {
        let Some(cell) = row.get(*place).filter(|it| !it.trim().is_empty()) else { continue };
        let value = match *property {
            "topics" => cell.split(';').map(str::trim).filter(|it| !it.is_empty()).collect(),
            "customFieldsData" => serde_json::from_str(cell).unwrap_or_else(|_| json!(cell)),
            "text" | "html" => json!(cell.strip_suffix('\r').unwrap_or(cell)),
            _ => json!(cell.trim()),
        };
        properties.insert((*property).to_owned(), value);
    }
    properties
}
