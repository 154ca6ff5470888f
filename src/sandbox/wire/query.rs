//! The query protocol's requests: a form becomes a tree of dotted names, and the tree typed JSON by the input shape.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fault::Fault;
use super::model::{Kind, Model, Shape};
use super::scalar;

/// A form's dotted names as a tree.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn insert(&mut self, name: &str, text: &str) {
        let node = name.split('.').fold(self, |node, part| node.children.entry(part.to_owned()).or_default());
        node.text = Some(text.to_owned());
    }
}

/// Names that belong to the protocol and not to an operation.
const PROTOCOL: [&str; 2] = ["Action", "Version"];

/// What a request may hold beyond its operation's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    Refused,
    Ignored,
}

/// How strictly a request is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strictness {
    pub(crate) unknown: Unknown,
    /// Whether a missing or ill-typed parameter is refused here.
    pub(crate) typed: bool,
}

/// Reads a request's form by its operation's input shape (`R-WIRE-2`, `R-WIRE-3`); EC2 has its own names for members and lists
/// (`R-WIRE-9`).
pub(crate) fn decode(
    model: &Model,
    operation: &str,
    form: &[(String, String)],
    terms: Strictness,
) -> Result<Value, Fault> {
    let mut root = Node::default();
    for (name, text) in form {
        // Presigned requests carry their signature among the parameters.
        if !PROTOCOL.contains(&name.as_str()) && !name.starts_with("X-Amz-") {
            root.insert(name, text);
        }
    }
    let input = model.operations.get(operation).and_then(|operation| operation.input.as_ref());
    let Some(shape) = input.and_then(|input| model.shape(&input.shape)) else {
        return Ok(Value::Object(Map::new()));
    };
    let ec2 = model.is_ec2();
    Reader { model, terms, ec2 }.structure(&root, shape, "")
}

struct Reader<'a> {
    model: &'a Model,
    terms: Strictness,
    ec2: bool,
}

