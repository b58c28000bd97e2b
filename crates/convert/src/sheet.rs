//! Spreadsheets: each sheet is a table under its name, its cells as the sheet shows them.

mod format;

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Sheets, Xls, open_workbook_auto_from_rs};

use crate::tidy::Table;
use crate::{Refusal, unpack};

/// Most cells with something in them.
const MOST_CELLS: usize = 500_000;
/// Most sheets.
const MOST_SHEETS: usize = 500;

pub fn convert(content: &[u8]) -> Result<String, Refusal> {
    let mut book = if content.starts_with(b"PK") {
        unpack::open(content)?;
        open_workbook_auto_from_rs(Cursor::new(content)).map_err(|it| refusal(&it))?
    } else {
        Sheets::Xls(Xls::new(Cursor::new(content)).map_err(|it| refusal(&it.into()))?)
    };
    let names: Vec<String> = book.sheet_names().into_iter().take(MOST_SHEETS).collect();
    let mut out = String::new();
    let mut cells = 0;
    for name in &names {
        let table = sheet(&mut book, name, &mut cells)?.markdown();
        if table.is_empty() {
            continue;
        }
        if names.len() > 1 {
            out.push_str(&format!("## {}\n\n", name.trim()));
        }
        out.push_str(&table);
        out.push('\n');
    }
    Ok(out)
}

fn refusal(error: &calamine::Error) -> Refusal {
    let text = error.to_string().to_lowercase();
    if text.contains("password") || text.contains("encrypt") {
        Refusal::Encrypted
    } else {
        Refusal::Broken("a spreadsheet")
    }
}

/// Reads a sheet. An xlsx one cell by cell: one cell far out does not make a table of a million rows.
fn sheet(book: &mut Sheets<Cursor<&[u8]>>, name: &str, cells: &mut usize) -> Result<Table, Refusal> {
    let mut table = Table::default();
    if let Sheets::Xlsx(book) = book {
        let broken = |_| Refusal::Broken("a spreadsheet");
        let mut reader = match book.worksheet_cells_reader(name) {
            Ok(reader) => reader,
            // A sheet that is a chart has no cells.
            Err(_) => return Ok(table),
        };
        let mut rows = Rows::default();
        let styles = reader.styles().to_vec();
        let code = |style: usize| {
            let format = styles.get(style).and_then(|it| it.number_format.as_ref());
            // The one that is called a short date is the reader's own.
            format.filter(|it| !matches!(it.format_id, Some(14 | 22))).map(|it| it.format_code.as_str())
        };
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
            let (row, column) = cell.get_position();
            let text = match (cell.get_value(), code(style)) {
                (DataRef::Float(number), Some(code)) => format::number(*number, code),
                (DataRef::Int(number), Some(code)) => format::number(*number as f64, code),
                (DataRef::DateTime(at), Some(code)) if at.is_datetime() => format::date(moment(at), code),
                _ => None,
            };
            let text = text.unwrap_or_else(|| shown_ref(cell.get_value()));
            count(cells, &text)?;
            rows.put(&mut table, row, column, text)?;
        }
        rows.end(&mut table)?;
        return Ok(table);
    }
    let range = book.worksheet_range(name).map_err(|it| refusal(&it))?;
    for row in range.rows() {
        let row: Vec<String> = row.iter().map(shown).collect();
        for text in &row {
            count(cells, text)?;
        }
        table.row(row)?;
    }
    Ok(table)
}

fn count(cells: &mut usize, text: &str) -> Result<(), Refusal> {
    *cells += usize::from(!text.is_empty());
    if *cells > MOST_CELLS { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// The row that is being read.
#[derive(Default)]
struct Rows {
    row: u32,
    cells: Vec<String>,
}

impl Rows {
    fn put(&mut self, table: &mut Table, row: u32, column: u32, text: String) -> Result<(), Refusal> {
        if text.is_empty() {
            return Ok(());
        }
        if row != self.row {
            self.end(table)?;
            self.row = row;
        }
        let column = column as usize;
        if column >= self.cells.len() {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    fn end(&mut self, table: &mut Table) -> Result<(), Refusal> {
        table.row(std::mem::take(&mut self.cells))
    }
}

/// A cell as a person reads it.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Float(number) => digits(*number),
        Data::DateTime(at) => date(at),
        other => other.to_string(),
    }
}

/// With the 15 digits that a spreadsheet shows at most: 0.1 + 0.2 is 0.3.
fn digits(number: f64) -> String {
    format!("{number:.14e}").parse().unwrap_or(number).to_string()
}

fn shown_ref(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::SharedString(text) => (*text).to_owned(),
        other => shown(&Data::from(other.clone())),
    }
}

fn moment(at: &ExcelDateTime) -> format::Moment {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    format::Moment { year, month, day, hour, minute, second }
}

/// `2026-03-02`, with the time where it is not midnight.
fn date(at: &ExcelDateTime) -> String {
    if at.is_duration() {
        return at.to_string();
    }
    let format::Moment { year, month, day, hour, minute, second } = moment(at);
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}
