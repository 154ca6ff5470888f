//! How wide texts may be, and whether in colour.

use anstyle::{AnsiColor, Style};
use comfy_table::Table;

/// The width where nobody knows a better one.
const USUAL_WIDTH: u16 = 80;

/// What a text is laid out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// In columns.
    pub width: u16,
    /// Whether to use colour.
    pub color: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self { width: USUAL_WIDTH, color: false }
    }
}

/// What a person said about colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Nothing: it depends on where the text goes.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether to use colour: as the person said, else on a terminal that shows it unless `NO_COLOR` is set to
/// anything (no-color.org), or `TERM` is `dumb`.
#[must_use]
pub fn color(choice: ColorChoice, is_terminal: bool, no_color: Option<&str>, term: Option<&str>) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && no_color.is_none_or(str::is_empty) && term != Some("dumb"),
    }
}

/// The width of the terminal that stderr goes to, if it is one.
#[must_use]
pub fn terminal_width() -> Option<u16> {
    let mut table = Table::new();
    table.use_stderr();
    table.width()
}

/// The height of the terminal that stderr goes to, if it is one.
pub(super) fn terminal_height() -> Option<u16> {
    rustix::termios::tcgetwinsize(std::io::stderr()).ok().map(|size| size.ws_row).filter(|rows| *rows > 0)
}

impl Page {
    /// A page of a known width, or of the usual one.
    #[must_use]
    pub fn new(width: Option<u16>, color: bool) -> Self {
        Self { width: width.unwrap_or(USUAL_WIDTH), color }
    }

    pub(super) fn columns(self) -> usize {
        usize::from(self.width)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub(super) fn busy(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    pub(super) fn warning(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_only_where_it_is_seen_and_wanted() {
        use ColorChoice::{Always, Auto, Never};
        let table = [
            (Auto, true, None, None, true),
            (Auto, true, Some(""), Some("xterm"), true),
            (Auto, true, Some("1"), None, false),
            (Auto, true, None, Some("dumb"), false),
            (Auto, false, None, None, false),
            (Always, false, Some("1"), None, true),
            (Never, true, None, None, false),
        ];
        for (choice, terminal, no_color, term, expected) in table {
            assert_eq!(
                color(choice, terminal, no_color, term),
                expected,
                "{choice:?} {terminal} {no_color:?} {term:?}"
            );
        }
    }

    #[test]
    fn paint_is_there_only_when_told() {
        assert_eq!(Page { width: 80, color: false }.bad("x"), "x");
        assert_eq!(Page { width: 80, color: true }.good("x"), "\u{1b}[32mx\u{1b}[0m");
    }
}
