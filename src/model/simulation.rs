//! What IAM says that somebody may do, without doing it.

/// Who is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A user, by ARN.
    User {
        /// The ARN.
        arn: String,
        /// The user's name, which names of sessions begin with.
        name: String,
    },
    /// A role that somebody has taken on: the ARN of a session doesn't tell the role's path.
    Role {
        /// The role's ARN, if it has no path.
        arn: String,
        /// The role's name.
        role: String,
        /// The session's name, which names of Session Manager's sessions begin with.
        name: String,
    },
    /// Nobody whose policies can be simulated; why.
    Other(String),
}

impl Principal {
    /// Who a caller is, by the ARN that STS names.
    #[must_use]
    pub fn of(arn: &str) -> Self {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, _, account, resource] = parts[..] else {
            return Self::Other(format!("{arn} is no ARN of somebody"));
        };
        match (service, resource.split('/').collect::<Vec<_>>().as_slice()) {
            ("iam", ["user", .., name]) => Self::User { arn: arn.to_owned(), name: (*name).to_owned() },
            ("sts", ["assumed-role", role, name]) => Self::Role {
                arn: format!("arn:{partition}:iam::{account}:role/{role}"),
                role: (*role).to_owned(),
                name: (*name).to_owned(),
            },
            ("iam", ["root"]) => {
                Self::Other("the account's root is asked, whom no policy of IAM binds: it can't be simulated".into())
            }
            _ => Self::Other(format!("{arn} is neither a user nor a role, and others can't be simulated")),
        }
    }
}

/// IAM's word on one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// `service:Action`
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// `allowed`, `implicitDeny` or `explicitDeny`
    pub decision: String,
    /// Keys of conditions that the simulation had no values for.
    pub missing: Vec<String>,
}

impl Simulated {
    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == "allowed"
    }
}

/// What a simulation is told of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// `service:Action`, each once.
    pub actions: Vec<String>,
    /// Values of keys of conditions.
    pub context: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_a_role_is_a_role() {
        let user = |arn: &str, name: &str| Principal::User { arn: arn.into(), name: name.into() };
        let table = [
            ("arn:aws:iam::111122223333:user/alice", user("arn:aws:iam::111122223333:user/alice", "alice")),
            ("arn:aws:iam::111122223333:user/team/alice", user("arn:aws:iam::111122223333:user/team/alice", "alice")),
            (
                "arn:aws-cn:sts::111122223333:assumed-role/admin/alice@example.com",
                Principal::Role {
                    arn: "arn:aws-cn:iam::111122223333:role/admin".into(),
                    role: "admin".into(),
                    name: "alice@example.com".into(),
                },
            ),
        ];
        for (arn, expected) in table {
            assert_eq!(Principal::of(arn), expected, "{arn}");
        }
        for arn in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:sts::111122223333:federated-user/alice",
            "alice",
            "",
            "arn:aws:sts::111122223333:assumed-role/admin",
        ] {
            assert!(matches!(Principal::of(arn), Principal::Other(_)), "{arn}");
        }
    }
}
