//! Systems Manager: what Session Manager was told of all sessions.

use aws_sdk_ssm::types::DocumentFormat;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError};
use crate::model::SessionPreferences;

const DOCUMENT: &str = "ssm:GetDocument";

impl Aws {
    /// Reads the preferences for sessions that a document holds: the account's own ([`PREFERENCES`](crate::model::PREFERENCES)),
    /// or one of somebody's choice. Nothing where nobody ever saved any (`InvalidDocument`).
    pub async fn session_preferences(&self, document: &str) -> Result<Option<SessionPreferences>, ReadError> {
        let unread = |error| ReadError { action: DOCUMENT, error };
        let answer = match self.ssm.get_document().name(document).document_format(DocumentFormat::Json).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("InvalidDocument") => return Ok(None),
            Err(error) => return Err(unread(CallError::of(&error))),
        };
        let content = answer.content.unwrap_or_default();
        let strange = || CallError::MaybeActed { why: format!("the content of {document} isn't JSON") };
        SessionPreferences::of(&content).map(Some).ok_or_else(|| unread(strange()))
    }
}
