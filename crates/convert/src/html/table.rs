//! Tables of a page: each cell where a reader sees it, whether or not the page says which are heads. What only
//! lays out a page becomes paragraphs.

use htmd::Element;
use htmd::element_handler::{HandlerResult, Handlers};

use crate::tidy::Table;

/// What stands between cells until their table is put together: characters that no text has.
const ROW: char = '\u{f8f0}';
const CELL: char = '\u{f8f1}';
const TEXT: char = '\u{f8f2}';
const END: char = '\u{f8f3}';
/// Most columns and rows that one cell goes over.
const MOST_SPANNED: usize = 20;
/// Most cells of a table.
const MOST_CELLS: usize = 200_000;
/// A cell with more characters is no cell of a table that people read across.
const LONGEST_CELL: usize = 1500;

/// A text without the characters that mark cells.
pub fn without_marks(html: &str) -> String {
    html.replace([ROW, CELL, TEXT, END], "")
}

pub fn cell(handlers: &dyn Handlers, element: &Element<'_>) -> HandlerResult {
    let span = |name: &str| {
        let given = element.attrs.iter().find(|it| &*it.name.local == name);
        given.and_then(|it| it.value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, MOST_SPANNED)
    };
    let text = handlers.walk_children(element.node).content;
    format!("{CELL}{},{}{TEXT}{text}{END}", span("colspan"), span("rowspan")).into()
}

pub fn row(handlers: &dyn Handlers, element: &Element<'_>) -> HandlerResult {
    format!("{ROW}{}", handlers.walk_children(element.node).content).into()
}

pub fn rows(handlers: &dyn Handlers, element: &Element<'_>) -> HandlerResult {
    handlers.walk_children(element.node)
}

pub fn table(handlers: &dyn Handlers, element: &Element<'_>) -> HandlerResult {
    let content = handlers.walk_children(element.node).content;
    let (before, rest) = content.split_once(ROW).unwrap_or((content.as_str(), ""));
    let mut rows: Vec<Vec<String>> = Vec::new();
    // What goes on in the rows below: the column, for how many rows, what.
    let mut below: Vec<(usize, usize, String)> = Vec::new();
    let mut count = 0;
    for row in rest.split(ROW) {
        let mut out: Vec<String> = Vec::new();
        for cell in row.split(CELL).skip(1) {
            let Some((spans, text)) = cell.split_once(TEXT) else { continue };
            let text = text.split(END).next().unwrap_or_default().trim();
            let (columns, deep) = spans.split_once(',').unwrap_or(("1", "1"));
            let columns: usize = columns.parse().unwrap_or(1);
            let deep: usize = deep.parse().unwrap_or(1);
            take_below(&mut below, &mut out);
            for column in 0..columns {
                if deep > 1 {
                    below.push((out.len(), deep, text.to_owned()));
                }
                // Said once: what goes over columns is no cell of each.
                out.push(if column == 0 { text.to_owned() } else { String::new() });
            }
        }
        take_below(&mut below, &mut out);
        below.iter_mut().for_each(|it| it.1 -= 1);
        below.retain(|it| it.1 > 0);
        count += out.len();
        if !out.is_empty() && count <= MOST_CELLS {
            rows.push(out);
        }
    }
    let caption = before.trim();
    let caption = if caption.is_empty() { String::new() } else { format!("{caption}\n\n") };
    format!("\n\n{caption}{}\n\n", told(rows).trim()).into()
}

/// Cells of rows above that reach into this one, at its end.
fn take_below(below: &mut [(usize, usize, String)], out: &mut Vec<String>) {
    while let Some(it) = below.iter().find(|it| it.0 == out.len() && it.1 > 0) {
        let text = it.2.clone();
        out.push(text);
    }
}

fn told(rows: Vec<Vec<String>>) -> String {
    let lays_out = |it: &String| {
        let blocks = it.contains("\n|") || it.contains("\n#") || it.starts_with(['#', '|']);
        blocks || it.len() > LONGEST_CELL
    };
    let is_layout = rows.iter().flatten().any(lays_out) || rows.iter().all(|it| it.len() < 2);
    let mut table = Table::default();
    if !is_layout {
        for row in &rows {
            if table.row(row.clone()).is_err() {
                break;
            }
        }
        return table.markdown();
    }
    let cells: Vec<String> = rows.into_iter().flatten().filter(|it| !it.trim().is_empty()).collect();
    cells.join("\n\n")
}
