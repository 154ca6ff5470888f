//! What AWS shows of the parts: one look, asked for what is ours.

use super::{OwnGroup, Recipe, SubnetReference, part::GroupReference};
use crate::model::{Machine, OwnRole, RouteTable, SecurityGroup, Subnet, VpcEndpoint};

pub use crate::model::AccessSeen as Seen;

impl Seen {
    /// The subnet of ours with these addresses, whoever made it.
    pub(super) fn with_cidr(&self, cidr: &str) -> Option<&Subnet> {
        self.subnets.iter().find(|subnet| subnet.cidrs.iter().any(|it| it == cidr))
    }

    /// The id of a subnet.
    pub(super) fn subnet_id(&self, recipe: &Recipe, reference: &SubnetReference) -> Option<String> {
        match reference {
            SubnetReference::There(id) => Some(id.clone()),
            SubnetReference::Own(cidr) => {
                self.with_cidr(cidr).filter(|it| recipe.owns(&it.tags)).map(|it| it.id.clone())
            }
        }
    }

    /// A group of our name, whoever made it.
    pub(super) fn group_named(&self, recipe: &Recipe, own: OwnGroup) -> Option<&SecurityGroup> {
        let name = recipe.name(own.kind());
        self.groups.iter().find(|group| group.name == name)
    }

    /// A group, if it is there, and is ours where it should be.
    pub(super) fn group(&self, recipe: &Recipe, reference: &GroupReference) -> Option<&SecurityGroup> {
        match reference {
            GroupReference::There(id) => self.groups.iter().find(|group| group.id == *id),
            GroupReference::Own(own) => self.group_named(recipe, *own).filter(|it| recipe.owns(&it.tags)),
        }
    }

    /// Our route table: of twins, which a lost answer can leave, the one that a subnet follows, and the same at every look.
    pub(super) fn table(&self, recipe: &Recipe) -> Option<&RouteTable> {
        let own = self.route_tables.iter().filter(|table| recipe.owns(&table.tags));
        own.min_by_key(|table| (table.associations.is_empty(), &table.id))
    }

    /// The role, where it is ours.
    pub(super) fn own_role(&self, recipe: &Recipe) -> Option<&OwnRole> {
        self.role.as_ref().filter(|role| recipe.owns(&role.tags))
    }

    /// Our endpoint for a service, if it isn't gone.
    pub(super) fn endpoint(&self, recipe: &Recipe, service: &str) -> Option<&VpcEndpoint> {
        let is_gone = |it: &VpcEndpoint| it.state.as_deref().is_some_and(|state| state.eq_ignore_ascii_case("deleted"));
        let mut ours = self.endpoints.iter().filter(|it| it.service_word() == service && recipe.owns(&it.tags));
        ours.find(|it| !is_gone(it))
    }

    /// Our machine, if it isn't gone.
    pub(super) fn bastion(&self, recipe: &Recipe) -> Option<&Machine> {
        let is_gone = |it: &Machine| it.state.as_deref() == Some("terminated");
        self.machines.iter().find(|it| recipe.owns(&it.tags) && !is_gone(it))
    }
}
