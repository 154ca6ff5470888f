//! The answers in files, whatever the files are called.

use serde_json::Value;

use super::{SavedError, row};
use crate::access::Read;

/// One answer, and the name of its file.
pub(super) struct Answer {
    pub(super) file: String,
    pub(super) value: Value,
}

/// All answers, in the order of the files.
pub(super) struct Answers(Vec<Answer>);

impl Answers {
    pub(super) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SavedError> {
        let mut all = Self(Vec::new());
        for (file, text) in files {
            let documents =
                serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>();
            for document in documents {
                let not_json =
                    |error: serde_json::Error| SavedError::NotJson { file: file.into(), why: error.to_string() };
                all.add(file, document.map_err(not_json)?);
            }
        }
        Ok(all)
    }

    fn add(&mut self, file: &str, value: Value) {
        match value {
            Value::Array(elements) => elements.into_iter().for_each(|element| self.add(file, element)),
            Value::Object(mut members) => match members.remove("answer") {
                Some(inner) => self.add(file, inner),
                None => self.0.push(Answer { file: file.to_owned(), value: Value::Object(members) }),
            },
            _ => {}
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Answer> {
        self.0.iter()
    }

    /// Those that hold a member.
    pub(super) fn with<'a>(&'a self, member: &'a str) -> impl Iterator<Item = &'a Value> {
        self.iter().map(|answer| &answer.value).filter(move |value| value.get(member).is_some())
    }

    /// All rows of a list, or why they weren't read: where AWS had more of them, what is missing can't be told.
    pub(super) fn list(&self, name: &str, command: &str) -> Result<Vec<&Value>, String> {
        let (mut rows, mut was_there) = (Vec::new(), false);
        for answer in self.iter() {
            let Some(held) = answer.value.get(name).and_then(Value::as_array) else { continue };
            was_there = true;
            rows.extend(held);
            let more = ["NextToken", "Marker"].into_iter().find(|token| row::text(&answer.value, token).is_some());
            if let Some(token) = more {
                return Err(format!("{} ends with a {token}: AWS had more than it holds", answer.file));
            }
        }
        if was_there { Ok(rows) } else { Err(format!("no file holds {name}: aws {command}")) }
    }

    /// All rows of a list, read; of one id the latest.
    pub(super) fn rows<T>(
        &self,
        name: &str,
        command: &str,
        read: impl Fn(&Value) -> Option<(String, T)>,
    ) -> Read<Vec<T>> {
        let rows = match self.list(name, command) {
            Ok(rows) => rows,
            Err(why) => return Read::NotRead(why),
        };
        Read::Known(latest(rows.into_iter().filter_map(read)))
    }
}

/// Of one id the latest, where the first one stood.
pub(super) fn latest<T>(rows: impl IntoIterator<Item = (String, T)>) -> Vec<T> {
    let mut found: Vec<(String, T)> = Vec::new();
    for (id, row) in rows {
        match found.iter_mut().find(|(known, _)| *known == id) {
            Some(known) => known.1 = row,
            None => found.push((id, row)),
        }
    }
    found.into_iter().map(|(_, row)| row).collect()
}
