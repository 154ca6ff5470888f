//! The carry table of one migration: each setting, what the source had, what the copy gets, and how.

use serde::Serialize;

use super::super::explained;
use crate::{
    model::{Setting, Value},
    plan::{Plan, Reason, SettleGroup, carry::Way},
};

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingRow {
    /// Which.
    pub setting: Setting,
    /// What the source had when the plan was made.
    pub source: Option<Value>,
    /// What the copy gets.
    pub copy: Value,
    /// How: `at-restore`, `afterwards` or `with-the-data`.
    pub how: &'static str,
    /// The call that sets it afterwards.
    pub group: Option<SettleGroup>,
    /// Why it is to differ from the source; nothing where it isn't.
    pub why: Option<&'static str>,
}

impl SettingRow {
    /// How it gets onto the copy, in words.
    #[must_use]
    pub fn how_in_words(&self) -> &'static str {
        match self.how {
            "at-restore" => "restore call",
            "afterwards" => "set afterwards",
            _ => "with the data",
        }
    }

    /// The copy's value, in words.
    #[must_use]
    pub fn copy_in_words(&self) -> String {
        explained::word(&self.copy)
    }

    /// The two values; one, where both are the same.
    #[must_use]
    pub fn both(&self) -> String {
        if self.source.as_ref() == Some(&self.copy) {
            self.copy_in_words()
        } else {
            format!("{} → {}", self.source_in_words(), self.copy_in_words())
        }
    }

    /// The source's value, in words.
    #[must_use]
    pub fn source_in_words(&self) -> String {
        self.source.as_ref().map_or_else(|| "(none)".to_owned(), explained::word)
    }
}

/// All of a plan, those that differ on purpose first.
pub(super) fn rows(plan: &Plan) -> Vec<SettingRow> {
    let mut rows: Vec<SettingRow> = plan
        .settings
        .iter()
        .map(|planned| {
            let (how, group) = match planned.way() {
                Way::AtRestore => ("at-restore", None),
                Way::Afterwards(group) => ("afterwards", Some(group)),
                _ => ("with-the-data", None),
            };
            let copy = match planned.reason {
                // Its id is known once it is made.
                Some(Reason::Quarantined) => Value::Text("a group of its own".into()),
                _ => planned.wanted.clone(),
            };
            let why = explained::differs(planned).then(|| explained::reason(planned));
            SettingRow { setting: planned.setting, source: planned.source.clone(), copy, how, group, why }
        })
        .collect();
    rows.sort_by_key(|row| row.why.is_none());
    rows
}
