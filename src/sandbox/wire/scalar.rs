//! Single values: text of a request to typed JSON, and typed JSON checked against its shape.

use jiff::Timestamp;
use serde_json::Value;

use super::fault::Fault;
use super::model::{Kind, Shape};

/// Reads one value of a query request by its shape (`R-WIRE-3`).
pub(crate) fn read(text: &str, shape: &Shape, name: &str) -> Result<Value, Fault> {
    let malformed = || Fault::new("MalformedInput", format!("{name}: '{text}' is not a valid {}", word(shape.kind)));
    let value = match shape.kind {
        Kind::Integer | Kind::Long => {
            let number: i64 = text.trim().parse().map_err(|_| malformed())?;
            if shape.kind == Kind::Integer && i32::try_from(number).is_err() {
                return Err(malformed());
            }
            Value::from(number)
        }
        Kind::Double | Kind::Float => Value::from(text.trim().parse::<f64>().map_err(|_| malformed())?),
        Kind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => return Err(malformed()),
        },
        Kind::Timestamp => Value::from(text.parse::<Timestamp>().map_err(|_| malformed())?.to_string()),
        Kind::String | Kind::Blob => Value::from(text),
        Kind::Structure | Kind::List | Kind::Map => return Err(malformed()),
    };
    within(&value, shape, name)?;
    Ok(value)
}

/// Checks words, lengths and ranges that the model itself states.
pub(crate) fn within(value: &Value, shape: &Shape, name: &str) -> Result<(), Fault> {
    if let Some(text) = value.as_str() {
        if !shape.words.is_empty() && !shape.words.iter().any(|known| known == text) {
            return Err(Fault::value(format!("{name}: '{text}' is not one of {}", shape.words.join(", "))));
        }
        if shape.kind == Kind::String {
            let length = text.chars().count();
            in_range(f64::from(u32::try_from(length).unwrap_or(u32::MAX)), shape, &format!("the length of {name}"))?;
        }
    }
    if let Some(number) = value.as_f64() {
        in_range(number, shape, name)?;
    }
    Ok(())
}

fn in_range(number: f64, shape: &Shape, what: &str) -> Result<(), Fault> {
    let low = shape.min.is_some_and(|min| number < min);
    let high = shape.max.is_some_and(|max| number > max);
    if low || high {
        let bound = |limit: Option<f64>| limit.map_or("any".to_owned(), |limit| format!("{limit}"));
        return Err(Fault::value(format!(
            "{what} must be between {} and {}, not {number}",
            bound(shape.min),
            bound(shape.max)
        )));
    }
    Ok(())
}

/// The kind in words, for messages.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Structure => "structure",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Long => "long",
        Kind::Double | Kind::Float => "number",
        Kind::Boolean => "boolean",
        Kind::Timestamp => "timestamp",
        Kind::Blob => "blob",
    }
}

/// True where a JSON value has the type that its shape wants.
pub(crate) fn fits(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Structure | Kind::Map => value.is_object(),
        Kind::List => value.is_array(),
        Kind::String | Kind::Blob => value.is_string(),
        Kind::Integer => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Kind::Long => value.is_i64() || value.is_u64(),
        Kind::Double | Kind::Float => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Timestamp => value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok()),
    }
}