impl Reader<'_> {
    fn value(&self, node: &Node, shape: &Shape, path: &str) -> Result<Value, Fault> {
        match shape.kind {
            Kind::Structure => self.structure(node, shape, path),
            Kind::List => self.list(node, shape, path),
            Kind::Map => self.map(node, shape, path),
            _ => {
                if !node.children.is_empty() {
                    return Err(Fault::new("MalformedInput", format!("{path} is a single value")));
                }
                scalar::read(node.text.as_deref().unwrap_or_default(), shape, path)
            }
        }
    }

    fn structure(&self, node: &Node, shape: &Shape, path: &str) -> Result<Value, Fault> {
        let mut object = Map::new();
        for (name, child) in &node.children {
            let found = shape.members.iter().find(|(member, reference)| reference.asked_as(member, self.ec2) == *name);
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let Some((member, reference)) = found else {
                match self.terms.unknown {
                    Unknown::Refused if self.ec2 => {
                        return Err(Fault::new("UnknownParameter", format!("The parameter {at} is not recognized")));
                    }
                    Unknown::Refused => {
                        return Err(Fault::value(format!("{at} is not a parameter of this operation")));
                    }
                    Unknown::Ignored => continue,
                }
            };
            object.insert(member.clone(), self.value(child, self.shape(&reference.shape)?, &at)?);
        }
        for member in &shape.required {
            if self.terms.typed && !object.contains_key(member) {
                let at = if path.is_empty() { member.clone() } else { format!("{path}.{member}") };
                return Err(Fault::new("MissingParameter", format!("The request must contain the parameter {at}")));
            }
        }
        Ok(Value::Object(object))
    }

    fn list(&self, node: &Node, shape: &Shape, path: &str) -> Result<Value, Fault> {
        let Some(reference) = &shape.member else {
            return Err(Fault::internal(format!("{path}: a list without an element in the model")));
        };
        let element = self.shape(&reference.shape)?;
        let name = reference.location_name.as_deref().unwrap_or("member");
        let items = if shape.flattened || self.ec2 { Some(node) } else { node.children.get(name) };
        // An empty list comes as `Name=`.
        let Some(items) = items else {
            if node.children.is_empty() {
                return Ok(Value::Array(Vec::new()));
            }
            return Err(Fault::new("MalformedInput", format!("{path}: its elements are named {path}.{name}.N")));
        };
        let mut numbered = Vec::new();
        for (index, item) in &items.children {
            let number: u32 = index
                .parse()
                .map_err(|_| Fault::new("MalformedInput", format!("{path}.{name}.{index}: not a number")))?;
            numbered.push((number, self.value(item, element, &format!("{path}.{name}.{number}"))?));
        }
        numbered.sort_by_key(|(number, _)| *number);
        Ok(Value::Array(numbered.into_iter().map(|(_, value)| value).collect()))
    }

    fn map(&self, node: &Node, shape: &Shape, path: &str) -> Result<Value, Fault> {
        let Some(reference) = &shape.value else {
            return Err(Fault::internal(format!("{path}: a map without values in the model")));
        };
        let element = self.shape(&reference.shape)?;
        let mut object = Map::new();
        for entry in node.children.get("entry").into_iter().flat_map(|entries| entries.children.values()) {
            let key = entry.children.get("key").and_then(|key| key.text.clone());
            let value = entry.children.get("value");
            let (Some(key), Some(value)) = (key, value) else {
                return Err(Fault::new("MalformedInput", format!("{path}: an entry needs a key and a value")));
            };
            object.insert(key, self.value(value, element, path)?);
        }
        Ok(Value::Object(object))
    }

    fn shape(&self, name: &str) -> Result<&Shape, Fault> {
        self.model.shape(name).ok_or_else(|| Fault::internal(format!("no shape {name} in the model")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Service;
    use super::*;
    use serde_json::json;

    fn read(operation: &str, form: &[(&str, &str)]) -> Result<Value, Fault> {
        let form: Vec<_> = form.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        decode(Service::Rds.model().unwrap(), operation, &form, Strictness { unknown: Unknown::Refused, typed: true })
    }

    #[test]
    fn nested_lists_and_types_are_read_by_the_shape() {
        let read = read(
            "DescribeDBInstances",
            &[
                ("Action", "DescribeDBInstances"),
                ("Filters.Filter.1.Name", "engine"),
                ("Filters.Filter.1.Values.Value.2", "mysql"),
                ("Filters.Filter.1.Values.Value.1", "postgres"),
                ("MaxRecords", "50"),
            ],
        );
        let wanted = json!({
            "Filters": [{"Name": "engine", "Values": ["postgres", "mysql"]}], "MaxRecords": 50});
        assert_eq!(read.unwrap(), wanted);
    }

    #[test]
    fn ec2_has_names_of_its_own() {
        let form = [
            ("GroupDescription", "x"),
            ("GroupName", "a"),
            ("TagSpecification.1.ResourceType", "security-group"),
            ("TagSpecification.1.Tag.1.Key", "team"),
            ("DryRun", "true"),
        ];
        let form: Vec<_> = form.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let terms = Strictness { unknown: Unknown::Refused, typed: true };
        let read = decode(Service::Ec2.model().unwrap(), "CreateSecurityGroup", &form, terms);
        let wanted = json!({
            "Description": "x", "GroupName": "a", "DryRun": true,
            "TagSpecifications": [{"ResourceType": "security-group", "Tags": [{"Key": "team"}]}]});
        assert_eq!(read.unwrap(), wanted);
    }

    #[test]
    fn an_empty_list_is_an_empty_list() {
        let read = read("ModifyDBInstance", &[("DBInstanceIdentifier", "a"), ("VpcSecurityGroupIds", "")]);
        assert_eq!(read.unwrap()["VpcSecurityGroupIds"], json!([]));
    }

    #[test]
    fn what_the_shape_lacks_is_refused() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let table: [Row<'_>; 5] = [
            ("DescribeDBInstances", &[("Colour", "red")], "InvalidParameterValue"),
            ("DescribeDBInstances", &[("MaxRecords", "many")], "MalformedInput"),
            ("DescribeDBInstances", &[("Filters.Filter.1.Name", "engine")], "MissingParameter"),
            ("DescribeDBInstances", &[("Filters.member.1.Name", "engine")], "MalformedInput"),
            ("CreateDBSnapshot", &[("DBSnapshotIdentifier", "a")], "MissingParameter"),
        ];
        for (operation, form, code) in table {
            assert_eq!(read(operation, form).unwrap_err().code, code, "{operation} {form:?}");
        }
    }
}
