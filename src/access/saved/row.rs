//! Members of a row, each as it is or absent. What has a strange type counts as absent.

use serde_json::Value;

use crate::model::Tags;

pub(super) fn text(row: &Value, path: &str) -> Option<String> {
    let held = path.split('.').try_fold(row, |value, part| value.get(part))?;
    held.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn flag(row: &Value, path: &str) -> Option<bool> {
    path.split('.').try_fold(row, |value, part| value.get(part))?.as_bool()
}

pub(super) fn number(row: &Value, path: &str) -> Option<i32> {
    let held = path.split('.').try_fold(row, |value, part| value.get(part))?;
    i32::try_from(held.as_i64()?).ok()
}

/// The elements of a list; none where there is no list.
pub(super) fn list<'a>(row: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    row.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A member of each element of a list.
pub(super) fn each(row: &Value, name: &str, member: &str) -> Vec<String> {
    list(row, name).filter_map(|element| text(element, member)).collect()
}

/// A list of texts.
pub(super) fn texts(row: &Value, name: &str) -> Vec<String> {
    list(row, name).filter_map(|element| element.as_str().map(str::to_owned)).collect()
}

pub(super) fn tags(row: &Value) -> Tags {
    list(row, "Tags").filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value").unwrap_or_default()))).collect()
}
