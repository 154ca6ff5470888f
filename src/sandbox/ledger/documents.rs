//! Rules about session documents: how they come, change and go, and what they say of sessions.

use super::Rule;

/// Them all.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-DOC-1",
        rule: "A document's name is there once: DocumentAlreadyExists",
        source: "ssm CreateDocument, errors; the sentence as quoted in tmknom/terraform-aws-session-manager#34",
        place: "ssm/documents/change.rs",
        scenario: "a_document_is_there_once",
    },
    Rule {
        id: "R-DOC-2",
        rule: "A session document is JSON with schemaVersion and sessionType: InvalidDocumentContent",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html; the sentences as \
                 quoted in awslabs/amazon-eks-ami#716 and, of another type, aws/aws-cli#8253; what else is refused unproven",
        place: "ssm/documents/content.rs",
        scenario: "a_document_has_a_schema_and_a_type",
    },
    Rule {
        id: "R-DOC-3",
        rule: "Session documents have schema 1.0: InvalidDocumentSchemaVersion",
        source: "ssm CreateDocument, errors; the sentence as quoted in gazoakley/terraform-aws-session-manager-settings#1",
        place: "ssm/documents/content.rs",
        scenario: "session_documents_have_one_schema",
    },
    Rule {
        id: "R-DOC-4",
        rule: "A document has 64 KB at the most: MaxDocumentSizeExceeded",
        source: "ssm CreateDocument.Content, errors",
        place: "ssm/documents/content.rs",
        scenario: "a_document_is_not_too_long",
    },
    Rule {
        id: "R-DOC-5",
        rule: "A name doesn't begin with aws, amazon or amzn, in capitals or not: ValidationException",
        source: "ssm CreateDocument.Name; aws-quickstart/quickstart-microsoft-activedirectory#97; the sentence unproven",
        place: "ssm/documents/change.rs",
        scenario: "some_names_are_reserved",
    },
    Rule {
        id: "R-DOC-6",
        rule: "UpdateDocument makes a version that isn't the default one until UpdateDocumentDefaultVersion makes it so",
        source: "ssm UpdateDocument, UpdateDocumentDefaultVersion; hashicorp/terraform#13491",
        place: "ssm/documents/change.rs",
        scenario: "a_new_version_is_not_the_default",
    },
    Rule {
        id: "R-DOC-7",
        rule: "Only the newest version of a document is updated: InvalidDocumentVersion",
        source: "ssm UpdateDocument.DocumentVersion; where none is named unproven, switch updates_without_version_refused",
        place: "ssm/documents/change.rs",
        scenario: "only_the_newest_version_is_updated",
    },
    Rule {
        id: "R-DOC-8",
        rule: "An update that changes nothing is refused: DuplicateDocumentContent",
        source: "ssm UpdateDocument, errors; that the same text counts, and whether that of older versions does, unproven: \
                 switch old_contents_are_duplicates",
        place: "ssm/documents/change.rs",
        scenario: "an_update_changes_something",
    },
    Rule {
        id: "R-DOC-9",
        rule: "The default version of a document isn't deleted alone: InvalidDocumentOperation",
        source: "the sentence as quoted in chaostoolkit-incubator/chaostoolkit-aws#100; its code unproven",
        place: "ssm/documents/change.rs",
        scenario: "the_default_version_stays",
    },
    Rule {
        id: "R-DOC-10",
        rule: "A document of AWS's is neither changed nor deleted",
        source: "ssm DeleteDocument; how it is refused unproven: InvalidDocument, or switch aws_documents_are_denied",
        place: "ssm/documents/change.rs",
        scenario: "documents_of_aws_stay",
    },
    Rule {
        id: "R-DOC-11",
        rule: "ListDocuments shows what all its filters let through; of a filter one value is enough, and names fit by how \
               they begin",
        source: "ssm DocumentKeyValuesFilter; the order unproven",
        place: "ssm/documents/look.rs",
        scenario: "documents_are_filtered",
    },
    Rule {
        id: "R-DOC-12",
        rule: "ListDocuments answers in pages of MaxResults documents",
        source: "ssm ListDocuments.MaxResults, NextToken",
        place: "ssm/documents/look.rs",
        scenario: "documents_come_in_pages",
    },
    Rule {
        id: "R-DOC-13",
        rule: "Tags are of a document that is there: InvalidResourceId",
        source: "ssm AddTagsToResource, errors",
        place: "ssm/documents/tags.rs",
        scenario: "tags_are_of_a_document",
    },
    Rule {
        id: "R-DOC-14",
        rule: "The call that makes a version answers Creating or Updating; then it is Active",
        source: "ssm DocumentDescription.Status; \
                 https://docs.aws.amazon.com/code-library/latest/ug/ssm_example_ssm_CreateDocument_section.html; that of an \
                 update, and how long it takes: unproven, switch documents_active_after",
        place: "ssm/documents/look.rs",
        scenario: "a_version_is_not_active_at_once",
    },
    Rule {
        id: "R-DOC-15",
        rule: "Where the default version of SSM-SessionManagerRunShell names a key, shells are encrypted with it",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html; which version \
                 unproven, and aws/session-manager-plugin#112 saw the newest: switch newest_session_documents_hold",
        place: "ssm/documents/preferences.rs",
        scenario: "saved_preferences_encrypt_shells",
    },
    Rule {
        id: "R-DOC-16",
        rule: "idleSessionTimeout and maxSessionDuration are minutes, which end sessions",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html, \
                 session-preferences-max-timeout.html; that they hold for ports, too: unproven",
        place: "ssm/documents/preferences.rs",
        scenario: "saved_preferences_end_sessions",
    },
    Rule {
        id: "R-DOC-17",
        rule: "A version's Hash is the SHA-256 of its content",
        source: "ssm DocumentDescription.Hash, HashType; that it is of the text as saved unproven",
        place: "ssm/documents/look.rs",
        scenario: "a_version_has_a_hash",
    },
    Rule {
        id: "R-DOC-18",
        rule: "The inputs of a session document of one's own stand in the place of the account's preferences",
        source: "https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-preferences-cli.html; \
                 that they do as a whole unproven",
        place: "ssm/documents/plan.rs",
        scenario: "a_document_overrides_preferences",
    },
];
