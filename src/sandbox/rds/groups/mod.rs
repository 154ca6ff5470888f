//! Groups: made, described, changed, removed.

pub(crate) mod bound;
pub(crate) mod kinds;
pub(crate) mod options;
pub(crate) mod parameters;
pub(crate) mod subnets;

use serde::Deserialize;

use super::input::Filter;

/// What describing groups takes: a name, a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Groups {
    #[serde(alias = "DBParameterGroupName", alias = "OptionGroupName", alias = "DBSubnetGroupName", rename = "Name")]
    pub(super) name: Option<String>,
    pub(super) engine_name: Option<String>,
    pub(super) major_engine_version: Option<String>,
    pub(super) source: Option<String>,
    #[serde(rename = "Filters")]
    pub(super) _filters: Option<Vec<Filter>>,
    pub(super) max_records: Option<i64>,
    pub(super) marker: Option<String>,
}

/// What removing a group takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupName {
    #[serde(alias = "DBParameterGroupName", alias = "OptionGroupName", alias = "DBSubnetGroupName")]
    pub(super) name: String,
}
