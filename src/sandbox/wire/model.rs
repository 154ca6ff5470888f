//! The service models as botocore ships them, without their documentation: which operations and shapes exist.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::OnceLock;

use serde::Deserialize;

/// One service's operations and shapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) metadata: Metadata,
    pub(crate) operations: BTreeMap<String, Operation>,
    #[serde(deserialize_with = "by_name")]
    shapes: Vec<(String, Shape)>,
    /// Operations that the service has and this model doesn't describe.
    #[serde(default)]
    pub(crate) others: Vec<String>,
}

/// Shapes in the order of their names.
fn by_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Shape)>, D::Error> {
    BTreeMap::deserialize(deserializer).map(|shapes: BTreeMap<String, Shape>| shapes.into_iter().collect())
}

/// What a model says about its service as a whole.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    protocol: String,
    pub(crate) xml_namespace: Option<String>,
    pub(crate) target_prefix: Option<String>,
}

/// One operation: its input shape, its output shape and the element that wraps its result.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) input: Option<ShapeReference>,
    pub(crate) output: Option<ShapeReference>,
}

/// A shape as a member, a list's element, an input or an output refers to it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShapeReference {
    pub(crate) shape: String,
    pub(crate) location_name: Option<String>,
    query_name: Option<String>,
    pub(crate) result_wrapper: Option<String>,
    /// Where the model has the shape, found once: names are compared only when the model is read.
    #[serde(skip)]
    place: usize,
}

/// A shape, with what the codec needs of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) members: Members,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<ShapeReference>,
    #[serde(default)]
    pub(crate) flattened: bool,
    pub(crate) value: Option<ShapeReference>,
    #[serde(default, rename = "enum")]
    pub(crate) words: Vec<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) error: Option<ErrorTrait>,
    #[serde(default)]
    pub(crate) fault: bool,
    #[serde(default)]
    pub(crate) exception: bool,
}

/// The members of a structure in the model's own order.
pub(crate) type Members = Ordered;

/// A JSON object of shape references that keeps its order, and finds a member by its name.
#[derive(Debug, Default)]
pub(crate) struct Ordered(Vec<(String, ShapeReference)>, HashMap<String, usize>);

impl Ordered {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(String, ShapeReference)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&ShapeReference> {
        self.place(name).and_then(|place| self.at(place)).map(|(_, reference)| reference)
    }

    /// Where in the order a member is.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.1.get(name).copied()
    }

    pub(crate) fn at(&self, place: usize) -> Option<&(String, ShapeReference)> {
        self.0.get(place)
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
        let members = map
            .into_iter()
            .map(|(name, value)| Ok((name, serde_json::from_value(value).map_err(serde::de::Error::custom)?)))
            .collect::<Result<Vec<(String, ShapeReference)>, D::Error>>()?;
        let places = members.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        Ok(Self(members, places))
    }
}

/// The kinds of shapes that these models use.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Double,
    Float,
    Boolean,
    Timestamp,
    Blob,
}

/// How an error shape looks on the wire.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorTrait {
    pub(crate) code: Option<String>,
    pub(crate) http_status_code: Option<u16>,
}

impl ShapeReference {
    /// The name under which a request has a member: EC2 has rules of its own (`R-WIRE-9`).
    pub(crate) fn asked_as(&self, member: &str, ec2: bool) -> String {
        match (&self.query_name, &self.location_name) {
            (Some(name), _) if ec2 => name.clone(),
            (_, Some(name)) if ec2 => {
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_uppercase());
                first.into_iter().chain(letters).collect()
            }
            (_, name) => name.clone().unwrap_or_else(|| member.to_owned()),
        }
    }
}

impl Model {
    /// EC2's own form of the query protocol (`R-WIRE-9`).
    pub(crate) fn is_ec2(&self) -> bool {
        self.metadata.protocol == "ec2"
    }

