//! How the agents and the service behave: what AWS does by default, and every switch for its versions and defects.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dial::Reach;
use super::facts::{Preferences, SessionType};

/// A session without input ends after so long unless somebody says otherwise (`R-CHAN-10`).
const IDLE: Duration = Duration::from_mins(20);
/// The agent's receive buffer, for all streams of a session together (`R-PORT-6`).
const BUDGET: usize = 4 << 20;

/// How sessions of Session Manager behave. All times are of the runtime's clock and not of the world's: a session is
/// real bytes between real programs, which a clock that runs 600 times as fast would cut off after two idle seconds.
///
/// As JSON (see [`Sessions`](super::Sessions)) times are milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Habits {
    /// The version of every agent; by default each machine has its own.
    pub agent_version: Option<String>,
    /// Bytes in a message of the agent's (`R-CHAN-8`).
    pub chunk: usize,
    /// How long the agent rests after each message (`R-CHAN-8`): a sleep of 1 ms, which takes a Linux timer so much
    /// longer that 750 to 950 messages a second come out.
    #[serde(with = "milliseconds")]
    pub pause: Duration,
    /// How long a message takes to the agent.
    #[serde(with = "milliseconds")]
    pub latency_in: Duration,
    /// How long a message takes from the agent.
    #[serde(with = "milliseconds")]
    pub latency_out: Duration,
    /// So much longer some of them take, at random; they don't overtake each other.
    #[serde(with = "milliseconds")]
    pub jitter: Duration,
    /// After the handshake the agent takes no data for so long: it neither acknowledges it nor keeps it. So long a shell
    /// takes to start.
    #[serde(with = "milliseconds")]
    pub not_ready: Duration,
    /// The answer to the handshake is acknowledged only after the handshake's end.
    pub late_acknowledgement: bool,
    /// How long the agent waits for the answer to its handshake (`R-CHAN-4`).
    #[serde(with = "milliseconds")]
    pub handshake: Duration,
    /// How often streams show signs of life where a version wants them (`R-PORT-8`).
    #[serde(with = "milliseconds")]
    pub keepalive: Duration,
    /// A session without input ends after so long (`R-CHAN-10`); once it is changed, whatever documents say.
    #[serde(with = "milliseconds")]
    pub idle: Duration,
    /// Every session ends after so long, whatever documents say; without it as they say, if at all.
    #[serde(with = "milliseconds::perhaps")]
    pub longest: Option<Duration>,
    /// A socket is closed after so long; the session goes on (`R-CHAN-9`).
    #[serde(with = "milliseconds::perhaps")]
    pub socket: Option<Duration>,
    /// A token is good for so long (`R-CHAN-2`); AWS doesn't say how long.
    #[serde(with = "milliseconds")]
    pub token: Duration,
    /// One connection is dialled after another (`R-PORT-2`).
    pub serial_dials: bool,
    /// How long it takes until nobody answers: what Linux takes.
    #[serde(with = "milliseconds")]
    pub dial: Duration,
    /// What a session may hold of data that its destinations haven't taken (`R-PORT-6`).
    pub budget: usize,
    /// The key of KMS that shells are encrypted with, by its id, ARN or alias, as the preferences of Session Manager name
    /// it (`R-SHELL-11`), and whatever those that were saved say.
    pub kms: Option<String>,
    /// The agent refuses clients that don't acknowledge its challenge (`R-SHELL-13`): `RequireKMSChallengeResponse`.
    pub requires_challenge_response: bool,
    /// The handshake of a port asks for encryption by KMS, which it never does; a session that agrees ends here.
    pub ports_ask_for_kms: bool,
    /// How long a shell's first output takes (`R-SHELL-4`).
    #[serde(with = "milliseconds")]
    pub first_output: Duration,
    /// Session documents of one's own, by name.
    pub documents: BTreeMap<String, Document>,
    /// The handshake asks for something that no client knows.
    pub unknown_action: bool,
    /// Resumes are answered without a token, as if the session had ended.
    pub resumes_without_token: bool,
    /// Machines that Session Manager doesn't reach just now.
    pub offline: Vec<String>,
    /// Documents that the caller may not start a session with.
    pub denied_documents: Vec<String>,
    /// Where a connection to `host:port` goes, whatever the world says; `*` for any host or any port.
    pub destinations: BTreeMap<String, Reach>,
}

