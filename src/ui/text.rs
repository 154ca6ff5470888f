//! A text in the making: headings, points, commands.

use super::{Page, fit};

/// How far what stands under a heading is moved in.
const INDENT: &str = "  ";

pub(super) struct Text {
    page: Page,
    lines: Vec<String>,
}

impl Text {
    pub(super) fn new(page: Page) -> Self {
        Self { page, lines: Vec::new() }
    }

    /// A sentence, broken to the width.
    pub(super) fn sentence(&mut self, text: &str) {
        self.lines.extend(fit::wrap(text, self.page.columns()));
    }

    /// A heading, with a blank line above.
    pub(super) fn heading(&mut self, text: &str) {
        self.marked_heading("", text);
    }

    /// A heading behind a mark of one character, painted or not.
    pub(super) fn marked_heading(&mut self, mark: &str, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        let margin = if mark.is_empty() { 0 } else { 2 };
        for (number, line) in fit::wrap(text, self.page.columns().saturating_sub(margin)).into_iter().enumerate() {
            let lead = if number == 0 && margin > 0 { format!("{mark} ") } else { " ".repeat(margin) };
            self.lines.push(format!("{lead}{}", self.page.bold(&line)));
        }
    }

    /// One point of a list: `mark` is one character, painted or not.
    pub(super) fn point(&mut self, mark: &str, text: &str) {
        for (number, line) in fit::wrap(text, self.page.columns().saturating_sub(4)).into_iter().enumerate() {
            let lead = if number == 0 { mark } else { " " };
            self.lines.push(format!("{INDENT}{lead} {line}"));
        }
    }

    /// What belongs to the point above.
    pub(super) fn under(&mut self, text: &str) {
        for line in fit::wrap(text, self.page.columns().saturating_sub(6)) {
            self.lines.push(format!("{INDENT}    {}", self.page.dim(&line)));
        }
    }

    /// A sentence under a heading, moved in.
    pub(super) fn inside(&mut self, text: &str) {
        self.hanging("", text);
    }

    /// A lead, and text beside it that goes on below itself.
    pub(super) fn hanging(&mut self, lead: &str, text: &str) {
        let margin = INDENT.len() + lead.chars().count();
        for (number, line) in fit::wrap(text, self.page.columns().saturating_sub(margin)).into_iter().enumerate() {
            let front = if number == 0 { format!("{INDENT}{lead}") } else { " ".repeat(margin) };
            self.lines.push(format!("{front}{line}"));
        }
    }

    /// A line that is never broken: an ARN, a command, something to be copied.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.lines.push(format!("{INDENT}{text}"));
    }

    /// Rows whose first cells are aligned. The last cell goes on its own line where it doesn't fit; names stay
    /// whole, since they are there to be copied.
    pub(super) fn rows(&mut self, rows: &[[String; 3]]) {
        let widest =
            |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| cell.chars().count()).max().unwrap_or_default();
        let kinds = widest(&mut rows.iter().map(|[kind, ..]| kind));
        let names = widest(&mut rows.iter().filter(|[.., rest]| !rest.is_empty()).map(|[_, name, _]| name));
        let rests = widest(&mut rows.iter().map(|[.., rest]| rest));
        let beside = INDENT.len() + kinds + 2 + names + 2 + rests <= self.page.columns();
        for [kind, name, rest] in rows {
            if beside {
                self.lines.push(format!("{INDENT}{kind:kinds$}  {name:names$}  {rest}").trim_end().to_owned());
                continue;
            }
            self.lines.push(format!("{INDENT}{kind:kinds$}  {name}"));
            let margin = INDENT.len() + kinds + 2;
            for line in fit::wrap(rest, self.page.columns().saturating_sub(margin)) {
                self.lines.push(format!("{:margin$}{line}", ""));
            }
        }
    }

    /// Lines that are laid out already.
    pub(super) fn block(&mut self, text: &str) {
        self.lines.extend(text.lines().map(str::to_owned));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn blank(&mut self) {
        self.lines.push(String::new());
    }

    pub(super) fn finish(mut self) -> String {
        self.lines.push(String::new());
        self.lines.join("\n")
    }
}