    /// The shape of this name. Models refer only to shapes that they hold; a unit test walks all references.
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        let place = self.shapes.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.shapes.get(place).map(|(_, shape)| shape)
    }

    /// The shape that a reference of this model leads to.
    pub(crate) fn of(&self, reference: &ShapeReference) -> Option<&Shape> {
        self.shapes.get(reference.place).map(|(_, shape)| shape)
    }

    /// Finds the place of every reference's shape.
    fn resolve(&mut self) {
        let names: Vec<String> = self.shapes.iter().map(|(name, _)| name.clone()).collect();
        let operations =
            self.operations.values_mut().flat_map(|operation| operation.input.iter_mut().chain(&mut operation.output));
        let shapes = self.shapes.iter_mut().flat_map(|(_, shape)| {
            let members = shape.members.0.iter_mut().map(|(_, reference)| reference);
            members.chain(&mut shape.member).chain(&mut shape.value)
        });
        for reference in operations.chain(shapes) {
            reference.place = names.binary_search(&reference.shape).unwrap_or(usize::MAX);
        }
    }

    /// The code and HTTP status of each error that the model knows.
    pub(crate) fn status_of(&self, code: &str) -> Option<u16> {
        self.shapes.iter().filter(|(_, shape)| shape.exception).find_map(|(name, shape)| {
            let own = shape.error.as_ref().and_then(|error| error.code.as_deref()).unwrap_or(name);
            let usual = if shape.fault { 500 } else { 400 };
            (own == code).then(|| shape.error.as_ref().and_then(|error| error.http_status_code).unwrap_or(usual))
        })
    }
}

/// The services that the sandbox answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    /// Amazon EC2, its own query protocol.
    Ec2,
    /// AWS IAM, query protocol.
    Iam,
    /// Amazon RDS, query protocol.
    Rds,
    /// AWS KMS, JSON 1.1.
    Kms,
    /// AWS STS, query protocol.
    Sts,
    /// AWS Systems Manager, JSON 1.1.
    Ssm,
}

impl Service {
    /// The service with this name in a credential scope.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "ec2" => Some(Self::Ec2),
            "iam" => Some(Self::Iam),
            "rds" => Some(Self::Rds),
            "kms" => Some(Self::Kms),
            "sts" => Some(Self::Sts),
            "ssm" => Some(Self::Ssm),
            _ => None,
        }
    }

    /// Its model, unpacked at the first use; an error names what is wrong with the file that was built in.
    pub(crate) fn model(self) -> Result<&'static Model, String> {
        static MODELS: [OnceLock<Result<Model, String>>; 6] = [const { OnceLock::new() }; 6];
        let [ec2, iam, rds, kms, sts, ssm] = &MODELS;
        let (cell, packed): (_, &[u8]) = match self {
            Self::Ec2 => (ec2, include_bytes!("../../../fixtures/models/ec2.json.gz")),
            Self::Iam => (iam, include_bytes!("../../../fixtures/models/iam.json.gz")),
            Self::Rds => (rds, include_bytes!("../../../fixtures/models/rds.json.gz")),
            Self::Kms => (kms, include_bytes!("../../../fixtures/models/kms.json.gz")),
            Self::Sts => (sts, include_bytes!("../../../fixtures/models/sts.json.gz")),
            Self::Ssm => (ssm, include_bytes!("../../../fixtures/models/ssm.json.gz")),
        };
        cell.get_or_init(|| unpack(packed)).as_ref().map_err(Clone::clone)
    }
}

fn unpack(packed: &[u8]) -> Result<Model, String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let mut model: Model = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    model.resolve();
    Ok(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_in_every_model_leads_to_a_shape() {
        for service in [Service::Ec2, Service::Iam, Service::Rds, Service::Kms, Service::Sts, Service::Ssm] {
            let model = service.model().unwrap();
            let mut seen = 0;
            for operation in model.operations.values() {
                for reference in operation.input.iter().chain(&operation.output) {
                    assert!(model.shape(&reference.shape).is_some(), "{}", reference.shape);
                }
            }
            for (_, shape) in &model.shapes {
                let members = shape.members.iter().map(|(_, reference)| reference);
                for reference in members.chain(&shape.member).chain(&shape.value) {
                    let named = model.shape(&reference.shape).unwrap();
                    assert!(std::ptr::eq(model.of(reference).unwrap(), named), "{}", reference.shape);
                    seen += 1;
                }
            }
            assert!(seen > 60, "{service:?}: {seen}");
        }
    }

    #[test]
    fn errors_have_the_codes_and_statuses_of_the_model() {
        let rds = Service::Rds.model().unwrap();
        assert_eq!(rds.status_of("DBInstanceNotFound"), Some(404));
        assert_eq!(rds.status_of("KMSKeyNotAccessibleFault"), Some(400));
        assert_eq!(rds.status_of("DBInstanceNotFoundFault"), None);
        assert_eq!(Service::Kms.model().unwrap().status_of("NotFoundException"), Some(400));
    }
}
