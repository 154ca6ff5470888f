//! What sessions of Session Manager need.

use crate::{
    model::PREFERENCES,
    policy::{
        option::With,
        permission::{Given, Permission, Resource},
    },
};

/// A row on no condition.
const fn on(
    sid: &'static str,
    actions: &'static [&'static str],
    on: &'static [Resource],
    when: Option<With>,
) -> Permission {
    Permission { sid, actions, on, given: Given::Nothing, when }
}

const EVERYTHING: &[Resource] = &[Resource::Everything];

/// What finds the machine that a database is reached through.
const FIND: &[&str] = &[
    "rds:DescribeDBInstances",
    "ec2:DescribeInstances",
    "ec2:DescribeSecurityGroups",
    "ssm:DescribeInstanceInformation",
];

/// Whether that machine is connected right now.
const STANDING: Permission = on("OptionalStandingOfTheAgent", &["ssm:GetConnectionStatus"], &[Resource::Bastion], None);

/// Sessions that one has begun oneself; nothing is asked of others'.
pub(super) const OWN: &[Permission] = &[
    Permission {
        sid: "OwnSessions",
        actions: &["ssm:ResumeSession", "ssm:TerminateSession"],
        on: &[Resource::Sessions],
        given: Given::OwnSession,
        when: None,
    },
    // AWS's samples show session ARNs with ${aws:userid} here; its reference knows no resource of this action, and then an
    // ARN would match nothing.
    on("OwnDataChannels", &["ssmmessages:OpenDataChannel"], EVERYTHING, None),
];

/// `tunnel`
pub(super) const TUNNEL: &[Permission] = &[
    on("FindDatabaseAndBastion", FIND, EVERYTHING, None),
    on("FindCluster", &["rds:DescribeDBClusters"], EVERYTHING, Some(With::Cluster)),
    STANDING,
    Permission {
        sid: "StartSessionsForPorts",
        actions: &["ssm:StartSession"],
        on: &[Resource::Bastion, Resource::Document("AWS-StartPortForwardingSessionToRemoteHost")],
        given: Given::DocumentIsChecked,
        when: None,
    },
    Permission {
        sid: "StartSessionsForOwnPorts",
        actions: &["ssm:StartSession"],
        on: &[Resource::Document("AWS-StartPortForwardingSession")],
        given: Given::DocumentIsChecked,
        when: Some(With::Itself),
    },
    on("LogInByIam", &["rds-db:connect"], &[Resource::DatabaseUsers], Some(With::IamAuth)),
    on("ReadTheSecret", &["secretsmanager:GetSecretValue"], &[Resource::Secrets], Some(With::Secret)),
    // Secrets under AWS's own key need no more; unverified for others that it is asked in the caller's name.
    on("DecryptTheSecret", &["kms:Decrypt"], &[Resource::AnyKey], Some(With::Secret)),
];

/// `access shell`
pub(super) const SHELL: &[Permission] = &[
    on("FindBastion", FIND, EVERYTHING, None),
    STANDING,
    on("OptionalPreferences", &["ssm:GetDocument"], &[Resource::ShellDocument, Resource::Document(PREFERENCES)], None),
    Permission {
        sid: "StartShells",
        actions: &["ssm:StartSession"],
        on: &[
            Resource::Bastion,
            Resource::ShellDocument,
            // One command without a terminal: `-- COMMAND`.
            Resource::Document("AWS-StartNonInteractiveCommand"),
        ],
        given: Given::DocumentIsChecked,
        when: None,
    },
    // The client asks for the key's copy, the agent decrypts it.
    on("EncryptShells", &["kms:GenerateDataKey"], &[Resource::Key], Some(With::Kms)),
];

/// `access sessions`, which may also end sessions of others.
pub(super) const RECORDS: &[Permission] = &[
    on("ListSessions", &["ssm:DescribeSessions"], EVERYTHING, None),
    on("EndSessions", &["ssm:TerminateSession"], &[Resource::Sessions], Some(With::End)),
];
