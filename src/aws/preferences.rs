//! Systems Manager: what Session Manager was told of all sessions.

use aws_sdk_ssm::types::{DocumentFormat, DocumentType, ResourceTypeForTagging, Tag};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError, act::accepted, act_access::ours};
use crate::model::{AccessCall, Outcome, PREFERENCES, SessionPreferences, Tags};

const DOCUMENT: &str = "ssm:GetDocument";
const TAGS: &str = "ssm:ListTagsForResource";

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

    /// The account's preferences with the tags of their document; nothing where nobody ever saved any.
    pub(super) async fn own_preferences(&self) -> Result<Option<(SessionPreferences, Tags)>, ReadError> {
        let Some(found) = self.session_preferences(PREFERENCES).await? else { return Ok(None) };
        let kind = ResourceTypeForTagging::Document;
        let answer = self.ssm.list_tags_for_resource().resource_type(kind).resource_id(PREFERENCES).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            // Gone between the two questions.
            Err(error) if error.code() == Some("InvalidResourceId") => return Ok(None),
            Err(error) => return Err(ReadError { action: TAGS, error: CallError::of(&error) }),
        };
        let tags = answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        Ok(Some((found, tags)))
    }

    /// The mutating calls of a setup on them.
    pub(super) async fn act_on_preferences(&self, call: &AccessCall) -> Result<Outcome, CallError> {
        match call {
            AccessCall::CreatePreferences { log_group, tags } => {
                let call = self.ssm_once.create_document().name(PREFERENCES).document_type(DocumentType::Session);
                let call = call.document_format(DocumentFormat::Json).content(SessionPreferences::content(log_group));
                accepted(call.set_tags(Some(tag_list(tags)?)).send().await, |_| None)
            }
            AccessCall::DeletePreferences => {
                accepted(self.ssm_once.delete_document().name(PREFERENCES).send().await, |_| None)
            }
            other => Err(ours(other)),
        }
    }
}

fn tag_list(tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let all: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    all.map_err(|error| CallError::NotSent { why: error.to_string() })
}
