//! Membership in an Active Directory, AWS's own or a self-managed one.

use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::settings::DomainMembership;

/// The members of a call that name a directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) domain: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) secret: Option<String>,
    pub(crate) addresses: Option<Vec<String>>,
}

impl Directory {
    fn own(&self) -> [bool; 4] {
        [self.name.is_some(), self.unit.is_some(), self.secret.is_some(), self.addresses.is_some()]
    }

    /// Whether a call says anything of a directory to be in.
    fn is_asked(&self) -> bool {
        self.domain.is_some() || self.own().contains(&true)
    }
}

/// The membership that a call asks for, checked: which engines can have one (`R-DOM-1`), what goes together
/// (`R-DOM-2`), and that a directory of AWS's is one (`R-DOM-5`).
pub(crate) fn asked(
    switches: &Switches,
    engine: &str,
    directory: &Directory,
) -> Result<Option<DomainMembership>, Fault> {
    if directory.role.is_some() && directory.domain.is_none() && switches.enforces("R-DOM-2") {
        return Err(Fault::combination("DomainIAMRoleName can be specified only with Domain."));
    }
    if !directory.is_asked() {
        return Ok(None);
    }
    let known = ["db2", "mysql", "oracle", "postgres", "sqlserver"].iter().any(|known| engine.starts_with(known));
    if !known && switches.enforces("R-DOM-1") {
        return Err(Fault::combination(format!("{engine} can't be a member of an Active Directory.")));
    }
    if switches.enforces("R-DOM-2") {
        together(directory)?;
    }
    let well_formed = |id: &String| {
        let digits = id.strip_prefix("d-").unwrap_or_default();
        digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if let Some(id) = directory.domain.as_ref().filter(|id| !well_formed(id) && switches.enforces("R-DOM-5")) {
        return Err(Fault::new("DomainNotFoundFault", format!("Domain {id} doesn't exist.")));
    }
    Ok(Some(DomainMembership {
        domain: directory.domain.clone(),
        status: String::new(),
        name: directory.name.clone(),
        role: directory.role.clone(),
        unit: directory.unit.clone(),
        secret: directory.secret.clone(),
        addresses: directory.addresses.clone().unwrap_or_default(),
    }))
}

/// A directory and its role; or all four members of a self-managed one, with two addresses. Not both (`R-DOM-2`).
fn together(directory: &Directory) -> Result<(), Fault> {
    let own = directory.own();
    if directory.domain.is_some() && own.contains(&true) {
        return Err(Fault::combination("You can't specify a Domain together with a self-managed Active Directory."));
    }
    if directory.domain.is_some() && directory.role.is_none() {
        return Err(Fault::combination("DomainIAMRoleName must be specified with Domain."));
    }
    if directory.domain.is_none() {
        if own.contains(&false) {
            return Err(Fault::combination(
                "DomainFqdn, DomainOu, DomainAuthSecretArn and DomainDnsIps must be specified together.",
            ));
        }
        if directory.addresses.as_ref().is_some_and(|addresses| addresses.len() != 2) {
            return Err(Fault::value("DomainDnsIps must hold two IP addresses."));
        }
    }
    Ok(())
}

/// A stage of membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The instance isn't up yet.
    Awaited,
    /// It waits for the maintenance window.
    AwaitsWindow,
    /// It is under way.
    Begun,
    /// The instance is a member.
    Done,
}

/// AWS's word for a stage. SQL Server and Db2 join a domain; the others turn Kerberos on (`R-DOM-3`).
pub(crate) fn word(switches: &Switches, engine: &str, stage: Stage) -> &'static str {
    let joins = engine.starts_with("sqlserver") || engine.starts_with("db2") || !switches.kerberos_has_its_own_words;
    match (stage, joins) {
        // Without the rule a member is one at once.
        (Stage::Awaited | Stage::AwaitsWindow | Stage::Begun, joins) if !switches.enforces("R-DOM-3") => {
            if joins {
                "joined"
            } else {
                "kerberos-enabled"
            }
        }
        // A role or a network that won't do (`R-DOM-4`).
        (Stage::Done, _) if switches.domain_joins_fail && switches.enforces("R-DOM-4") => "failed",
        (Stage::Awaited, true) => "pending-join",
        (Stage::AwaitsWindow, true) => "pending-maintenance-join",
        (Stage::Begun, true) => "joining",
        (Stage::Done, true) => "joined",
        (Stage::Awaited, false) => "pending-enable-kerberos",
        (Stage::AwaitsWindow, false) => "pending-maintenance-enable-kerberos",
        (Stage::Begun, false) => "enabling-kerberos",
        (Stage::Done, false) => "kerberos-enabled",
    }
}
