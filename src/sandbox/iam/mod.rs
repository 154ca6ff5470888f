//! IAM as far as machines have roles: roles, their policies, and instance profiles. One for all Regions (`R-IAM-1`).
//!
//! | file | question it answers |
//! |---|---|
//! | `roles` | which roles are there, and how do they come and go? |
//! | `policies` | what does a role allow? |
//! | `profiles` | how does a machine get a role? |
//! | `simulation` | what would somebody be denied? |

mod policies;
mod profiles;
mod roles;
mod simulation;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::misbehaviour::Orders;
use super::rds::input::read;
use super::respond::Call;
use super::switches::Switches;
use super::wire::fault::Fault;
use super::world::Tag;
use super::world::iam::Iam;
use super::world::ids::Ids;

/// What one request to IAM works on.
pub(crate) struct Desk<'a> {
    pub(crate) iam: &'a mut Iam,
    pub(crate) ids: &'a mut Ids,
    pub(crate) now: Timestamp,
    pub(crate) switches: &'a Switches,
    /// What is to go wrong with calls to come.
    pub(crate) orders: &'a Orders,
    pub(crate) call: &'a Call,
}

impl Desk<'_> {
    fn enforces(&self, rule: &str) -> bool {
        self.switches.enforces(rule)
    }
}

/// Answers one operation of IAM.
pub(crate) fn answer(desk: &mut Desk<'_>, input: Value) -> Result<Value, Fault> {
    match desk.call.operation.as_str() {
        "CreateRole" => roles::create(desk, read(input)?),
        "GetRole" => roles::get(desk, &read(input)?),
        "DeleteRole" => roles::delete(desk, &read(input)?),
        "TagRole" => roles::tag(desk, &read(input)?),
        "AttachRolePolicy" => policies::attach(desk, &read(input)?),
        "DetachRolePolicy" => policies::detach(desk, &read(input)?),
        "ListAttachedRolePolicies" => policies::attached(desk, &read(input)?),
        "PutRolePolicy" => policies::put(desk, &read(input)?),
        "GetRolePolicy" => policies::inline(desk, &read(input)?),
        "ListRolePolicies" => policies::inlines(desk, &read(input)?),
        "DeleteRolePolicy" => policies::remove(desk, &read(input)?),
        "GetPolicy" => policies::managed(&read(input)?),
        "GetPolicyVersion" => policies::version(desk, &read(input)?),
        "CreateInstanceProfile" => profiles::create(desk, read(input)?),
        "GetInstanceProfile" => profiles::get(desk, &read(input)?),
        "DeleteInstanceProfile" => profiles::delete(desk, &read(input)?),
        "TagInstanceProfile" => profiles::tag(desk, &read(input)?),
        "AddRoleToInstanceProfile" => profiles::add_role(desk, &read(input)?),
        "RemoveRoleFromInstanceProfile" => profiles::remove_role(desk, &read(input)?),
        "ListInstanceProfiles" => Ok(profiles::list(desk)),
        "ListInstanceProfilesForRole" => profiles::of_role(desk, &read(input)?),
        "SimulatePrincipalPolicy" => simulation::answer(desk, &read(input)?),
        other => Err(Fault::not_imitated(&format!("the operation {other} of IAM"))),
    }
}

/// A list that is short enough for one page.
fn page(member: &str, rows: &[Value]) -> Value {
    json!({member: rows, "IsTruncated": false})
}

/// Nothing but that it happened.
fn done() -> Value {
    json!({})
}

fn missing(what: String) -> Fault {
    Fault::new("NoSuchEntity", what)
}

/// A document as IAM's answers have it (`R-IAM-7`).
fn encoded(desk: &Desk<'_>, document: &str) -> String {
    if !desk.enforces("R-IAM-7") {
        return document.to_owned();
    }
    let text: String = form_urlencoded::byte_serialize(document.as_bytes()).collect();
    text.replace('+', "%20").replace('*', "%2A")
}

/// Tags with others added: a key that exists gets the new value.
fn merged(mut tags: Vec<Tag>, more: &[Tag]) -> Vec<Tag> {
    for tag in more {
        match tags.iter_mut().find(|old| old.key == tag.key) {
            Some(old) => old.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
    tags
}
