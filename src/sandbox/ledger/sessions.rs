//! Rules about sessions of Session Manager: the service's calls, the data channel and the agent behind it. The service
//! between both ends is closed source; what is known of it is what its open-source ends do, amazon-ssm-agent (at 1c217c8)
//! and session-manager-plugin (at 61cf128).

use super::Rule;

const AGENT: &str = "aws/amazon-ssm-agent, agent/session/datachannel/datachannel.go";
const PORT: &str = "aws/amazon-ssm-agent, agent/session/plugins/port/port.go, port_mux.go";

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-EC2-12",
        rule: "DescribeInstances lists machines in reservations, here each in one of its own; their network interfaces aren't \
               imitated",
        source: "ec2 DescribeInstances; how many are in a reservation is how they were launched: the sandbox's own",
        place: "ec2/machines.rs",
        scenario: "machines_are_in_reservations",
    },
    Rule {
        id: "R-SSM-1",
        rule: "A session begins only to a machine that is reached just now: TargetNotConnected",
        source: "ssm StartSession, errors; the sentence as quoted in aws/session-manager-plugin#5",
        place: "ssm/sessions.rs",
        scenario: "a_target_has_to_be_connected",
    },
    Rule {
        id: "R-SSM-2",
        rule: "A session's document has to exist: InvalidDocument",
        source: "ssm StartSession, errors",
        place: "ssm/documents/plan.rs",
        scenario: "a_document_has_to_exist",
    },
    Rule {
        id: "R-SSM-3",
        rule: "A document takes its own parameters, each a list; ports are numbers: InvalidParameters",
        source: "ssm StartSession.Parameters; the refusal's code and sentence unproven",
        place: "ssm/documents/plan.rs",
        scenario: "a_document_takes_its_parameters",
    },
    Rule {
        id: "R-SSM-4",
        rule: "ResumeSession of a session that has ended answers without a token",
        source: "aws/session-manager-plugin, src/sessionmanagerplugin/session/sessionhandler.go",
        place: "ssm/sessions.rs",
        scenario: "a_session_that_is_over_gives_no_token",
    },
    Rule {
        id: "R-SSM-5",
        rule: "ResumeSession of a session that never was: DoesNotExistException",
        source: "ssm ResumeSession, errors; that TerminateSession of such a one succeeds unproven",
        place: "ssm/sessions.rs",
        scenario: "a_session_has_to_exist",
    },
    Rule {
        id: "R-SSM-6",
        rule: "DescribeSessions shows sessions that have ended for 30 days",
        source: "ssm DescribeSessions; statuses other than Connected and Terminated, and the order: unproven",
        place: "ssm/history.rs",
        scenario: "history_goes_back_thirty_days",
    },
    Rule {
        id: "R-SSM-7",
        rule: "TerminateSession ends a session for both ends, at once",
        source: "ssm TerminateSession",
        place: "ssm/sessions.rs",
        scenario: "a_session_is_ended_by_a_call",
    },
    Rule {
        id: "R-SSM-8",
        rule: "DescribeInstanceInformation lists machines whose agents have registered, and no others",
        source: "ssm DescribeInstanceInformation",
        place: "ssm/targets.rs",
        scenario: "machines_without_an_agent_are_left_out",
    },
    Rule {
        id: "R-SSM-9",
        rule: "The caller needs ssm:StartSession on the document, too: AccessDeniedException",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html; \
                 which documents: switch sessions (denied_documents)",
        place: "ssm/sessions.rs",
        scenario: "a_document_can_be_denied",
    },
    Rule {
        id: "R-CHAN-1",
        rule: "The request for a session's web socket is signed for ssmmessages; any signature will do here",
        source: "aws/session-manager-plugin, release 1.2.764.0, signs; that an unsigned one is refused unproven",
        place: "ssm/channel/socket.rs",
        scenario: "a_socket_is_asked_for_with_a_signature",
    },
    Rule {
        id: "R-CHAN-2",
        rule: "A session's token is good once and for a while; with another one the socket is closed by 1008",
        source: "ssm StartSessionResponse.TokenValue; how long, and how it is refused: unproven, switch sessions (token)",
        place: "ssm/channel/socket.rs",
        scenario: "a_token_is_good_once",
    },
    Rule {
        id: "R-CHAN-3",
        rule: "A session has one live socket: a newer one replaces the older",
        source: "unproven",
        place: "ssm/channel/socket.rs",
        scenario: "a_newer_socket_replaces_the_older",
    },
    Rule {
        id: "R-CHAN-4",
        rule: "Without an answer to the agent's handshake within 15 seconds the session ends and says so",
        source: AGENT,
        place: "ssm/channel/session.rs",
        scenario: "the_handshake_is_not_waited_for_long",
    },
    Rule {
        id: "R-CHAN-5",
        rule: "Data before the end of the handshake is acknowledged and thrown away",
        source: AGENT,
        place: "ssm/channel/receive.rs",
        scenario: "early_data_is_acknowledged",
    },
    Rule {
        id: "R-CHAN-6",
        rule: "The agent acknowledges again what it has had already",
        source: AGENT,
        place: "ssm/channel/receive.rs",
        scenario: "what_comes_twice_is_acknowledged_twice",
    },
    Rule {
        id: "R-CHAN-7",
        rule: "Ten times a second the agent sends the oldest unacknowledged message again, if it is late, and no other",
        source: AGENT,
        place: "ssm/channel/state.rs",
        scenario: "only_the_oldest_is_sent_again",
    },
    Rule {
        id: "R-CHAN-8",
        rule: "The agent's messages have 1024 bytes at the most, and it sleeps a millisecond after each",
        source: "aws/amazon-ssm-agent, agent/session/plugins/port/port_mux.go; other values: switch sessions (chunk, pause)",
        place: "ssm/channel/carrier.rs",
        scenario: "messages_are_small_and_slow",
    },
    Rule {
        id: "R-CHAN-9",
        rule: "The service closes a socket with 1000 after about an hour; the session goes on",
        source: "aws/session-manager-plugin#135; when exactly: switch sessions (socket)",
        place: "ssm/channel/session.rs",
        scenario: "a_socket_lives_for_an_hour",
    },
    Rule {
        id: "R-CHAN-10",
        rule: "A session without input of the client's ends after 20 minutes",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html; what counts as \
                 input (here: not acknowledgements) and the last message's text unproven",
        place: "ssm/channel/session.rs",
        scenario: "an_idle_session_ends",
    },
    Rule {
        id: "R-CHAN-11",
        rule: "The client's flag 2 ends the session at agents after 2.3.722.0",
        source: PORT,
        place: "ssm/channel/handshake.rs",
        scenario: "a_session_is_ended_by_a_flag",
    },
    Rule {
        id: "R-PORT-1",
        rule: "Agents after 3.0.196.0 and clients from 1.1.70 on carry many connections in one session, others one",
        source: PORT,
        place: "ssm/channel/handshake.rs",
        scenario: "old_agents_carry_one_connection",
    },
    Rule {
        id: "R-PORT-2",
        rule: "The agent dials for one stream after another: where nobody answers, all later streams wait",
        source: "aws/amazon-ssm-agent, agent/session/plugins/port/port_mux.go; without: switch sessions (serial_dials)",
        place: "ssm/channel/many.rs",
        scenario: "nobody_is_dialled_meanwhile",
    },
    Rule {
        id: "R-PORT-3",
        rule: "Agents from 3.2.1041.0 on look the host up once in a session",
        source: PORT,
        place: "ssm/channel/carrier.rs",
        scenario: "a_host_is_looked_up_once",
    },
    Rule {
        id: "R-PORT-4",
        rule: "A connection that is refused is told by flag 3, which doesn't name the stream, and the stream's end",
        source: PORT,
        place: "ssm/channel/many.rs",
        scenario: "a_refusal_is_told_by_a_flag",
    },
    Rule {
        id: "R-PORT-5",
        rule: "The agent refuses to forward to its machine's own services and to what a VPC keeps for itself",
        source: PORT,
        place: "ssm/channel/handshake.rs",
        scenario: "some_hosts_are_forbidden",
    },
    Rule {
        id: "R-PORT-6",
        rule: "Once destinations haven't taken 4 MiB of a session, the agent reads nothing more of it from anybody",
        source: "xtaci/smux 1.5.15, DefaultConfig and session.go, as the agent has it; another size: switch sessions (budget)",
        place: "ssm/channel/session.rs",
        scenario: "a_slow_destination_stops_everybody",
    },
    Rule {
        id: "R-PORT-7",
        rule: "A stream whose one side ends is ended on both: nothing is half closed, a late reply is lost",
        source: "aws/amazon-ssm-agent, agent/session/plugins/port/port_mux.go, handleDataTransfer",
        place: "ssm/channel/many.rs",
        scenario: "nothing_is_half_closed",
    },
    Rule {
        id: "R-PORT-8",
        rule: "Unless both are new enough (agents after 3.1.1511.0, clients after 1.2.331.0) streams without a sign of life \
               for 30 to 60 seconds are dead, and the session ends",
        source: PORT,
        place: "ssm/channel/many.rs",
        scenario: "old_versions_want_signs_of_life",
    },
    Rule {
        id: "R-PORT-9",
        rule: "Agents before 3.1.1188.0 know no host but their own machine",
        source: "aws/amazon-ssm-agent, release notes; that such a one ignores the host unproven",
        place: "ssm/channel/handshake.rs",
        scenario: "old_agents_know_no_hosts",
    },
    Rule {
        id: "R-PORT-10",
        rule: "A machine reaches a database of its VPC where the groups of both let it; otherwise nobody answers",
        source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html; peered VPCs aren't imitated",
        place: "ssm/network.rs",
        scenario: "groups_decide_who_is_reached",
    },
    Rule {
        id: "R-PORT-11",
        rule: "An agent that carries one connection dials when the session begins, and a failure ends it",
        source: "aws/amazon-ssm-agent, agent/session/plugins/port/port_basic.go",
        place: "ssm/channel/one.rs",
        scenario: "one_connection_is_dialled_at_once",
    },
];
