//! Rust's source as words and signs, without comments and texts.

/// A word or a sign, and its line. `::` is one sign; any other sign is one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// Splits `source` into tokens.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, kept) = piece(rest, first);
        let text = &rest[..length];
        if kept {
            // A raw name is that name.
            tokens.push(Token { text: text.strip_prefix("r#").unwrap_or(text).to_owned(), line });
        }
        line += text.matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The length of the next piece in bytes, and whether it is a token.
fn piece(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (block_comment(rest), false)
    } else if let Some(length) = quoted(rest) {
        (length, false)
    } else if rest.starts_with("::") {
        (2, true)
    } else if is_name(first) {
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        (raw + rest[raw..].find(|each| !is_name(each)).unwrap_or(rest.len() - raw), true)
    } else {
        (first.len_utf8(), !first.is_whitespace())
    }
}

fn is_name(each: char) -> bool {
    each.is_alphanumeric() || each == '_'
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a text or a character at the front, if there is one.
fn quoted(rest: &str) -> Option<usize> {
    // b"…", c"…", r"…", br#"…"#: the letters belong to the text.
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix);
        after.is_some_and(|after| {
            after.trim_start_matches('#').starts_with('"') || (*prefix == "b" && after.starts_with('\''))
        })
    });
    if let Some(prefix) = prefix {
        let after = &rest[prefix.len()..];
        let hashes = after.len() - after.trim_start_matches('#').len();
        let raw = prefix.ends_with('r');
        if raw {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = prefix.len() + hashes + 1;
            return Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()));
        }
        if hashes == 0 && after.starts_with('"') {
            return Some(prefix.len() + escaped(after, '"'));
        }
    }
    character(rest.strip_prefix('b').filter(|after| after.starts_with('\'')).unwrap_or(rest))
        .map(|length| length + usize::from(rest.starts_with("b'")))
}

/// A character, as opposed to a lifetime or a label.
fn character(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('\'')?;
    let first = after.chars().next()?;
    let is_character = first == '\\' || after[first.len_utf8()..].starts_with('\'');
    is_character.then(|| escaped(rest, '\''))
}

/// The length of what stands between `quote` and the next `quote` that no backslash hides.
fn escaped(rest: &str, quote: char) -> usize {
    let mut hidden = false;
    for (at, each) in rest.char_indices().skip(1) {
        if hidden {
            hidden = false;
        } else if each == '\\' {
            hidden = true;
        } else if each == quote {
            return at + each.len_utf8();
        }
    }
    rest.len()
}

#[test]
fn comments_and_texts_are_no_tokens() {
    let texts = |source: &str| tokens(source).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
    let table = [
        ("a::b; // c::d", "a :: b ;"),
        ("a /* b /* c */ d */ e", "a e"),
        ("/// crate::aws\nfn f() {}", "fn f ( ) { }"),
        (r#"f("http://x // \" crate::aws", 'x')"#, "f ( , )"),
        (r##"f(r#"a " b"#, br"c\", b"\"", b'"', '"', '\'')"##, "f ( , , , , , )"),
        ("fn f<'a>(x: &'a str) { 'out: loop {} }", "fn f < ' a > ( x : & ' a str ) { ' out : loop { } }"),
        ("r#type::r#use", "type :: use"),
        ("for bar in cr {}", "for bar in cr { }"),
    ];
    for (source, expected) in table {
        assert_eq!(texts(source), expected, "{source}");
    }
}

#[test]
fn lines_are_counted_through_comments_and_texts() {
    let last = tokens("/*\n\n*/ \"\n\" x").pop().expect("a token");
    assert_eq!(last, Token { text: "x".into(), line: 4 });
}
