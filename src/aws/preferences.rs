//! Systems Manager: what Session Manager was told of all sessions.

use aws_sdk_ssm::{
    operation::get_document::GetDocumentOutput,
    types::{DocumentFormat, DocumentType, ResourceTypeForTagging, Tag},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError, act::accepted, act_access::ours};
use crate::model::{AccessCall, Outcome, PREFERENCES, PreferencesDocument, SessionPreferences, Tags};

const DOCUMENT: &str = "ssm:GetDocument";
const TAGS: &str = "ssm:ListTagsForResource";

impl Aws {
    /// Reads the preferences for sessions that a document holds: the account's own ([`PREFERENCES`](crate::model::PREFERENCES)),
    /// or one of somebody's choice. Nothing where nobody ever saved any (`InvalidDocument`).
    pub async fn session_preferences(&self, document: &str) -> Result<Option<SessionPreferences>, ReadError> {
        let Some(answer) = self.document(document, None).await? else { return Ok(None) };
        let strange = || CallError::MaybeActed { why: format!("the content of {document} isn't JSON") };
        let strange = || ReadError { action: DOCUMENT, error: strange() };
        SessionPreferences::of(&answer.content.unwrap_or_default()).map(Some).ok_or_else(strange)
    }

    /// A document in JSON, in its default version unless another is named; nothing where there is none.
    async fn document(&self, name: &str, version: Option<&str>) -> Result<Option<GetDocumentOutput>, ReadError> {
        let call = self.ssm.get_document().name(name).document_format(DocumentFormat::Json);
        match call.set_document_version(version.map(str::to_owned)).send().await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.code() == Some("InvalidDocument") => Ok(None),
            Err(error) => Err(ReadError { action: DOCUMENT, error: CallError::of(&error) }),
        }
    }

    /// The account's preferences in their newest version, whether that holds already or not, and the tags of their document;
    /// nothing where nobody ever saved any.
    pub(super) async fn own_preferences(&self) -> Result<Option<PreferencesDocument>, ReadError> {
        let Some(found) = self.document(PREFERENCES, Some("$LATEST")).await? else { return Ok(None) };
        let kind = ResourceTypeForTagging::Document;
        let answer = self.ssm.list_tags_for_resource().resource_type(kind).resource_id(PREFERENCES).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            // Gone between the two questions.
            Err(error) if error.code() == Some("InvalidResourceId") => return Ok(None),
            Err(error) => return Err(ReadError { action: TAGS, error: CallError::of(&error) }),
        };
        let tags = answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        let content = serde_json::from_str(found.content().unwrap_or_default()).unwrap_or_default();
        let version = found.document_version.unwrap_or_default();
        Ok(Some(PreferencesDocument { content, version, tags }))
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
