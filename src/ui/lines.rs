//! The board as lines that fit a width.

use super::{
    Page,
    board::{Board, Row, State},
    fit, time, words,
};
use crate::{engine::event::Begun, steps::Goal};

/// Turns on every tick.
pub(super) const BEATS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Where less is left for the two names, they get the header for themselves.
const NAMES: usize = 20;

/// `mark label elapsed  `, the columns that every row has.
const LABEL: usize = 14;
const ELAPSED: usize = 8;
const FIXED: usize = 2 + LABEL + 1 + ELAPSED + 2;

/// From this width on there is room for a long bar.
const ROOMY: usize = 76;

/// More would push the steps off a small screen; the whole text comes after the bars.
const TROUBLE_LINES: usize = 4;

/// All lines: the header, one a step, and what goes wrong.
pub(super) fn of(board: &Board, page: Page) -> Vec<String> {
    let mut lines = vec![board.begun.as_ref().map(|begun| header(begun, page)).unwrap_or_default()];
    lines.extend(board.rows.iter().map(|row| of_row(row, board, page)));
    lines.push(below(board, page));
    lines
}

fn header(begun: &Begun, page: Page) -> String {
    let key = format!("key {}", words::key(&begun.key_arn));
    let mut facts = vec![key];
    if begun.goal != Goal::Migrate {
        facts.push("removing".into());
    }
    if begun.resumed {
        facts.push("resumed".into());
    }
    if begun.pace > 1 {
        facts.push(format!("sandbox ×{}", begun.pace));
    }
    let mut facts = format!("   {}", facts.join("   "));
    if page.columns() < facts.chars().count() + NAMES {
        facts.clear();
    }
    let room = page.columns().saturating_sub(facts.chars().count());
    let names = room.saturating_sub(3);
    let source = begun.database.chars().count();
    let target = begun.target.chars().count();
    // Each name may take half, and what the other leaves over.
    let for_source = (names / 2).max(names.saturating_sub(target)).min(source);
    let source = fit::middle(&begun.database, for_source);
    let target = fit::middle(&begun.target, names.saturating_sub(for_source));
    format!("{} → {}{}", page.bold(&source), page.bold(&target), page.dim(&facts))
}

fn of_row(row: &Row, board: &Board, page: Page) -> String {
    let label = format!("{:LABEL$}", words::step(row.step));
    let elapsed = row.elapsed.map(time::clock).unwrap_or_default();
    let room = page.columns().saturating_sub(FIXED);
    let cut = |text: &str| fit::end(text, room);
    let (mark, rest) = match row.state {
        State::Waiting => {
            return page
                .dim(&fit::end(&format!("· {label} {:ELAPSED$}  {}", "", words::promise(row.step)), page.columns()));
        }
        State::Done => (page.good("✓"), page.dim(&fit::middle(&row.note, room))),
        State::DoneEarlier => (page.good("✓"), page.dim(&cut("done earlier"))),
        State::Active => (page.busy(beat(board)), doing(row, page, room)),
        State::Stopped => (page.bad("✗"), page.bad(&cut(&frozen("stopped", row)))),
        State::Interrupted => (page.warning("‖"), page.warning(&cut(&frozen("interrupted", row)))),
    };
    let label = if row.state == State::Active { page.bold(&label) } else { label };
    format!("{mark} {label} {elapsed:>ELAPSED$}  {rest}").trim_end().to_owned()
}

pub(super) fn beat(board: &Board) -> &'static str {
    BEATS.get(board.beat % BEATS.len()).copied().unwrap_or("·")
}

/// The last that was seen of a step that didn't reach its end.
fn frozen(how: &str, row: &Row) -> String {
    match said(row) {
        seen if seen.is_empty() => how.to_owned(),
        seen => format!("{how}; last seen: {seen}"),
    }
}

pub(super) fn said(row: &Row) -> String {
    words::look(row.status.as_deref(), row.percent, &row.note)
}

/// A bar where AWS gives a percentage; its words alone where it gives none.
fn doing(row: &Row, page: Page, room: usize) -> String {
    let length = if page.columns() >= ROOMY { 20 } else { 8 };
    let percent = match row.percent {
        Some(percent) if room >= length + 6 => percent,
        _ => return fit::end(&said(row), room),
    };
    let words = beside_bar(row, room.saturating_sub(length + 8));
    format!("{} {percent:>3} %  {words}", bar(percent, length, page))
}

/// Only what is whole is filled.
pub(super) fn bar(percent: u8, length: usize, page: Page) -> String {
    let filled = usize::from(percent.min(100)) * length / 100;
    format!("{}{}", page.busy(&"━".repeat(filled)), page.dim(&"╌".repeat(length - filled)))
}

/// AWS's word and an estimate, as much of the two as has room; the word comes first.
pub(super) fn beside_bar(row: &Row, room: usize) -> String {
    let words = words::look(row.status.as_deref(), None, &row.note);
    let Some(left) = row.elapsed.and_then(|elapsed| row.samples.remaining(elapsed)) else {
        return fit::end(&words, room);
    };
    let left = time::words(left);
    let ways = [format!("{words}  ~{left} left"), format!("{words}  ~{left}")];
    ways.into_iter().find(|way| way.chars().count() <= room).unwrap_or_else(|| fit::end(&words, room))
}

/// What goes wrong, or what is waited for where its row had no room for all of it.
fn below(board: &Board, page: Page) -> String {
    let (mark, text) = if let Some(trouble) = &board.trouble {
        (page.warning("!"), trouble.clone())
    } else if let Some(text) = board.rows.iter().find_map(|row| cut_off(row, page)) {
        (" ".into(), text)
    } else {
        return String::new();
    };
    let mut lines = fit::wrap(&text, page.columns().saturating_sub(2));
    if lines.len() > TROUBLE_LINES {
        lines.truncate(TROUBLE_LINES);
        if let Some(last) = lines.last_mut() {
            *last = fit::end(&format!("{last} …"), page.columns().saturating_sub(2));
        }
    }
    let lines = lines.into_iter().map(|line| fit::end(&line, page.columns().saturating_sub(2)));
    let joined = lines.collect::<Vec<_>>().join("\n  ");
    if board.trouble.is_some() { format!("{mark} {joined}") } else { page.dim(&format!("{mark} {joined}")) }
}

fn cut_off(row: &Row, page: Page) -> Option<String> {
    let room = page.columns().saturating_sub(FIXED);
    let said = said(row);
    let narrow = row.percent.is_none() && said.chars().count() > room;
    (row.state == State::Active && narrow).then_some(said)
}
