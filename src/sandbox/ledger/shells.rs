//! Rules about what sessions run: shells and commands, and how they are encrypted.

use super::Rule;

const SHELL: &str = "aws/amazon-ssm-agent, agent/session/shell/shell.go, shell_unix.go";
const HANDSHAKE: &str = "aws/amazon-ssm-agent, agent/session/plugins/sessionplugin/sessionplugin.go";
const CIPHER: &str = "aws/amazon-ssm-agent, agent/session/crypto/blockcipher.go";

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-SSM-10",
        rule: "DescribeSessions shows what all its filters let through",
        source: "ssm DescribeSessions.Filters; whether a bound is part of its range unproven",
        place: "ssm/history.rs",
        scenario: "sessions_are_filtered",
    },
    Rule {
        id: "R-SSM-11",
        rule: "DescribeSessions answers in pages of MaxResults sessions",
        source: "ssm DescribeSessions.MaxResults, NextToken",
        place: "ssm/history.rs",
        scenario: "sessions_come_in_pages",
    },
    Rule {
        id: "R-SHELL-1",
        rule: "Shells and commands in a terminal begin without a handshake, unless they are encrypted",
        source: HANDSHAKE,
        place: "ssm/channel/handshake.rs",
        scenario: "terminals_begin_without_a_handshake",
    },
    Rule {
        id: "R-SHELL-2",
        rule: "What comes for a program before it runs isn't acknowledged, and has to be sent again",
        source: "aws/amazon-ssm-agent, agent/session/shell/shell_unix.go; how long: switch sessions (not_ready)",
        place: "ssm/channel/receive.rs",
        scenario: "early_keys_are_not_taken",
    },
    Rule {
        id: "R-SHELL-3",
        rule: "A program's output is cut between letters of UTF-8",
        source: "aws/amazon-ssm-agent, agent/session/shell/shell.go; what is no UTF-8 goes as it is: unproven",
        place: "ssm/channel/shell.rs",
        scenario: "letters_are_whole",
    },
    Rule {
        id: "R-SHELL-4",
        rule: "A terminal's first output comes a second after its start",
        source: "aws/amazon-ssm-agent, agent/session/shell/shell.go; another time: switch sessions (first_output)",
        place: "ssm/channel/shell.rs",
        scenario: "the_first_output_takes_a_second",
    },
    Rule {
        id: "R-SHELL-5",
        rule: "A message of type 3 gives the terminal its size",
        source: SHELL,
        place: "ssm/channel/shell.rs",
        scenario: "a_terminal_has_the_clients_size",
    },
    Rule {
        id: "R-SHELL-6",
        rule: "A command without a terminal hears nothing but Ctrl-C and Ctrl-\\, as signals",
        source: SHELL,
        place: "ssm/channel/shell.rs",
        scenario: "commands_hear_signals_only",
    },
    Rule {
        id: "R-SHELL-7",
        rule: "Commands without a terminal always begin with a handshake",
        source: HANDSHAKE,
        place: "ssm/channel/handshake.rs",
        scenario: "commands_begin_with_a_handshake",
    },
    Rule {
        id: "R-SHELL-8",
        rule: "With separateOutputStream the second output comes as type 11, and at the end type 12 has the exit code",
        source: "aws/amazon-ssm-agent, agent/session/shell/shell.go; the order of the last messages of both outputs unproven",
        place: "ssm/channel/shell.rs",
        scenario: "outputs_come_apart",
    },
    Rule {
        id: "R-SHELL-9",
        rule: "The end of a shell or command ends the session, without a word",
        source: SHELL,
        place: "ssm/channel/shell.rs",
        scenario: "a_shells_end_is_the_sessions",
    },
    Rule {
        id: "R-SHELL-10",
        rule: "A command without a terminal that can't be started says why as type 11",
        source: "aws/amazon-ssm-agent, agent/session/shell/shell.go; the words, and what a terminal says then (here: the last \
                 message), unproven",
        place: "ssm/channel/shell.rs",
        scenario: "a_command_that_does_not_start_says_why",
    },
    Rule {
        id: "R-SHELL-11",
        rule: "Where the preferences name a key, agents from 2.3.539.0 on ask for encryption in the handshake",
        source: "aws/amazon-ssm-agent, release notes; that older ones go on in plain text unproven; which key: switch sessions (kms)",
        place: "ssm/channel/encryption.rs",
        scenario: "old_agents_do_not_encrypt",
    },
    Rule {
        id: "R-SHELL-12",
        rule: "Agents from 3.3.808.0 on have a challenge that the data key is to be bound to",
        source: "aws/amazon-ssm-agent, agent/session/contracts/model.go and its release notes",
        place: "ssm/channel/encryption.rs",
        scenario: "new_agents_have_a_challenge",
    },
    Rule {
        id: "R-SHELL-13",
        rule: "An agent with RequireKMSChallengeResponse refuses clients that don't acknowledge its challenge",
        source: "aws/amazon-ssm-agent, agent/session/datachannel/datachannel.go; the words unproven; off by default, switch \
                 sessions (requires_challenge_response)",
        place: "ssm/channel/encryption.rs",
        scenario: "a_challenge_can_be_required",
    },
    Rule {
        id: "R-SHELL-14",
        rule: "The client sends the agent's secret back under its own key, or the session ends",
        source: "aws/amazon-ssm-agent, agent/session/datachannel/datachannel.go; the words unproven",
        place: "ssm/channel/encryption.rs",
        scenario: "a_wrong_answer_ends_the_session",
    },
    Rule {
        id: "R-SHELL-15",
        rule: "In an encrypted session both outputs, the exit code and what is typed are encrypted, and nothing else is",
        source: CIPHER,
        place: "ssm/channel/state.rs",
        scenario: "output_is_encrypted",
    },
    Rule {
        id: "R-SHELL-16",
        rule: "Ports are never encrypted by the agent, whatever the preferences say",
        source: HANDSHAKE,
        place: "ssm/channel/encryption.rs",
        scenario: "ports_are_never_encrypted",
    },
    Rule {
        id: "R-KMS-10",
        rule: "A key that is disabled or pending deletion makes and decrypts no data keys: DisabledException, \
               KMSInvalidStateException",
        source: "kms GenerateDataKey, Decrypt, errors; https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
        place: "kms/data.rs",
        scenario: "a_disabled_key_encrypts_nothing",
    },
    Rule {
        id: "R-KMS-11",
        rule: "What was encrypted with a context is decrypted with the same one only: InvalidCiphertextException",
        source: "kms Decrypt.EncryptionContext, errors",
        place: "kms/data.rs",
        scenario: "a_context_is_part_of_the_ciphertext",
    },
];
