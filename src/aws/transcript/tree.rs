//! Masking of whole requests and answers, in the forms that AWS speaks: a form, JSON, XML.

use quick_xml::{
    Reader, Writer,
    events::{BytesText, Event},
};
use serde_json::{Map, Value};

use super::{
    mask::Masker,
    names::{Kind, LABELS, VALUES, kind, plain},
};

/// Masks a tree of JSON; `name` is the member that it is.
pub(super) fn json(masker: &mut Masker, name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(masker.member(name, text)),
        Value::Array(all) => all.iter().map(|value| json(masker, name, value)).collect(),
        Value::Object(members) => Value::Object(object(masker, members)),
        // A secret number is one as well.
        Value::Number(number) if kind(name) == Kind::Secret => Value::String(masker.member(name, &number.to_string())),
        Value::Number(number) if number.to_string().len() == 12 => {
            let text = masker.text(&number.to_string());
            text.parse().map_or_else(|_| Value::String(text), |number: u64| number.into())
        }
        other => other.clone(),
    }
}

fn object(masker: &mut Masker, members: &Map<String, Value>) -> Map<String, Value> {
    let label = members.iter().find_map(|(name, value)| is_one(&LABELS, name).then(|| value.as_str()).flatten());
    let about = label.filter(|label| kind(label) == Kind::Secret);
    let shown = members.iter().map(|(name, value)| {
        let as_what = about.filter(|_| is_one(&VALUES, name)).unwrap_or(name);
        // Keys are names, too: of somebody's tags, for example.
        (masker.text(name), json(masker, as_what, value))
    });
    shown.collect()
}

/// The parameters of a call in a form: each with its name, masked. Action and version aren't parameters.
pub(super) fn form(masker: &mut Masker, body: &[u8]) -> Map<String, Value> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let label_of = |front: &str| {
        let mut labels = pairs.iter().filter(|(name, _)| {
            name.rsplit_once('.').is_some_and(|(other, last)| other == front && is_one(&LABELS, last))
        });
        labels.next().map(|(_, label)| label.clone())
    };
    let shown = pairs.iter().filter(|(name, _)| name != "Action" && name != "Version" && !name.starts_with("X-Amz-"));
    shown
        .map(|(name, value)| {
            let (front, last) = name.rsplit_once('.').unwrap_or(("", name));
            // A list's members have numbers: the list's own name counts.
            let own = name.rsplit('.').find(|part| !is_of_a_list(part)).unwrap_or(last);
            let label = label_of(front).filter(|label| is_one(&VALUES, last) && kind(label) == Kind::Secret);
            (masker.text(name), Value::String(masker.member(label.as_deref().unwrap_or(own), value)))
        })
        .collect()
}

/// Masks an answer in XML and leaves all else as it is. Nothing where it is no XML.
pub(super) fn xml(masker: &mut Masker, text: &str) -> Option<String> {
    if !text.trim_start().starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::new());
    // Each open element's name, and the label that stood in it.
    let mut open: Vec<(String, Option<String>)> = Vec::new();
    let mut held = String::new();
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Text(part) => held.push_str(part),
            Event::CData(part) => held.push_str(part),
            Event::GeneralRef(part) => held.push_str(&referred(part)?),
            _ => {
                flush(masker, &mut writer, &mut open, &mut held)?;
                match &event {
                    Event::Start(start) => {
                        open.push((start.local_name().as_ref().to_owned(), None));
                    }
                    Event::End(_) => drop(open.pop()),
                    // A comment could hold anything.
                    Event::Comment(_) | Event::PI(_) => continue,
                    Event::Eof => break,
                    _ => {}
                }
                writer.write_event(event).ok()?;
            }
        }
    }
    String::from_utf8(writer.into_inner()).ok().filter(|_| open.is_empty())
}

/// Writes the text that has come together, masked.
fn flush(
    masker: &mut Masker,
    writer: &mut Writer<Vec<u8>>,
    open: &mut [(String, Option<String>)],
    held: &mut String,
) -> Option<()> {
    let text = std::mem::take(held);
    if text.is_empty() {
        return Some(());
    }
    let own = open.iter().rev().map(|(name, _)| name.as_str()).find(|name| !is_of_a_list(name)).unwrap_or_default();
    let own = own.to_owned();
    let parent = open.len().checked_sub(2).and_then(|at| open.get_mut(at));
    let mut label = None;
    if let Some((_, of_parent)) = parent {
        if is_one(&LABELS, &own) {
            *of_parent = Some(text.clone());
        }
        label = of_parent.clone().filter(|label| is_one(&VALUES, &own) && kind(label) == Kind::Secret);
    }
    let blank = text.trim().is_empty();
    let shown = if blank { text } else { masker.member(label.as_deref().unwrap_or(&own), &text) };
    writer.write_event(Event::Text(BytesText::new(&shown))).ok()
}

/// What `&amp;` and its like stand for.
fn referred(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter.to_string());
    }

    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}

fn is_one(names: &[&str], name: &str) -> bool {
    names.contains(&plain(name).as_str())
}

fn is_of_a_list(part: &str) -> bool {
    matches!(part, "member" | "item") || part.parse::<u32>().is_ok()
}
