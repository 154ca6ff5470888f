//! Words of a command that a person may paste.

/// A word as a shell takes it: between quotes where it needs them.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+:@%,=".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The words of a line whose words were [`quoted`].
///
/// # Errors
/// Where a quotation mark has no other one.
pub fn unquoted(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut inside) = (Vec::new(), None::<String>, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                inside = !inside;
                word.get_or_insert_default();
            }
            ' ' if !inside => words.extend(word.take()),
            '\\' if !inside => word.get_or_insert_default().extend(letters.next()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if inside { Err(format!("a quotation mark is missing in {line}")) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_comes_back() {
        let words = ["--tag", "team=a b", "it's", "", "a'b'c d", "plain"];
        let line = words.map(quoted).join(" ");
        assert_eq!(unquoted(&line).unwrap(), words);
        assert_eq!(unquoted("  --network   quarantine ").unwrap(), ["--network", "quarantine"]);
        assert!(unquoted("'open").is_err());
    }
}
