//! The terminal's side of a shell.

use bytes::Bytes;

use crate::tunnel::{
    failure::StreamEnd,
    session::{Received, Stream},
};

/// What is said at the other end, and a way to say something. Where it is dropped, the session is ended.
#[derive(Debug)]
pub struct Conversation {
    main: Stream,
    errors: Stream,
    exit: Stream,
}

/// Something from the other end.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// What a program prints.
    Output(Bytes),
    /// What a command prints as errors, where that is told apart.
    Errors(Bytes),
    /// Nothing more comes.
    End(StreamEnd),
}

impl Conversation {
    pub(in crate::tunnel) const fn new(main: Stream, errors: Stream, exit: Stream) -> Self {
        Self { main, errors, exit }
    }

    /// Says something; waits where too much isn't taken yet. `false`: the session has ended.
    pub async fn say(&self, bytes: Bytes) -> bool {
        self.main.send(bytes).await
    }

    /// Waits until something is said. Nothing is lost where this future is dropped.
    pub async fn hear(&self) -> Said {
        tokio::select! {
            biased;
            Received::Data(bytes) = self.errors.receive() => Said::Errors(bytes),
            received = self.main.receive() => match received {
                Received::Data(bytes) => Said::Output(bytes),
                Received::End(end) => Said::End(end),
            },
        }
    }

    /// The exit code, if the other end has told one: after the end.
    pub async fn exit_code(&self) -> Option<i64> {
        match self.exit.receive().await {
            Received::Data(bytes) => exit_code(&String::from_utf8_lossy(&bytes)),
            Received::End(_) => None,
        }
    }
}

/// `EXIT_CODE: 7`, perhaps with a prefix that a document has chosen.
fn exit_code(text: &str) -> Option<i64> {
    text.rsplit_once("EXIT_CODE:").and_then(|(_, number)| number.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_read() {
        for (text, expected) in [
            ("EXIT_CODE: 0", Some(0)),
            ("EXIT_CODE: 255\n", Some(255)),
            ("EXIT_CODE: -1", Some(-1)),
            ("[done] EXIT_CODE: 7", Some(7)),
            ("EXIT_CODE: ", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(exit_code(text), expected, "{text}");
        }
    }
}
