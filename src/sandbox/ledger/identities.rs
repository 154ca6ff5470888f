//! Rules about roles and instance profiles, and about public parameters.

use super::Rule;

const CONSISTENCY: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html on eventual consistency; how long unproven: switch roles_show_after";

const SIMULATED: &str = "seen: https://github.com/newrelic/newrelic-lambda-cli/issues/96, https://github.com/aws-containers/amazon-ecs-exec-checker/pull/10";

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
        id: "R-SIM-1",
        rule: "A simulation has one result for each action; what holds for each resource is inside of it, and its own name is a template's",
        source: "iam EvaluationResult, EvaluationResult.EvalResourceName; the variables in the template unproven; before it was one for each resource: switch simulations_repeat",
        place: "iam/simulation.rs",
        scenario: "an_action_is_answered_once",
    },
    Rule {
        id: "R-SIM-2",
        rule: "A simulation says of each action what the next call would: where an order stands, implicitDeny, or explicitDeny where its sentence says so; else allowed",
        source: "iam SimulatePrincipalPolicy, PolicyEvaluationDecisionType; that orders stand for policies is the sandbox's own",
        place: "iam/simulation.rs",
        scenario: "simulations_know_what_is_denied",
    },
    Rule {
        id: "R-SIM-3",
        rule: "What the organization denies isn't AllowedByOrganizations, and is an implicitDeny",
        source: "iam OrganizationsDecisionDetail; seen: https://github.com/aws-containers/amazon-ecs-exec-checker/issues/70, https://github.com/aws/aws-sdk/issues/102; of a statement that denies unproven: switch organizations_deny_explicitly",
        place: "iam/simulation.rs",
        scenario: "simulations_name_the_organization",
    },
    Rule {
        id: "R-SIM-4",
        rule: "Only users, groups and roles are simulated, no sessions of roles: InvalidInput",
        source: SIMULATED,
        place: "iam/simulation.rs",
        scenario: "sessions_are_not_simulated",
    },
    Rule {
        id: "R-SIM-5",
        rule: "Who is simulated has to be there: NoSuchEntity",
        source: "errors of SimulatePrincipalPolicy; whether a role is found without its path unproven: switch simulated_paths_are_passed_over",
        place: "iam/simulation.rs",
        scenario: "who_is_simulated_is_there",
    },
    Rule {
        id: "R-SIM-6",
        rule: "Resources of a simulation are ARNs or *: InvalidInput",
        source: "iam SimulatePrincipalPolicy.ResourceArns; seen: https://github.com/aws-containers/amazon-ecs-exec-checker/issues/35",
        place: "iam/simulation.rs",
        scenario: "simulated_resources_are_arns",
    },
    Rule {
        id: "R-SIM-7",
        rule: "Actions of a simulation are named with their service: InvalidInput",
        source: "iam SimulatePrincipalPolicy.ActionNames; code and sentence of the refusal unproven",
        place: "iam/simulation.rs",
        scenario: "simulated_actions_have_a_service",
    },
    Rule {
        id: "R-SIM-8",
        rule: "Results of simulations come in pages, of 100 unless the request says otherwise",
        source: "iam SimulatePrincipalPolicy.MaxItems, Marker; the refusal of another's marker unproven",
        place: "iam/simulation.rs",
        scenario: "simulations_have_pages",
    },
    Rule {
        id: "R-PARAM-1",
        rule: "Public parameters name the newest image of Amazon Linux 2023 for each architecture",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html",
        place: "ssm/parameters.rs",
        scenario: "the_newest_image_has_a_parameter",
    },
];
