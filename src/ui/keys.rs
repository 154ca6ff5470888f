//! Which key? Asked where `--kms-key` wasn't given: what is there, how to choose, what to run.

use super::{Page, text::Text};

/// A key that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// `alias/…`
    pub alias: String,
    /// Its key's id.
    pub key_id: String,
    /// What to know of it before it is chosen; may be empty.
    pub note: String,
}

/// Aliases under this prefix are AWS's own; a person can't make one.
const AWS_OWN: &str = "alias/aws/";

impl KeyRow {
    fn is_aws_own(&self) -> bool {
        self.alias.starts_with(AWS_OWN)
    }

    fn manager(&self) -> &'static str {
        if self.is_aws_own() { "AWS" } else { "your account" }
    }
}

/// The keys, how to choose, and the command to run. `command` is what the person ran.
#[must_use]
pub fn choose(rows: &[KeyRow], region: &str, command: &str, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading("Which key? --kms-key was not given, and none is chosen for you");
    text.blank();
    if rows.is_empty() {
        text.sentence(&format!("No key with an alias was found in {region}."));
    } else {
        table(&mut text, rows, page);
    }
    text.heading("How to choose");
    text.point(
        "-",
        "A key of your own is the usual choice: its policy is yours, and snapshots under it can be shared.",
    );
    text.point(
        "-",
        "alias/aws/rds is AWS's own and is allowed. But its policy can't be changed, snapshots under it can't be shared \
         with other accounts, and a database can never change its key afterwards.",
    );
    text.point("-", "A key without an alias, or one of another account, is named by its ARN.");
    text.heading("Run");
    text.verbatim(&format!("{command} --kms-key {}", suggested(rows)));
    text.finish()
}

/// The key where there is just one of the account's own; a choice for good is never made for a person.
fn suggested(rows: &[KeyRow]) -> &str {
    let mut own = rows.iter().filter(|row| !row.is_aws_own());
    match (own.next(), own.next()) {
        (Some(only), None) => only.alias.as_str(),
        _ => "alias/NAME",
    }
}

/// Aliases and ids stay whole, since they are there to be copied.
fn table(text: &mut Text, rows: &[KeyRow], page: Page) {
    let header = ["ALIAS", "MANAGED BY", "KEY ID"].map(str::to_owned);
    let keys = rows.iter().map(|row| [row.alias.clone(), row.manager().to_owned(), row.key_id.clone()]);
    text.rows(&std::iter::once(header).chain(keys).collect::<Vec<_>>());
    for row in rows.iter().filter(|row| !row.note.is_empty()) {
        text.point(&page.warning("!"), &format!("{}: {}", row.alias, row.note));
    }
}

#[cfg(test)]
mod tests;
