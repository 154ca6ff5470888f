//! What a session does that is started with a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::channel::{self, Habits, Preferences, Runs, SessionType};
use super::amazon::{COMMAND, FORWARDING, Forwarding, RUNNING};
use super::content::Content;
use super::preferences;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// What a session does.
pub(in super::super) struct Plan {
    pub(in super::super) kind: SessionType,
    /// Of a port.
    pub(in super::super) properties: BTreeMap<String, String>,
    pub(in super::super) runs: Runs,
    pub(in super::super) preferences: Preferences,
}

/// A caller's parameters.
type Given = serde_json::Map<String, Value>;

/// What a session does with a document and its parameters (`R-SSM-2`, `R-SSM-3`).
pub(in super::super) fn plan(scene: &Scene<'_>, habits: &Habits, name: &str, given: &Given) -> Result<Plan, Fault> {
    if let Some(document) = habits.documents.get(name) {
        return of_a_habit(scene, document, given);
    }
    if let Some(document) = scene.region.document(name) {
        let held = preferences::holds(scene, document);
        return own(scene, &held.map(|version| Content::of(&version.content)).unwrap_or_default(), given);
    }
    let preferences = preferences::of(scene, None);
    if let Some((_, kind)) = RUNNING.iter().find(|(known, _)| *known == name) {
        let wanted: &[_] = if *kind == SessionType::StandardStream { &[] } else { &[(COMMAND, None)] };
        let command = values(scene, wanted, given)?.remove(COMMAND);
        let runs = Runs { command, ..Runs::default() };
        return Ok(Plan { kind: *kind, properties: BTreeMap::new(), runs, preferences });
    }
    let found = Forwarding::named(name).or_else(|| FORWARDING.first().filter(|_| !scene.enforces("R-SSM-2")));
    let document =
        found.ok_or_else(|| Fault::new("InvalidDocument", format!("Document with name {name} does not exist.")))?;
    let mut properties = values(scene, document.parameters, given)?;
    ports(scene, &properties)?;
    if let Some(kind) = document.kind {
        properties.insert("type".to_owned(), kind.to_owned());
    }
    Ok(Plan { kind: SessionType::Port, properties, runs: Runs::default(), preferences })
}

/// What is a port has the number of one (`R-SSM-3`).
fn ports(scene: &Scene<'_>, properties: &BTreeMap<String, String>) -> Result<(), Fault> {
    let strange = properties.iter().find(|(name, value)| name.ends_with("Number") && value.parse::<u16>().is_err());
    match strange.filter(|_| scene.enforces("R-SSM-3")) {
        Some((name, value)) => Err(bad(format!("The value {value} of the parameter {name} is no port."))),
        None => Ok(()),
    }
}

/// What a document does that somebody saved (`R-DOC-18`): parameters stand in its properties in braces. Patterns of
/// parameters aren't looked at, and a shell's profile isn't run.
fn own(scene: &Scene<'_>, content: &Content, given: &Given) -> Result<Plan, Fault> {
    let usual = |name: &String| content.parameters.get(name).and_then(|one| one.default.as_ref()?.as_str());
    let wanted: Vec<_> = content.parameters.keys().map(|name| (name.as_str(), usual(name))).collect();
    let values = values(scene, &wanted, given)?;
    let kind = content.kind().unwrap_or(SessionType::StandardStream);
    let own = Some(content).filter(|_| scene.enforces("R-DOC-18"));
    let mut plan =
        Plan { kind, properties: BTreeMap::new(), runs: Runs::default(), preferences: preferences::of(scene, own) };
    let text = |of: Option<&Value>, name: &str| of?.get(name)?.as_str().map(|text| filled(text, &values));
    match kind {
        SessionType::StandardStream => {}
        SessionType::Port => {
            let all = content.properties.as_object().into_iter().flatten();
            let of = Some(&content.properties);
            plan.properties = all.filter_map(|(name, _)| Some((name.clone(), text(of, name)?))).collect();
            ports(scene, &plan.properties)?;
        }
        SessionType::InteractiveCommands | SessionType::NonInteractiveCommands => {
            let linux = content.properties.get("linux");
            let apart = linux.and_then(|linux| linux.get("separateOutputStream"));
            let apart = apart.is_some_and(|apart| *apart == Value::Bool(true) || apart == "true");
            let prefix = |name| text(linux, name).unwrap_or_default();
            plan.runs = Runs {
                command: text(linux, "commands"),
                apart: apart && kind == SessionType::NonInteractiveCommands,
                prefixes: [prefix("stdOutSeparatorPrefix"), prefix("stdErrSeparatorPrefix")],
            };
        }
    }
    Ok(plan)
}

/// A text with the values of parameters in the place of their names.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    parameters(text).into_iter().fold(text.to_owned(), |text, name| match values.get(name.trim()) {
        Some(value) => text.replace(&format!("{{{{{name}}}}}"), value),
        None => text,
    })
}

/// What a document of a habit's does: whatever stands in its commands in braces is a parameter.
fn of_a_habit(scene: &Scene<'_>, document: &channel::Document, given: &Given) -> Result<Plan, Fault> {
    let text = document.commands.as_deref();
    let wanted: Vec<_> = text.map(parameters).unwrap_or_default().into_iter().map(|name| (name, None)).collect();
    let values = values(scene, &wanted, given)?;
    let command = text.map(|text| filled(text, &values));
    let prefixes = [document.output_prefix.clone(), document.errors_prefix.clone()];
    let apart = document.separate_output_stream && document.session_type == SessionType::NonInteractiveCommands;
    let runs = Runs { command, apart, prefixes };
    let preferences = preferences::of(scene, None);
    Ok(Plan { kind: document.session_type, properties: BTreeMap::new(), runs, preferences })
}

/// The names in double braces.
fn parameters(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name).collect()
}

/// The values of a document's parameters (`R-SSM-3`).
fn values(
    scene: &Scene<'_>,
    wanted: &[(&str, Option<&str>)],
    given: &Given,
) -> Result<BTreeMap<String, String>, Fault> {
    let strange = given.keys().find(|name| wanted.iter().all(|(known, _)| known != name));
    if let Some(strange) = strange.filter(|_| scene.enforces("R-SSM-3")) {
        return Err(bad(format!("Parameter {strange} is not defined in the document.")));
    }
    let mut values = BTreeMap::new();
    for (name, usual) in wanted {
        let value = match given.get(*name) {
            Some(value) => one(name, value)?,
            None => usual.map(str::to_owned).ok_or_else(|| bad(format!("Parameter {name} is required.")))?,
        };
        values.insert((*name).to_owned(), value);
    }
    Ok(values)
}

fn bad(why: String) -> Fault {
    Fault::new("InvalidParameters", why)
}

/// Parameters are lists, here of one.
fn one(name: &str, value: &Value) -> Result<String, Fault> {
    let only = value.as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    let text = only.and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Fault::new("ValidationException", format!("Parameters.{name} is no list of one string")))
}
