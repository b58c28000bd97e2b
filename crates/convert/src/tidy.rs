//! Markdown in one form: tables, and white space that says nothing removed.

use crate::{MOST_MARKDOWN, Refusal};

/// A table that is being collected.
#[derive(Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    bytes: usize,
}

impl Table {
    /// Adds a row; rows without any text are left out.
    pub fn row(&mut self, cells: Vec<String>) -> Result<(), Refusal> {
        let cells: Vec<String> = cells.iter().map(|it| cell(it)).collect();
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        self.bytes += cells.iter().map(|it| it.len() + 3).sum::<usize>();
        if self.bytes > MOST_MARKDOWN {
            return Err(Refusal::TooLarge);
        }
        self.rows.push(cells);
        Ok(())
    }

    /// The first row is the head. Columns that are empty throughout are left out; a table of one column is
    /// no table.
    pub fn markdown(&self) -> String {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let used: Vec<usize> = (0..width)
            .filter(|column| self.rows.iter().any(|row| row.get(*column).is_some_and(|it| !it.is_empty())))
            .collect();
        if used.len() < 2 {
            let lines = self.rows.iter().filter_map(|row| row.get(*used.first()?).map(String::as_str));
            return lines.collect::<Vec<_>>().join("\n\n");
        }
        let mut out = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            out.push('|');
            for column in &used {
                out.push(' ');
                out.push_str(row.get(*column).map_or("", String::as_str));
                out.push_str(" |");
            }
            out.push('\n');
            if index == 0 {
                out.push('|');
                out.push_str(&" --- |".repeat(used.len()));
                out.push('\n');
            }
        }
        out
    }
}

/// The text of a cell: on one line, its bars escaped.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Without control characters, white space at the ends of lines, and more than one empty line.
pub fn tidy(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut empty = 0;
    for line in markdown.lines() {
        let clean: String = line
            .chars()
            .map(|it| if it == '\u{a0}' { ' ' } else { it })
            .filter(|it| {
                *it == '\t' || !(it.is_control() || matches!(it, '\u{feff}' | '\u{200b}' | '\u{ad}'))
            })
            .collect();
        let line = clean.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if empty > 0 && !out.is_empty() {
            out.push('\n');
        }
        empty = 0;
        out.push_str(line);
        out.push('\n');
    }
    out
}
