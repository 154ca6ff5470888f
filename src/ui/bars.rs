//! Events to bars, for a terminal. The engine has never heard of indicatif.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Page, board::Board, keyboard::NoControlEcho, lines, page::terminal_width};
use crate::engine::event::{Event, Reporter};

/// How wide the screen is; asked before each drawing, since windows change.
type Width = Box<dyn Fn() -> u16 + Send>;

/// Shows one migration on a terminal: a header, one bar a step, and what goes wrong.
///
/// indicatif draws the lines and keeps them together; what they say is ours, so that nothing moves that AWS
/// didn't move. No thread ticks: the engine's own ticks do.
pub struct Bars {
    screen: MultiProgress,
    lines: Vec<Line>,
    board: Board,
    width: Width,
    color: bool,
    keyboard: Option<NoControlEcho>,
}

/// A line of the screen, and what it showed last.
struct Line {
    bar: ProgressBar,
    shown: String,
}

impl Bars {
    /// Draws on the terminal that stderr is.
    #[must_use]
    pub fn on_stderr(color: bool) -> Self {
        let width = || terminal_width().unwrap_or(Page::default().width);
        let mut bars = Self::new(ProgressDrawTarget::stderr(), width, color);
        bars.keyboard = Some(NoControlEcho::begin());
        bars
    }

    /// Draws on any target whose width is known.
    #[must_use]
    pub fn new(target: ProgressDrawTarget, width: impl Fn() -> u16 + Send + 'static, color: bool) -> Self {
        let screen = MultiProgress::with_draw_target(target);
        Self { screen, lines: Vec::new(), board: Board::new(), width: Box::new(width), color, keyboard: None }
    }

    /// The screen, for whoever must write between the bars (`MultiProgress::suspend`).
    #[must_use]
    pub fn screen(&self) -> MultiProgress {
        self.screen.clone()
    }

    /// What there is to draw on, now.
    pub(super) fn page(&self) -> Page {
        Page { width: (self.width)(), color: self.color }
    }

    fn draw(&mut self) {
        self.show(lines::of(&self.board, self.page()));
    }

    /// Shows these lines in place of those that were shown.
    pub(super) fn show(&mut self, texts: Vec<String>) {
        for surplus in self.lines.drain(texts.len().min(self.lines.len())..) {
            surplus.bar.finish_and_clear();
            self.screen.remove(&surplus.bar);
        }
        for (place, text) in texts.into_iter().enumerate() {
            if place == self.lines.len() {
                self.lines.push(Line::new(&self.screen));
            }
            if let Some(line) = self.lines.get_mut(place) {
                line.show(text);
            }
        }
    }

    /// Leaves everything on the screen as it stands.
    pub(super) fn close(&mut self) {
        for line in &self.lines {
            if !line.bar.is_finished() {
                line.bar.abandon();
            }
        }
    }
}

impl Line {
    fn new(screen: &MultiProgress) -> Self {
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: screen.add(ProgressBar::no_length().with_style(style)), shown: String::new() }
    }

    /// Draws only what changed.
    fn show(&mut self, text: String) {
        if text != self.shown {
            self.bar.set_message(text.clone());
            self.shown = text;
        }
    }
}

impl Reporter for Bars {
    fn report(&mut self, event: &Event) {
        if matches!(event, Event::Begun(_)) && self.board.begun.is_some() {
            // The next generation's lines come below; those of the one before stay as they are.
            self.close();
            self.lines.clear();
            self.board.ended = false;
        }
        if self.board.ended {
            return;
        }
        self.board.hear(event);
        self.draw();
        if self.board.ended {
            self.close();
        }
    }
}

/// A run that ends by an error leaves what it showed, too.
impl Drop for Bars {
    fn drop(&mut self) {
        self.close();
        drop(self.keyboard.take());
    }
}

#[cfg(test)]
mod tests;
