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
