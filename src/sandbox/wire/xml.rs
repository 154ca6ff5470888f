//! The query protocol's answers: JSON by the output shape, as XML. A member that the shape lacks is an error.

use std::fmt::Write;

use quick_xml::escape::escape;
use serde_json::Value;

use super::fault::Fault;
use super::model::{Kind, Model, Shape, ShapeReference};
use super::scalar;

/// Writes an operation's answer (`R-WIRE-1`, `R-WIRE-5`); without a request id the result stands by itself, as EC2's
/// always does (`R-WIRE-9`).
pub(crate) fn encode(
    model: &Model,
    operation: &str,
    answer: &Value,
    request_id: Option<&str>,
) -> Result<String, Fault> {
    let namespace = model.metadata.xml_namespace.as_deref().unwrap_or_default();
    let mut text = format!("<{operation}Response xmlns=\"{namespace}\">");
    let output = model.operations.get(operation).and_then(|operation| operation.output.as_ref());
    if let (true, Some(id)) = (model.is_ec2(), request_id) {
        let _ = write!(text, "<requestId>{id}</requestId>");
        let members = answer.as_object().ok_or_else(|| Fault::internal("an answer that is no object"))?;
        match output.and_then(|output| model.of(output)) {
            Some(shape) => Writer { model, text: &mut text }.members(members, shape)?,
            None => text.push_str("<return>true</return>"),
        }
        let _ = write!(text, "</{operation}Response>");
        return Ok(text);
    }
    if let Some(output) = output {
        let shape = model.shape(&output.shape).ok_or_else(|| Fault::internal("no output shape"))?;
        let wrapper = output.result_wrapper.clone().unwrap_or_else(|| format!("{operation}Result"));
        Writer { model, text: &mut text }.element(&wrapper, answer, shape)?;
    } else if answer.as_object().is_none_or(|object| !object.is_empty()) {
        return Err(Fault::internal(format!("{operation} has no output in the model")));
    }
    if let Some(id) = request_id {
        let _ = write!(text, "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>");
    } else {
        let wrapper = format!("{operation}Result>");
        text = text.replace(&format!("<{wrapper}"), "").replace(&format!("</{wrapper}"), "");
    }
    let _ = write!(text, "</{operation}Response>");
    Ok(text)
}

/// Writes a refusal of EC2's.
pub(crate) fn encode_ec2_fault(fault: &Fault, request_id: &str) -> String {
    let (code, message) = (escape(&fault.code), escape(&fault.message));
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>{request_id}</RequestID></Response>"
    )
}

/// Writes a refusal.
pub(crate) fn encode_fault(namespace: &str, fault: &Fault, status: u16, request_id: &str) -> String {
    let sender = if status < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{sender}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&fault.code),
        escape(&fault.message)
    )
}

struct Writer<'a> {
    model: &'a Model,
    text: &'a mut String,
}

fn shape_in<'a>(model: &'a Model, reference: &ShapeReference) -> Result<&'a Shape, Fault> {
    model.of(reference).ok_or_else(|| Fault::internal(format!("no shape {} in the model", reference.shape)))
}

impl<'a> Writer<'a> {
    fn element(&mut self, name: &str, value: &Value, shape: &'a Shape) -> Result<(), Fault> {
        if !scalar::fits(value, shape.kind) {
            return Err(Fault::internal(format!("{name}: {value} is no {}", scalar::word(shape.kind))));
        }
        self.tag("<", name);
        match value {
            Value::Object(object) if shape.kind == Kind::Structure => {
                self.members(object, shape)?;
            }
            Value::Object(object) => {
                for (key, item) in object {
                    let reference = shape.value.as_ref().ok_or_else(|| Fault::internal(format!("{name}: no map")))?;
                    let (shape, key) = (shape_in(self.model, reference)?, escape(key));
                    let _ = write!(self.text, "<entry><key>{key}</key>");
                    self.element("value", item, shape)?;
                    self.text.push_str("</entry>");
                }
            }
            Value::Array(items) => {
                let reference = shape.member.as_ref().ok_or_else(|| Fault::internal(format!("{name}: no list")))?;
                let element = shape_in(self.model, reference)?;
                for item in items {
                    self.element(reference.location_name.as_deref().unwrap_or("member"), item, element)?;
                }
            }
            Value::String(text) => {
                self.text.push_str(&escape(text.as_str()));
            }
            other => self.text.push_str(&other.to_string()),
        }
        self.tag("</", name);
        Ok(())
    }

    fn tag(&mut self, opening: &str, name: &str) {
        for part in [opening, name, ">"] {
            self.text.push_str(part);
        }
    }

    fn members(&mut self, object: &serde_json::Map<String, Value>, shape: &'a Shape) -> Result<(), Fault> {
        let mut placed = Vec::with_capacity(object.len());
        for (name, value) in object {
            let Some(place) = shape.members.place(name) else {
                return Err(Fault::internal(format!("the answer has a member {name} that AWS's shape lacks")));
            };
            placed.push((place, value));
        }
        // Members go out in the shape's order.
        placed.sort_unstable_by_key(|(place, _)| *place);
        for (place, value) in placed.into_iter().filter(|(_, value)| !value.is_null()) {
            if let Some((member, reference)) = shape.members.at(place) {
                let element = shape_in(self.model, reference)?;
                self.element(reference.location_name.as_deref().unwrap_or(member), value, element)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Service;
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_that_the_shape_lacks_is_our_own_fault() {
        let model = Service::Rds.model().unwrap();
        let encoded = |answer: Value| encode(model, "DescribeDBInstances", &answer, Some("1"));
        assert!(encoded(json!({"DBInstances": [{"DBInstanceIdentifier": "a"}]})).is_ok());
        for wrong in [json!({"Colour": "red"}), json!({"DBInstances": [{"MultiAZ": "yes"}]}), json!({"Marker": 7})] {
            assert_eq!(encoded(wrong).unwrap_err().code, "InternalFailure");
        }
    }
}
