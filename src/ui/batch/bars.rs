//! A batch on a terminal: one overall bar first, a line for each that is under way as far as they fit, what keeps new
//! ones from beginning, and what went wrong. Width and height are asked for before each drawing.

use super::{
    super::{
        Page, bars,
        board::{Board, Row as Step, State},
        fit,
        lines::{bar, beat, beside_bar, said},
        page::terminal_height,
        time, words,
    },
    Row,
    book::Book,
    hold_in_words, is_worth_a_line,
};
use crate::engine::batch::{BatchEvent, BatchReporter, Ended};

/// Below the overall bar and above the prompt something stays free.
const FREE: usize = 3;

/// The longest a name may be on a line.
const NAME: usize = 28;

/// `encrypted copy`
const LABEL: usize = 14;

/// So many of the last troubles are shown.
const TROUBLES: usize = 3;

/// Shows a batch on a terminal.
pub struct Bars {
    screen: bars::Bars,
    book: Book,
    troubles: Vec<String>,
    height: Box<dyn Fn() -> u16 + Send>,
}

impl Bars {
    /// Draws where `screen` draws.
    #[must_use]
    pub fn new(screen: bars::Bars, rows: Vec<Row>, done_before: usize) -> Self {
        Self {
            screen,
            book: Book::new(rows, done_before),
            troubles: Vec::new(),
            height: Box::new(|| terminal_height().unwrap_or(24)),
        }
    }

    fn trouble(&mut self, index: usize, text: &str) {
        let line = format!("{}: {text}", self.book.name(index));
        self.troubles.retain(|earlier| *earlier != line);
        self.troubles.push(line);
        let surplus = self.troubles.len().saturating_sub(TROUBLES);
        self.troubles.drain(..surplus);
    }

    fn draw(&mut self) {
        let height = usize::from((self.height)());
        let page = self.screen.page();
        let lines = lines(&self.book, &self.troubles, height, page);
        self.screen.show(lines);
    }
}

impl BatchReporter for Bars {
    fn report(&mut self, event: &BatchEvent<'_>) {
        self.book.hear(event);
        if let BatchEvent::Ended { index, ended } = event {
            match ended {
                Ended::Refused { why } | Ended::Broken { why } => self.trouble(*index, why),
                Ended::Stopped(stop) => self.trouble(*index, &stop.reason),
                _ => {}
            }
        }
        match event {
            // Each look of each migration is drawn with the next tick.
            BatchEvent::Item { .. } => {}
            _ => self.draw(),
        }
        if matches!(event, BatchEvent::Over) {
            self.screen.close();
        }
    }
}

/// All lines, as many as fit.
pub(super) fn lines(book: &Book, troubles: &[String], height: usize, page: Page) -> Vec<String> {
    let mut lines = vec![overall(book, page), counted(book, page)];
    let below = troubles.len() + usize::from(book.held.is_some());
    let room = height.saturating_sub(lines.len() + below + FREE).max(1);
    let names = book.active.keys().map(|index| book.name(*index).chars().count()).max().unwrap_or_default().min(NAME);
    // Nearest to its end first: what moves is seen.
    let mut active: Vec<(&str, &Board)> = book.active.iter().map(|(index, board)| (book.name(*index), board)).collect();
    active.sort_by_key(|(_, board)| std::cmp::Reverse(at(board)));
    let hidden = active.len().saturating_sub(room);
    let shown = if hidden > 0 { room.saturating_sub(1) } else { room };
    lines.extend(active.iter().take(shown).map(|(name, board)| of_one(name, names, board, page)));
    if hidden > 0 {
        lines.push(page.dim(&format!("  … and {} more under way", active.len() - shown)));
    }
    if let Some(hold) = book.held.as_ref().filter(|hold| is_worth_a_line(hold)) {
        lines.push(page.warning(&fit::end(&format!("! {}", hold_in_words(hold)), page.columns())));
    }
    lines.extend(troubles.iter().map(|text| page.bad(&fit::end(&format!("✗ {text}"), page.columns()))));
    lines
}

fn at(board: &Board) -> Option<(crate::steps::Step, Option<u8>)> {
    board.rows.iter().find(|row| row.state == State::Active).map(|row| (row.step, row.percent))
}

fn overall(book: &Book, page: Page) -> String {
    let tally = book.tally();
    let over = tally.done + tally.failed + tally.skipped;
    let all = book.rows.len().max(1);
    let percent = u8::try_from(over * 100 / all).unwrap_or(100);
    let left = book.left().map(|left| format!("  ~{} left", time::words(left))).unwrap_or_default();
    let sandbox = if book.pace > 1 { format!("  sandbox ×{}", book.pace) } else { String::new() };
    let facts = format!(" {percent:>3} %  {}{left}{sandbox}", time::clock(book.elapsed));
    let length = page.columns().saturating_sub(facts.chars().count() + 1).min(40);
    format!("{}{facts}", bar(percent, length, page))
}

fn counted(book: &Book, page: Page) -> String {
    let tally = book.tally();
    let mut parts = vec![page.bold(&format!("{} of {} done", tally.done, book.rows.len()))];
    parts.push(format!("{} running", tally.running));
    if tally.failed > 0 {
        parts.push(page.bad(&format!("{} failed", tally.failed)));
    }
    if tally.skipped > 0 {
        parts.push(format!("{} with nothing to do", tally.skipped));
    }
    parts.push(page.dim(&format!("{} waiting", tally.waiting)));
    parts.join("   ")
}

fn of_one(name: &str, width: usize, board: &Board, page: Page) -> String {
    let name = format!("{:width$}", fit::middle(name, width));
    let Some(row) = board.rows.iter().find(|row| row.state == State::Active) else {
        return format!("{} {name}  {}", page.busy(beat(board)), page.dim("being looked into"));
    };
    let room = page.columns().saturating_sub(2 + width + 2 + LABEL + 2);
    format!("{} {name}  {:LABEL$}  {}", page.busy(beat(board)), words::step(row.step), doing(row, page, room))
}

/// A small bar where AWS gives a percentage and there is room; its words alone where not.
fn doing(row: &Step, page: Page, room: usize) -> String {
    match row.percent {
        Some(percent) if room >= 20 => {
            format!("{} {percent:>3} %  {}", bar(percent, 8, page), beside_bar(row, room.saturating_sub(16)))
        }
        _ => fit::end(&said(row), room),
    }
}
