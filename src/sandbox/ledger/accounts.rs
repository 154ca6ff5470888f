//! Rules about accounts: their worlds, Regions, quotas and the requests that they may make.

use super::Rule;

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-ACCT-1",
        rule: "Credentials of an assumed role lead to the world of the role's account; each account has its own",
        source: "sts AssumeRole; accounts see nothing of each other: the sandbox's own rule, sharing isn't imitated",
        place: "respond.rs",
        scenario: "another_account_has_databases_of_its_own",
    },
    Rule {
        id: "R-STS-2",
        rule: "A role of any account can be assumed, and then the caller is that role in that session",
        source: "sts AssumeRole, GetCallerIdentity; that nobody is refused: the sandbox's own rule",
        place: "sts.rs",
        scenario: "who_assumes_a_role_is_that_role",
    },
    Rule {
        id: "R-REG-1",
        rule: "Regions that the account hasn't opted in to are listed only if all are asked for, or if they are named",
        source: "ec2 DescribeRegions.AllRegions, RegionNames, Region.OptInStatus; what an account has opted in to: opted_in. \
                 A request to a Region that isn't opted in to isn't refused here",
        place: "ec2/regions.rs",
        scenario: "regions_that_nobody_opted_in_to_are_left_out",
    },
    Rule {
        id: "R-RATE-1",
        rule: "RDS takes so many requests of an account in a Region in a while, and refuses the others by Throttling",
        source: "API common errors of Amazon RDS; how many, and how many at once: unproven, switch requests_per_second",
        place: "meter.rs",
        scenario: "an_account_may_ask_so_much",
    },
    Rule {
        id: "R-QUOTA-2",
        rule: "Others in the account make snapshots and instances too, and what they have counts against the same quotas",
        source: "https://docs.aws.amazon.com/general/latest/gr/rds-service.html; when they do: Sandbox::others_act",
        place: "world/others.rs",
        scenario: "others_use_up_the_quota",
    },
    Rule {
        id: "R-WORLD-3",
        rule: "Printed rows of several Regions go to each its own; of one Region they are the home Region's",
        source: "the sandbox's own rule",
        place: "world/adopted/mod.rs",
        scenario: "rows_go_to_their_regions",
    },
];
