//! Pages: 20 to 100 rows, and a marker for the next ones (`R-PAGE-1`).

use serde_json::Value;

use crate::sandbox::wire::fault::Fault;

/// Cuts one page out of named rows. The marker is the name of the page's last row, so that rows that come or go
/// between two pages neither repeat nor hide others.
pub(crate) fn cut(
    member: &str,
    mut rows: Vec<(String, Value)>,
    most: Option<i64>,
    marker: Option<&str>,
) -> Result<Value, Fault> {
    let most = size(most)?;
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    if let Some(marker) = marker {
        let last = unhex(marker).ok_or_else(|| Fault::value("The request token is invalid"))?;
        rows.retain(|(name, _)| *name > last);
    }
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|(name, _)| hex(name));
    // By hand: json! would copy every row.
    let page = Value::Array(rows.into_iter().map(|(_, row)| row).collect());
    let marker = next.map(|next| ("Marker".to_owned(), Value::String(next)));
    Ok(Value::Object([(member.to_owned(), page)].into_iter().chain(marker).collect()))
}

/// The page that a request asks for, of rows that are in the order of their names.
pub(crate) struct Page {
    most: usize,
    last: Option<String>,
}

/// The rows of a page, and the marker for the next one.
pub(crate) struct Rows<'a, T> {
    rows: Vec<&'a T>,
    next: Option<String>,
}

impl Page {
    pub(crate) fn asked(most: Option<i64>, marker: Option<&str>) -> Result<Self, Fault> {
        let last = marker.map(|marker| unhex(marker).ok_or_else(|| Fault::value("The request token is invalid")));
        Ok(Self { most: size(most)?, last: last.transpose()? })
    }

    /// The name after which the page begins, in small letters.
    pub(crate) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Takes the page's rows, and no more, out of rows in the order of their names.
    pub(crate) fn take<'a, T>(&self, rows: impl Iterator<Item = &'a T>, name: impl Fn(&T) -> &str) -> Rows<'a, T> {
        let rows = rows.filter(|row| self.last().is_none_or(|last| name(row).to_ascii_lowercase().as_str() > last));
        let mut rows: Vec<&T> = rows.take(self.most + 1).collect();
        let more = rows.len() > self.most;
        rows.truncate(self.most);
        let next = rows.last().filter(|_| more).map(|row| hex(&name(row).to_ascii_lowercase()));
        Rows { rows, next }
    }
}

impl<T> Rows<'_, T> {
    /// The answer: only the rows of the page are made.
    pub(crate) fn answer(self, member: &str, show: impl Fn(&T) -> Value) -> Value {
        let page = Value::Array(self.rows.into_iter().map(show).collect());
        let marker = self.next.map(|next| ("Marker".to_owned(), Value::String(next)));
        Value::Object([(member.to_owned(), page)].into_iter().chain(marker).collect())
    }
}

fn size(most: Option<i64>) -> Result<usize, Fault> {
    let most = most.unwrap_or(100);
    if !(20..=100).contains(&most) {
        return Err(Fault::value(format!("Invalid value {most} for MaxRecords. Must be between 20 and 100")));
    }
    usize::try_from(most).map_err(|_| Fault::value("Invalid value for MaxRecords"))
}

fn hex(text: &str) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<String> {
    let digits = text.chars().map(|letter| letter.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_neither_lose_nor_repeat() {
        let rows: Vec<_> = (0..45).map(|n| (format!("n{n:02}"), json!(n))).collect();
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let page = cut("Rows", rows.clone(), Some(20), marker.as_deref()).unwrap();
            seen.extend(page["Rows"].as_array().unwrap().clone());
            match page.get("Marker") {
                Some(next) => marker = Some(next.as_str().unwrap().to_owned()),
                None => break,
            }
        }
        assert_eq!(seen.len(), 45);
        for bad in [19, 101, 0, -1] {
            assert_eq!(cut("Rows", Vec::new(), Some(bad), None).unwrap_err().code, "InvalidParameterValue");
        }
        assert!(cut("Rows", Vec::new(), None, Some("zz")).is_err());
    }
}
