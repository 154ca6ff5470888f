//! What the JSON payloads say: acknowledgements, the handshake, the end.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::message::{ACKNOWLEDGE, ALONE, CLOSED, Head, INPUT, Id, Message, encode};

/// Where its number stands in an acknowledgement that is laid out as both official ends do.
const NUMBER: &[u8] = b"\"AcknowledgedMessageSequenceNumber\":";
const BEFORE: usize = "{\"AcknowledgedMessageType\":\"output_stream_data\",\"AcknowledgedMessageId\":\"".len() + 36 + 2;

/// The acknowledgement of an input.
pub(crate) fn acknowledgement(of: &Message, created: u64) -> Bytes {
    let head = Head::unnumbered(ACKNOWLEDGE, ALONE, created);
    encode(&head, acknowledged(of.id, of.sequence).as_bytes())
}

fn acknowledged(id: Id, sequence: i64) -> String {
    format!(
        "{{\"AcknowledgedMessageType\":\"{INPUT}\",\"AcknowledgedMessageId\":\"{id}\",\
         \"AcknowledgedMessageSequenceNumber\":{sequence},\"IsSequentialMessage\":true}}"
    )
}

/// Which message an acknowledgement is for: its number alone counts.
pub(crate) fn number_of(payload: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Acknowledged {
        acknowledged_message_sequence_number: i64,
    }
    quick_number(payload).or_else(|| {
        let read: Acknowledged = serde_json::from_slice(payload).ok()?;
        Some(read.acknowledged_message_sequence_number)
    })
}

/// The number of an acknowledgement in the usual form, which there are hundreds of thousands of in a second.
fn quick_number(payload: &[u8]) -> Option<i64> {
    let rest = payload.get(BEFORE..)?.strip_prefix(NUMBER)?;
    let ends = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let digits = rest.get(..ends).filter(|digits| (1..=18).contains(&digits.len()))?;
    matches!(rest.get(ends), Some(b',' | b'}'))
        .then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// The agent's first word.
pub(crate) fn handshake_request(version: &str, actions: &[Value]) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Request<'a> {
        agent_version: &'a str,
        requested_client_actions: &'a [Value],
    }
    serde_json::to_vec(&Request { agent_version: version, requested_client_actions: actions }).unwrap_or_default()
}

/// What the client is to do first: hold a session of this type.
pub(crate) fn session_type(kind: &str, properties: &Value) -> Value {
    serde_json::json!({
        "ActionType": "SessionType",
        "ActionParameters": {"SessionType": kind, "Properties": properties}})
}

/// The client's answer, as far as the agent looks at it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct HandshakeResponse {
    pub(crate) client_version: String,
    pub(crate) processed_client_actions: Vec<Processed>,
}

/// What became of an action.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Processed {
    pub(crate) action_type: String,
    /// 1 is success.
    pub(crate) action_status: i64,
    pub(crate) action_result: Value,
    pub(crate) error: Option<String>,
}

/// The end of the handshake.
pub(crate) fn handshake_complete(nanoseconds: u128, told: &str) -> Vec<u8> {
    format!("{{\"HandshakeTimeToComplete\":{nanoseconds},\"CustomerMessage\":{}}}", Value::from(told)).into_bytes()
}

/// The service's last message.
pub(crate) fn closed(session: &str, target: &str, output: &str, created: u64) -> Bytes {
    closed_as(Id::random(), session, target, output, created)
}

fn closed_as(id: Id, session: &str, target: &str, output: &str, created: u64) -> Bytes {
    let payload = serde_json::json!({
        "MessageId": id.to_string(), "CreatedDate": created.to_string(), "DestinationId": target,
        "SessionId": session, "MessageType": CLOSED, "SchemaVersion": 1, "Output": output});
    let head = Head { id, ..Head::unnumbered(CLOSED, 0, created) };
    encode(&head, payload.to_string().as_bytes())
}

/// The client's first frame, as far as the service looks at it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Opening {
    pub(crate) token_value: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::ssm::channel::message::tests::{ID, hex, message};

    #[test]
    fn acknowledgements_and_the_handshake_are_laid_out_as_official_ends_do() {
        let properties = [("host", "db.internal"), ("localPortNumber", "0"), ("portNumber", "5432")];
        let properties = properties.into_iter().chain([("type", "LocalPortForwarding")]);
        let properties: Value = properties.collect();
        let request = handshake_request("3.3.987.0", &[session_type("Port", &properties)]);
        assert_eq!(
            String::from_utf8(request).unwrap(),
            "{\"AgentVersion\":\"3.3.987.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\
             \"ActionParameters\":{\"SessionType\":\"Port\",\"Properties\":{\"host\":\"db.internal\",\
             \"localPortNumber\":\"0\",\"portNumber\":\"5432\",\"type\":\"LocalPortForwarding\"}}}]}"
        );
        assert_eq!(
            String::from_utf8(handshake_complete(246_993_163, "")).unwrap(),
            "{\"HandshakeTimeToComplete\":246993163,\"CustomerMessage\":\"\"}"
        );
        assert_eq!(
            acknowledged(ID, 0),
            "{\"AcknowledgedMessageType\":\"input_stream_data\",\"AcknowledgedMessageId\":\
             \"00112233-4455-6677-8899-aabbccddeeff\",\"AcknowledgedMessageSequenceNumber\":0,\
             \"IsSequentialMessage\":true}"
        );
    }

    #[test]
    fn the_last_message_is_the_one_of_the_vector() {
        let made = closed_as(ID, "u-0abc", "i-0123456789abcdef0", "", 1_700_000_000_000);
        let digest = "740af15cc1adfa9380362043866f44801b061c494520bad855b272d5611ae1a8";
        assert_eq!(made, message(CLOSED, 0, 0, digest, 0, made.get(120..).unwrap()));
        assert_eq!(
            hex(&<sha2::Sha256 as sha2::Digest>::digest(&made)),
            "c158e740b067584d0ea9f4cbeb4f6ada86044d3f741bc90e1d1eaa639cca5622"
        );
    }

    #[test]
    fn the_number_of_an_acknowledgement_is_found_in_any_form() {
        let table = [
            (acknowledged(ID, 417), Some(417)),
            (acknowledged(ID, 417).replace("input", "output"), Some(417)),
            ("{\"AcknowledgedMessageSequenceNumber\": 5}".to_owned(), Some(5)),
            ("{\"AcknowledgedMessageSequenceNumber\":5.5}".to_owned(), None),
            ("{\"AcknowledgedMessageSequenceNumber\":99999999999999999999}".to_owned(), None),
            ("{\"AcknowledgedMessageSequenceNumber\":-1}".to_owned(), Some(-1)),
            ("{}".to_owned(), None),
            (String::new(), None),
        ];
        for (payload, number) in table {
            assert_eq!(number_of(payload.as_bytes()), number, "{payload}");
        }
    }

    #[test]
    fn an_answer_to_the_handshake_is_read() {
        let given = r#"{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#;
        let read: HandshakeResponse = serde_json::from_str(given).unwrap();
        assert_eq!(read.client_version, "1.2.764.0");
        assert_eq!(read.processed_client_actions.first().map(|action| action.action_status), Some(1));
    }
}
