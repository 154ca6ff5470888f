//! The paths that a source file names, groups unfolded and `super` resolved.

use super::tokens::{Token, tokens};

/// A path such as `crate::aws::Aws`, as segments; a path into our own crate begins with `crate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    /// Whether it stands in a module that only tests have.
    pub(super) in_tests: bool,
}

/// All paths of two segments or more in a file that is the module `module` of our crate.
pub(super) fn paths(module: &[&str], source: &str) -> Vec<Named> {
    let mut reader = Reader {
        tokens: tokens(source),
        at: 0,
        module: module.iter().map(|part| (*part).to_owned()).collect(),
        braces: Vec::new(),
        found: Vec::new(),
    };
    reader.read();
    reader.found
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    module: Vec<String>,
    /// The open braces; those of an inline module say whether only tests have it.
    braces: Vec<Option<bool>>,
    found: Vec<Named>,
}

impl Reader {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| &token.text)
    }

    fn read(&mut self) {
        let mut only_tests = false;
        while self.at < self.tokens.len() {
            if self.begins(&["#", "[", "cfg", "(", "test", ")", "]"]) {
                only_tests = true;
                self.at += 7;
            } else if self.text(0) == "mod" && self.text(2) == "{" {
                self.module.push(self.text(1).to_owned());
                self.braces.push(Some(only_tests));
                only_tests = false;
                self.at += 3;
            } else if self.text(0) == "{" {
                self.braces.push(None);
                self.at += 1;
            } else if self.text(0) == "}" {
                if self.braces.pop().flatten().is_some() {
                    self.module.pop();
                }
                self.at += 1;
            } else if self.text(0) == "use" {
                self.at += 1;
                self.tree(&[]);
            } else if is_word(self.text(0)) && self.text(1) == "::" {
                self.tree(&[]);
            } else {
                // An attribute that belongs to something else than a module.
                only_tests &= !matches!(self.text(0), ";" | "fn");
                self.at += 1;
            }
        }
    }

    fn begins(&self, texts: &[&str]) -> bool {
        texts.iter().enumerate().all(|(ahead, text)| self.text(ahead) == *text)
    }

    /// Reads `a::b::{c, d::e}` from here on and keeps what it names.
    fn tree(&mut self, front: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = front.to_vec();
        // A leading `::` begins with the name of a crate.
        if self.text(0) == "::" {
            self.at += 1;
        }
        loop {
            match self.text(0) {
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | "") {
                        let before = self.at;
                        self.tree(&segments);
                        // What a tree can't begin with: a comma, or something that is no tree after all.
                        if self.at == before || self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    self.at += 1;
                    break;
                }
                word if is_word(word) => segments.push(word.to_owned()),
                _ => break,
            }
            self.at += 1;
            if self.text(0) != "::" {
                break;
            }
            self.at += 1;
        }
        // `a::b as c`: the new name is no path.
        if self.text(0) == "as" {
            self.at += 2;
        }
        self.keep(&segments, line);
    }

    fn keep(&mut self, segments: &[String], line: usize) {
        let segments = self.resolved(segments);
        if segments.len() > 1 || (segments.len() == 1 && segments[0] != "crate") {
            let in_tests = self.braces.contains(&Some(true));
            self.found.push(Named { segments, line, in_tests });
        }
    }

    /// Turns `super`, `self` and the crate's own name into `crate`.
    fn resolved(&self, segments: &[String]) -> Vec<String> {
        let from_root = |module: &[String]| [&["crate".to_owned()], module].concat();
        let mut resolved: Vec<String> = Vec::new();
        for (place, segment) in segments.iter().enumerate() {
            match segment.as_str() {
                "rds_encrypt" if place == 0 => resolved.push("crate".into()),
                "self" if place == 0 => resolved = from_root(&self.module),
                "super" if place == 0 => resolved = from_root(&self.module[..self.module.len().saturating_sub(1)]),
                "super" => _ = resolved.pop(),
                "self" => {}
                _ => resolved.push(segment.clone()),
            }
        }
        resolved
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(module: &[&str], source: &str) -> Vec<String> {
        paths(module, source).into_iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn groups_are_unfolded() {
        assert_eq!(
            named(&["engine", "run"], "use crate::{aws::{self, Aws as A}, model::*, state};"),
            ["crate::aws", "crate::aws::Aws", "crate::model", "crate::state"]
        );
        assert_eq!(
            named(&[], "use {std::fs, ::tokio::time::{sleep, Instant}};"),
            ["std::fs", "tokio::time::sleep", "tokio::time::Instant"]
        );
    }

    #[test]
    fn super_is_resolved_from_where_it_stands() {
        let source = "use super::super::aws; use super::{super::ui::Bar, clock}; mod x { use super::super::y; }";
        assert_eq!(
            named(&["engine", "run"], source),
            ["crate::aws", "crate::ui::Bar", "crate::engine::clock", "crate::engine::y"]
        );
        assert_eq!(
            named(&["engine"], "fn f() { super::aws::go(); self::g::<super::ui::Bar>(); }"),
            ["crate::aws::go", "crate::engine::g", "crate::ui::Bar"]
        );
    }

    #[test]
    fn paths_are_found_outside_of_imports() {
        let source = "fn f(x: &rds_encrypt::aws::Aws) -> Vec<aws_sdk_rds::Client> { \
                      let y = X { a: crate::ui::B::new(), ..Z::c() }; crate::m!(); pub(crate) }";
        assert_eq!(
            named(&["plan"], source),
            ["crate::aws::Aws", "aws_sdk_rds::Client", "crate::ui::B::new", "Z::c", "crate::m"]
        );
    }

    #[test]
    fn what_only_tests_have_is_known() {
        let source = "use crate::a; #[cfg(test)] mod tests { fn f() { crate::b() } } use crate::c; \
                      #[cfg(test)] fn g() {} mod other { use crate::d; }";
        let in_tests: Vec<(String, bool)> =
            paths(&["plan"], source).into_iter().map(|path| (path.segments.concat(), path.in_tests)).collect();
        let expected = [("cratea", false), ("crateb", true), ("cratec", false), ("crated", false)];
        assert_eq!(in_tests, expected.map(|(path, is)| (path.to_owned(), is)));
    }
}
