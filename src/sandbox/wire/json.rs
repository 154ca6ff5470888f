//! AWS's JSON 1.1: requests checked by the input shape, answers by the output shape. Times go out as epoch seconds.

use jiff::Timestamp;
use serde_json::{Map, Number, Value};

use super::fault::Fault;
use super::model::{Kind, Model, Shape};
use super::query::Unknown;
use super::scalar;

/// Reads a request's body by its operation's input shape (`R-WIRE-2`, `R-WIRE-3`).
pub(crate) fn decode(model: &Model, operation: &str, body: &[u8], unknown: Unknown) -> Result<Value, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Fault::new("SerializationException", format!("the body is no JSON: {error}")))?;
    let input = model.operations.get(operation).and_then(|operation| operation.input.as_ref());
    let shape = input.and_then(|input| model.shape(&input.shape));
    shape.map_or(Ok(Value::Object(Map::new())), |shape| checked(model, value, shape, "request", unknown))
}

fn checked(model: &Model, value: Value, shape: &Shape, path: &str, unknown: Unknown) -> Result<Value, Fault> {
    let typed = matches!(shape.kind, Kind::Timestamp) || scalar::fits(&value, shape.kind);
    if !typed {
        let message = format!("{path} can not be read as {}", scalar::word(shape.kind));
        return Err(Fault::new("SerializationException", message));
    }
    match value {
        Value::Object(object) if shape.kind == Kind::Structure => {
            let mut read = Map::new();
            for (name, value) in object {
                match shape.members.get(&name).and_then(|reference| model.shape(&reference.shape)) {
                    // null is the same as absent.
                    Some(_) if value.is_null() => {}
                    Some(member) => {
                        let at = format!("{path}.{name}");
                        let value = checked(model, value, member, &at, unknown)?;
                        read.insert(name, value);
                    }
                    None if unknown == Unknown::Ignored => {}
                    None => {
                        return Err(Fault::new("ValidationException", format!("{path} has no member {name}")));
                    }
                }
            }
            let missing = shape.required.iter().find(|name| !read.contains_key(*name));
            match missing {
                Some(name) => Err(Fault::new(
                    "ValidationException",
                    format!(
                        "1 validation error detected: value at '{name}' failed to satisfy constraint: must not be null"
                    ),
                )),
                None => Ok(Value::Object(read)),
            }
        }
        Value::Array(items) => {
            let element = shape.member.as_ref().and_then(|reference| model.shape(&reference.shape));
            let element = element.ok_or_else(|| Fault::internal(format!("{path}: no list in the model")))?;
            items
                .into_iter()
                .map(|item| checked(model, item, element, path, unknown))
                .collect::<Result<_, _>>()
                .map(Value::Array)
        }
        value => {
            scalar::within(&value, shape, path).map_err(|fault| Fault::new("ValidationException", fault.message))?;
            Ok(value)
        }
    }
}

/// Writes an operation's answer; a member that the shape lacks is an error (`R-WIRE-5`).
pub(crate) fn encode(model: &Model, operation: &str, answer: &Value) -> Result<String, Fault> {
    let output = model.operations.get(operation).and_then(|operation| operation.output.as_ref());
    let Some(shape) = output.and_then(|output| model.shape(&output.shape)) else {
        return Ok(String::new());
    };
    written(model, answer, shape, operation).map(|value| value.to_string())
}

fn written(model: &Model, value: &Value, shape: &Shape, path: &str) -> Result<Value, Fault> {
    if !scalar::fits(value, shape.kind) {
        return Err(Fault::internal(format!("{path}: {value} is no {}", scalar::word(shape.kind))));
    }
    match value {
        Value::Object(object) if shape.kind == Kind::Structure => {
            let mut out = Map::new();
            for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
                let member = shape.members.get(name).and_then(|reference| model.shape(&reference.shape));
                let member = member.ok_or_else(|| Fault::internal(format!("{path}: AWS's shape lacks {name}")))?;
                out.insert(name.clone(), written(model, value, member, &format!("{path}.{name}"))?);
            }
            Ok(Value::Object(out))
        }
        Value::Array(items) => {
            let element = shape.member.as_ref().and_then(|reference| model.shape(&reference.shape));
            let element = element.ok_or_else(|| Fault::internal(format!("{path}: no list in the model")))?;
            items.iter().map(|item| written(model, item, element, path)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::String(text) if shape.kind == Kind::Timestamp => {
            let time: Timestamp = text.parse().map_err(|_| Fault::internal(format!("{path}: no time: {text}")))?;
            let seconds = std::time::Duration::from_millis(u64::try_from(time.as_millisecond()).unwrap_or(0));
            Number::from_f64(seconds.as_secs_f64())
                .map(Value::Number)
                .ok_or_else(|| Fault::internal(format!("{path}: no number")))
        }
        other => Ok(other.clone()),
    }
}

/// Writes a refusal.
pub(crate) fn encode_fault(fault: &Fault) -> String {
    serde_json::json!({"__type": fault.code, "message": fault.message}).to_string()
}
