//! What AWS's refusals mean, by their codes.
//!
//! AWS is not consistent about the suffix `Fault`, so codes are compared without it.

/// What a refusal asks of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The resource isn't in a state that allows it, which passes.
    Busy,
    /// AWS knows nothing of that name: it was removed meanwhile, or isn't known everywhere yet.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// AWS has no machine or no storage to give just now.
    Capacity,
    /// A quota of the account is used up; its name as `DescribeAccountAttributes` has it.
    Quota(&'static str),
    /// The caller isn't allowed to.
    Denied,
    /// The credentials don't hold, or not any more.
    Credentials,
    /// RDS can't use the key, for a reason that AWS doesn't tell.
    KeyNotAccessible,
    /// Anything else: AWS's sentence says it.
    Other,
}

/// AWS's codes for credentials that no longer hold, or never did.
const CREDENTIALS: [&str; 8] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
    "IncompleteSignature",
];

impl Refusal {
    /// Sorts AWS's code.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if CREDENTIALS.contains(&code) {
            return Self::Credentials;
        }
        match code.strip_suffix("Fault").unwrap_or(code) {
            code if code.starts_with("AccessDenied") => Self::Denied,
            "UnauthorizedOperation" | "NotAuthorized" => Self::Denied,
            "InvalidDBInstanceState" | "InvalidDBSnapshotState" | "DependencyViolation" => Self::Busy,
            "DBInstanceNotFound" | "DBSnapshotNotFound" | "InvalidGroup.NotFound" => Self::NotFound,
            "InvalidGroup.Duplicate" | "InvalidPermission.Duplicate" => Self::AlreadyExists,
            // What was to be taken out isn't there.
            "InvalidPermission.NotFound" => Self::AlreadyExists,
            code if code.ends_with("AlreadyExists") => Self::AlreadyExists,
            "InsufficientDBInstanceCapacity"
            | "InsufficientStorageClusterCapacity"
            | "ProvisionedIopsNotAvailableInAZ" => Self::Capacity,
            "SnapshotQuotaExceeded" => Self::Quota("ManualSnapshots"),
            "InstanceQuotaExceeded" => Self::Quota("DBInstances"),
            "StorageQuotaExceeded" => Self::Quota("AllocatedStorage"),
            "KMSKeyNotAccessible" => Self::KeyNotAccessible,
            _ => Self::Other,
        }
    }
}

/// What AWS's sentence says of a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial<'a> {
    /// The action that is denied, which needn't be the one that was asked for: `rds:AddTagsToResource`.
    pub action: Option<&'a str>,
    /// What denies it explicitly: `service control policy`. Nothing where it is merely not allowed.
    pub explicitly_by: Option<&'a str>,
}

impl<'a> Denial<'a> {
    /// Reads AWS's sentence: `User: … is not authorized to perform: ACTION on resource: … with an explicit deny in
    /// a service control policy`.
    #[must_use]
    pub fn of(message: &'a str) -> Self {
        let action = message.split_once("not authorized to perform: ").map(|(_, rest)| {
            let end = rest.find(|letter: char| letter.is_whitespace() || letter == ',').unwrap_or(rest.len());
            rest.get(..end).unwrap_or(rest).trim_end_matches('.')
        });
        let explicitly_by = message.split_once("explicit deny in a").map(|(_, rest)| {
            let rest = rest.strip_prefix('n').unwrap_or(rest).trim_start();
            let end = rest.find([':', '.', ',', ';']).unwrap_or(rest.len());
            rest.get(..end).unwrap_or(rest).trim()
        });
        Self { action: action.filter(|action| action.contains(':')), explicitly_by }
    }

    /// What has to be allowed, and by whom: half a sentence.
    #[must_use]
    pub fn how_to_allow(&self, asked: &str) -> String {
        let action = self.action.unwrap_or(asked);
        match self.explicitly_by {
            Some(by) if self.is_by_the_organization() => {
                format!("{action} is denied by an organization's policy ({by}): ask whoever runs the organization")
            }
            Some(by) => format!("{action} is denied explicitly, by an {by}: take that out"),
            None => format!("allow {action} for this caller"),
        }
    }

    /// Whether nobody in this account can allow it.
    #[must_use]
    pub fn is_by_the_organization(&self) -> bool {
        self.explicitly_by.is_some_and(|by| by.contains("control policy"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_with_and_without_their_suffix() {
        let table = [
            ("InvalidDBInstanceState", Refusal::Busy),
            ("InvalidDBInstanceStateFault", Refusal::Busy),
            ("InvalidDBSnapshotState", Refusal::Busy),
            ("DBSnapshotNotFound", Refusal::NotFound),
            ("DBSnapshotNotFoundFault", Refusal::NotFound),
            ("DBInstanceAlreadyExists", Refusal::AlreadyExists),
            ("DBSnapshotAlreadyExistsFault", Refusal::AlreadyExists),
            ("InsufficientDBInstanceCapacity", Refusal::Capacity),
            ("ProvisionedIopsNotAvailableInAZFault", Refusal::Capacity),
            ("SnapshotQuotaExceeded", Refusal::Quota("ManualSnapshots")),
            ("InstanceQuotaExceeded", Refusal::Quota("DBInstances")),
            ("StorageQuotaExceededFault", Refusal::Quota("AllocatedStorage")),
            ("AccessDenied", Refusal::Denied),
            ("AccessDeniedException", Refusal::Denied),
            ("ExpiredToken", Refusal::Credentials),
            ("KMSKeyNotAccessibleFault", Refusal::KeyNotAccessible),
            ("InvalidSubnet", Refusal::Other),
            ("DBSubnetGroupNotFoundFault", Refusal::Other),
            ("", Refusal::Other),
        ];
        for (code, expected) in table {
            assert_eq!(Refusal::of(code), expected, "{code}");
        }
    }

    #[test]
    fn a_denial_names_its_action_and_who_denies() {
        let user = "User: arn:aws:sts::000000000000:assumed-role/ops/ada is not authorized to perform:";
        let on = "on resource: arn:aws:rds:eu-west-2:000000000000:snapshot:orders";
        let table = [
            (format!("{user} rds:CopyDBSnapshot"), Some("rds:CopyDBSnapshot"), None, false),
            (
                format!("{user} rds:AddTagsToResource {on} because no identity-based policy allows the action"),
                Some("rds:AddTagsToResource"),
                None,
                false,
            ),
            (
                format!("{user} rds:CopyDBSnapshot {on} with an explicit deny in a service control policy"),
                Some("rds:CopyDBSnapshot"),
                Some("service control policy"),
                true,
            ),
            (
                format!(
                    "{user} kms:CreateGrant {on} with an explicit deny in an identity-based policy: arn:aws:iam::1:p"
                ),
                Some("kms:CreateGrant"),
                Some("identity-based policy"),
                false,
            ),
            ("HTTP 403".into(), None, None, false),
            (String::new(), None, None, false),
        ];
        for (message, action, explicitly_by, organization) in table {
            let denial = Denial::of(&message);
            assert_eq!(denial, Denial { action, explicitly_by }, "{message}");
            assert_eq!(denial.is_by_the_organization(), organization, "{message}");
        }
    }
}
