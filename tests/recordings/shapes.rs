//! Answers on the wire as JSON, by the shapes of AWS's own service model: what an SDK would read out of the XML.

use std::io::Read;

use serde_json::{Map, Value};

/// AWS's service model of RDS.
pub(super) struct Shapes(Value);

/// An element of an XML text.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Shapes {
    pub(super) fn load() -> Self {
        let packed = include_bytes!("../../fixtures/models/rds.json.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a packed model");
        Self(serde_json::from_str(&text).expect("a model"))
    }

    /// The result of an operation.
    pub(super) fn decode(&self, operation: &str, xml: &str) -> Value {
        let root = Element::parse(xml);
        let output = &self.0["operations"][operation]["output"];
        let wrapper = output["resultWrapper"].as_str().expect("a wrapper");
        let result = root.children.iter().find(|child| child.name == wrapper).expect("a result");
        self.value(result, output["shape"].as_str().expect("a shape"))
    }

    fn value(&self, element: &Element, shape: &str) -> Value {
        let shape = &self.0["shapes"][shape];
        let reference = |value: &Value| value["shape"].as_str().expect("a shape's name").to_owned();
        match shape["type"].as_str().expect("a shape's type") {
            "structure" => Value::Object(self.members(element, shape)),
            "list" => {
                let of = reference(&shape["member"]);
                element.children.iter().map(|child| self.value(child, &of)).collect()
            }
            "integer" | "long" => Value::from(element.text.parse::<i64>().expect("a whole number")),
            "double" | "float" => Value::from(element.text.parse::<f64>().expect("a number")),
            "boolean" => Value::from(element.text.parse::<bool>().expect("true or false")),
            "string" | "timestamp" => Value::from(element.text.as_str()),
            other => panic!("no answer of RDS holds a {other}"),
        }
    }

    fn members(&self, element: &Element, shape: &Value) -> Map<String, Value> {
        let members = shape["members"].as_object().expect("members");
        let named = |name: &str| {
            let found = members.iter().find(|(member, of)| of["locationName"].as_str().unwrap_or(member) == name);
            let (member, of) = found.unwrap_or_else(|| panic!("AWS's shape has no {name}"));
            (member.clone(), of["shape"].as_str().expect("a shape's name"))
        };
        let children = element.children.iter().map(|child| (named(&child.name), child));
        children.map(|((member, of), child)| (member, self.value(child, of))).collect()
    }
}

impl Element {
    /// Reads a text without comments and instructions, as services write them.
    fn parse(xml: &str) -> Self {
        let mut open = vec![Self::default()];
        let mut rest = xml;
        while let Some((text, tail)) = rest.split_once('<') {
            let (tag, tail) = tail.split_once('>').expect("a tag's end");
            let text = quick_xml::escape::unescape(text).expect("escaped text");
            open.last_mut().expect("an open element").text.push_str(&text);
            if tag.starts_with('/') {
                let closed = open.pop().expect("an open element");
                open.last_mut().expect("an outer element").children.push(closed);
            } else {
                assert!(!tag.ends_with('/'), "the sandbox writes no <{tag}>");
                let name = tag.split_whitespace().next().expect("a name").to_owned();
                open.push(Self { name, ..Self::default() });
            }
            rest = tail;
        }
        open.pop().and_then(|mut all| all.children.pop()).expect("a root")
    }
}
