//! A check: what is to be so, what was seen, and what to do about it.

use super::{facts::Unknown, scene::Scene};
use crate::model::quoted;

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Pass,
    /// It isn't; here is what to do.
    Fail(Remedy),
    /// What it rests on wasn't read, for this reason.
    NotChecked(String),
}

/// What to do about a failed check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// In words.
    pub words: String,
    /// Commands to paste, one a line.
    pub commands: Vec<String>,
}

/// A part of the recipe, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name for machines.
    pub id: &'static str,
    /// What is to be so.
    pub title: &'static str,
    /// Whether it is.
    pub verdict: Verdict,
    /// The rules and routes that decided, by id and number.
    pub seen: Vec<String>,
    /// Why it matters.
    pub why: &'static str,
    /// The rules of Security Hub, Config and CIS that it answers.
    pub answers: &'static [&'static str],
}

/// All checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The database's name.
    pub database: String,
    /// Its VPC.
    pub vpc: Option<String>,
    /// The machine that was judged as the bastion.
    pub bastion: Option<String>,
    /// One for each part of the recipe, in its order.
    pub checks: Vec<Check>,
}

impl Report {
    /// How many passed, failed and weren't checked.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        self.checks.iter().fold((0, 0, 0), |(passed, failed, open), check| match check.verdict {
            Verdict::Pass => (passed + 1, failed, open),
            Verdict::Fail(_) => (passed, failed + 1, open),
            Verdict::NotChecked(_) => (passed, failed, open + 1),
        })
    }
}

/// What a check comes to; an error where it can't be told.
pub(super) type Judgement = Result<Judged, Unknown>;

/// Whether something is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is, by this evidence.
    Fine(Vec<String>),
    /// It isn't, by this evidence, which is mended so.
    Wrong(Vec<String>, Remedy),
}

impl Judged {
    pub(super) fn fine(seen: impl Into<String>) -> Self {
        Self::Fine(vec![seen.into()])
    }

    pub(super) fn wrong(seen: impl Into<String>, remedy: Remedy) -> Self {
        Self::Wrong(vec![seen.into()], remedy)
    }
}

/// A part of the recipe: what it is called, and how it is judged.
pub(super) struct Subject {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) answers: &'static [&'static str],
    pub(super) judge: fn(&Scene<'_>) -> Judgement,
}

impl Subject {
    pub(super) fn check(&self, scene: &Scene<'_>) -> Check {
        let (verdict, seen) = match (self.judge)(scene) {
            Ok(Judged::Fine(seen)) => (Verdict::Pass, seen),
            Ok(Judged::Wrong(seen, remedy)) => (Verdict::Fail(remedy), seen),
            Err(Unknown(why)) => (Verdict::NotChecked(why), Vec::new()),
        };
        Check { id: self.id, title: self.title, verdict, seen, why: self.why, answers: self.answers }
    }
}

impl Remedy {
    /// A command after these words.
    pub(super) fn new(words: &str, command: &[&str]) -> Self {
        Self { words: words.to_owned(), commands: vec![aws(command)] }
    }

    /// Words alone, where no single command mends it.
    pub(super) fn words(words: impl Into<String>) -> Self {
        Self { words: words.into(), commands: Vec::new() }
    }
}

/// A line of the `aws` command, to be pasted.
pub(super) fn aws(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("aws {}", words.join(" "))
}

/// All of these are to be fine. What is known to be wrong outweighs what isn't known.
pub(super) fn all(parts: impl IntoIterator<Item = Judgement>) -> Judgement {
    let (mut fine, mut wrong, mut open) = (Vec::new(), Vec::new(), None);
    let mut remedy = Remedy::default();
    for part in parts {
        match part {
            Ok(Judged::Fine(seen)) => add(&mut fine, seen),
            Ok(Judged::Wrong(seen, found)) => {
                add(&mut wrong, seen);
                add(&mut remedy.commands, found.commands);
                if remedy.words.is_empty() {
                    remedy.words = found.words;
                } else if !remedy.words.contains(&found.words) {
                    remedy.words = format!("{}; {}", remedy.words, found.words);
                }
            }
            Err(unknown) => {
                open.get_or_insert(unknown);
            }
        }
    }
    match open {
        _ if !wrong.is_empty() => Ok(Judged::Wrong(wrong, remedy)),
        Some(unknown) => Err(unknown),
        None => Ok(Judged::Fine(fine)),
    }
}

fn add(to: &mut Vec<String>, lines: Vec<String>) {
    for line in lines {
        if !to.contains(&line) {
            to.push(line);
        }
    }
}
