//! Making words fit a width. Counted in characters: names, ARNs and AWS's words have no wide ones.

/// Cuts in the middle: of a long name both ends tell it from its neighbours.
pub(super) fn middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let tail = kept / 2;
    let head: String = text.chars().take(kept - tail).collect();
    let tail: String = text.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

/// Cuts at the end, for sentences.
pub(super) fn end(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let head: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

/// Breaks at blanks. A word that is longer than a line gets one of its own, whole: a command or an ARN in
/// two pieces can't be copied.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(text) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// The words of a text; a command between backquotes is one word.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut quoted = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(command) if quoted => {
                command.push(' ');
                command.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        quoted ^= word.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_both_ends() {
        let table = [
            ("orders", 10, "orders"),
            ("orders-k3v9q2xa-g1", 11, "order…xa-g1"),
            ("orders-k3v9q2xa-g1", 10, "order…a-g1"),
            ("orders", 1, "…"),
        ];
        for (text, width, expected) in table {
            assert_eq!(middle(text, width), expected);
            assert!(middle(text, width).chars().count() <= width);
        }
        assert_eq!(end("until the target takes changes", 10), "until the…");
    }

    #[test]
    fn lines_break_at_blanks_and_never_inside_a_command() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("see arn:aws:kms:eu-west-2 now", 8), ["see", "arn:aws:kms:eu-west-2", "now"]);
        assert_eq!(
            wrap("go on with `rds-encrypt resume orders` soon", 30),
            ["go on with", "`rds-encrypt resume orders`", "soon"]
        );
        assert!(wrap("", 10).is_empty());
    }
}
