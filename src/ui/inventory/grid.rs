//! Rows with a name in front, in columns as far as the width goes. Names stay whole: they are there to be copied.

use crate::ui::{Page, fit};

/// One row, and what stands under it.
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// Its other cells.
    pub(super) cells: Vec<String>,
    /// Whether the first of them is to be seen.
    pub(super) alarming: bool,
    /// What stands under it.
    pub(super) notes: String,
}

/// The titles of the columns.
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) others: Vec<&'static str>,
    /// The column that may be cut where room is short.
    pub(super) elastic: usize,
}

const INDENT: usize = 2;
const NOTES: usize = 6;
const GAP: usize = 2;

/// A longer name has a line for itself, rather than all others blanks behind them.
const WIDEST_NAME: usize = 24;
/// Less of a name or of the elastic column isn't worth a column.
const NARROWEST: usize = 12;

/// The rows under their header.
pub(super) fn laid_out(header: &Header, rows: &[Row], page: Page) -> String {
    let mut lines = Vec::new();
    if let Some(widths) = Widths::find(header, rows, page) {
        let titles: Vec<String> = header.others.iter().map(|title| (*title).to_owned()).collect();
        lines.push(page.dim(&widths.line(header.name, &titles, str::to_owned)));
        for row in rows {
            lines.extend(in_columns(row, &widths, page));
            lines.extend(notes(row, page));
        }
    } else {
        for row in rows {
            lines.extend(below(row, page));
            lines.extend(notes(row, page));
        }
    }
    lines.join("\n")
}

struct Widths {
    name: usize,
    others: Vec<usize>,
}

impl Widths {
    /// Nothing where there is no room for columns.
    fn find(header: &Header, rows: &[Row], page: Page) -> Option<Self> {
        let length = |text: &str| text.chars().count();
        let names = rows.iter().map(|row| length(&row.name)).filter(|width| *width <= WIDEST_NAME);
        let mut name = names.chain([length(header.name)]).max().unwrap_or_default();
        let mut others: Vec<usize> = header.others.iter().map(|title| length(title)).collect();
        for row in rows {
            for (width, cell) in others.iter_mut().zip(&row.cells) {
                *width = (*width).max(length(cell));
            }
        }
        let needed = INDENT + name + others.iter().map(|width| width + GAP).sum::<usize>();
        let mut lacking = needed.saturating_sub(page.columns());
        let elastic = others.get_mut(header.elastic)?;
        lacking = give(elastic, lacking);
        lacking = give(&mut name, lacking);
        (lacking == 0).then_some(Self { name, others })
    }

    /// The first cell is never cut, and can be painted.
    fn line(&self, name: &str, cells: &[String], paint: impl Fn(&str) -> String) -> String {
        let mut line = format!("{:INDENT$}{name:width$}", "", width = self.name);
        for (number, (cell, width)) in cells.iter().zip(&self.others).enumerate() {
            let cell = fit::end(cell, *width);
            let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
            let cell = if number == 0 { paint(&cell) } else { cell };
            line.push_str(&" ".repeat(GAP));
            line.push_str(&cell);
            line.push_str(&blanks);
        }
        line.trim_end().to_owned()
    }
}

/// Takes from a width what is lacking, down to the narrowest; returns what still is.
fn give(width: &mut usize, lacking: usize) -> usize {
    let given = lacking.min(width.saturating_sub(NARROWEST));
    *width -= given;
    lacking - given
}

fn in_columns(row: &Row, widths: &Widths, page: Page) -> Vec<String> {
    let is_long = row.name.chars().count() > widths.name;
    let name = if is_long { "" } else { row.name.as_str() };
    let line = widths.line(name, &row.cells, |cell| if row.alarming { page.warning(cell) } else { cell.to_owned() });
    if is_long { vec![format!("{:INDENT$}{}", "", row.name), line] } else { vec![line] }
}

/// Without columns: the name, and the other cells behind one another.
fn below(row: &Row, page: Page) -> Vec<String> {
    let said: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    let cells = fit::wrap(&said.join(", "), page.columns().saturating_sub(INDENT * 2));
    let mut lines = vec![format!("{:INDENT$}{}", "", page.bold(&row.name))];
    lines.extend(cells.iter().map(|cell| format!("{:indent$}{cell}", "", indent = INDENT * 2)));
    lines
}

fn notes(row: &Row, page: Page) -> Vec<String> {
    let lines = fit::wrap(&row.notes, page.columns().saturating_sub(NOTES));
    lines.iter().filter(|line| !line.is_empty()).map(|line| format!("{:NOTES$}{}", "", page.dim(line))).collect()
}