/// A session document of one's own for commands. What is in `{{…}}` in its commands are its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// What kind of session it makes.
    pub session_type: SessionType,
    /// What runs; without it a shell.
    pub commands: Option<String>,
    /// Both outputs come apart, and the exit code at the end (`R-SHELL-8`).
    pub separate_output_stream: bool,
    /// What each line of the first output begins with.
    pub output_prefix: String,
    /// What each line of the second output begins with.
    pub errors_prefix: String,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            agent_version: None,
            chunk: 1024,
            pause: Duration::from_micros(1150),
            latency_in: Duration::ZERO,
            latency_out: Duration::ZERO,
            jitter: Duration::ZERO,
            not_ready: Duration::ZERO,
            late_acknowledgement: false,
            handshake: Duration::from_secs(15),
            keepalive: Duration::from_secs(10),
            idle: IDLE,
            longest: None,
            socket: Some(Duration::from_hours(1)),
            token: Duration::from_mins(1),
            serial_dials: true,
            dial: Duration::from_secs(127),
            budget: BUDGET,
            kms: None,
            requires_challenge_response: false,
            ports_ask_for_kms: false,
            first_output: Duration::from_secs(1),
            documents: BTreeMap::new(),
            unknown_action: false,
            resumes_without_token: false,
            offline: Vec::new(),
            denied_documents: Vec::new(),
            destinations: BTreeMap::new(),
        }
    }
}

impl Habits {
    /// The habits with what a JSON object says of them.
    ///
    /// # Errors
    /// When it names something else, or a value that can't be.
    pub fn changed(&self, change: &serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(all) = all.as_object_mut() {
            all.extend(change.clone());
        }
        serde_json::from_value(all).map_err(|error| error.to_string())
    }

    /// How long a session may be without input, and how long at all: as habits were changed, or as documents say.
    pub(super) fn limits(&self, preferences: &Preferences) -> (Duration, Option<Duration>) {
        let idle = preferences.idle.filter(|_| self.idle == IDLE).unwrap_or(self.idle);
        (idle, self.longest.or(preferences.longest))
    }

    /// Where a connection is ordered to go.
    pub(crate) fn destination(&self, host: &str, port: u16) -> Option<Reach> {
        let names = [format!("{host}:{port}"), format!("{host}:*"), format!("*:{port}"), "*:*".to_owned()];
        names.iter().find_map(|name| self.destinations.get(name)).cloned()
    }
}

/// Times as milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(time.as_secs_f64() * 1000.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        read(f64::deserialize(from)?)
    }

    fn read<E: serde::de::Error>(number: f64) -> Result<Duration, E> {
        Duration::try_from_secs_f64(number / 1000.0).map_err(E::custom)
    }

    pub(super) mod perhaps {
        use super::{Deserialize, Deserializer, Duration, Serializer};

        #[expect(clippy::ref_option, reason = "serde asks for this signature")]
        pub(in super::super) fn serialize<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
            match time {
                Some(time) => super::serialize(time, to),
                None => to.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
            Option::<f64>::deserialize(from)?.map(super::read).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_are_changed_one_by_one_and_nothing_else_is_taken() {
        let change = |text: &str| Habits::default().changed(&serde_json::from_str(text).unwrap());
        assert_eq!(change("{}").unwrap(), Habits::default());
        let changed = change(
            r#"{"pause": 0, "longest": 60000, "socket": null, "destinations": {"a:5432": "127.0.0.1:9", "*:*": "hang"},
                "documents": {"Mine": {"session_type": "InteractiveCommands", "commands": "top"}}}"#,
        );
        let changed = changed.unwrap();
        assert_eq!(
            (changed.pause, changed.longest, changed.socket),
            (Duration::ZERO, Some(Duration::from_mins(1)), None)
        );
        assert_eq!(changed.destination("a", 5432), Some(Reach::Local("127.0.0.1:9".parse().unwrap())));
        assert_eq!(changed.destination("b", 1), Some(Reach::Hangs));
        assert_eq!(changed.documents["Mine"].session_type, SessionType::InteractiveCommands);
        for wrong in [r#"{"paus": 0}"#, r#"{"pause": -1}"#, r#"{"destinations": {"a:1": "10.0.0.1:9"}}"#] {
            assert!(change(wrong).is_err(), "{wrong}");
        }
    }
}
