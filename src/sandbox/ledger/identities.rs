//! Rules about roles and instance profiles, and about public parameters.

use super::Rule;

const CONSISTENCY: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html on eventual consistency; how long unproven: switch roles_show_after";

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-IAM-1",
        rule: "Roles and profiles are the account's, in all its Regions",
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction.html",
        place: "world/birth.rs",
        scenario: "machines_of_all_regions_have_them",
    },
    Rule {
        id: "R-IAM-2",
        rule: "A name of a role or a profile is there once, whatever the case of its letters: EntityAlreadyExists",
        source: "iam CreateRole.RoleName",
        place: "iam/roles.rs",
        scenario: "names_are_there_once",
    },
    Rule {
        id: "R-IAM-3",
        rule: "A role with policies or in a profile can't be deleted, nor a profile with a role: DeleteConflict",
        source: "iam DeleteRole, DeleteInstanceProfile; the sentences as other tools quote them",
        place: "iam/roles.rs",
        scenario: "what_is_in_use_stays",
    },
    Rule {
        id: "R-IAM-4",
        rule: "Only a policy that exists is attached, and only one that is attached is detached: NoSuchEntity",
        source: "errors of AttachRolePolicy and DetachRolePolicy",
        place: "iam/policies.rs",
        scenario: "policies_have_to_exist",
    },
    Rule {
        id: "R-IAM-5",
        rule: "A profile has one role: LimitExceeded",
        source: "iam AddRoleToInstanceProfile",
        place: "iam/profiles.rs",
        scenario: "a_profile_has_one_role",
    },
    Rule {
        id: "R-IAM-6",
        rule: "AWS's policy for machines allows what its page says",
        source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html",
        place: "iam/policies.rs",
        scenario: "the_policy_says_what_it_allows",
    },
    Rule {
        id: "R-IAM-7",
        rule: "Documents of policies come URL-encoded",
        source: "iam GetRole, GetPolicyVersion; answers of AWS recorded by other tools' test suites",
        place: "iam/mod.rs",
        scenario: "documents_are_encoded",
    },
    Rule {
        id: "R-IAM-8",
        rule: "A new role may not be found at once",
        source: CONSISTENCY,
        place: "iam/roles.rs",
        scenario: "new_roles_show_late",
    },
    Rule {
        id: "R-PARAM-1",
        rule: "Public parameters name the newest image of Amazon Linux 2023 for each architecture",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html",
        place: "ssm/parameters.rs",
        scenario: "the_newest_image_has_a_parameter",
    },
];
