//! What AWS's refusals of a setup's calls say of what comes next.

pub(super) fn in_words(code: &str, message: &str) -> String {
    if message.is_empty() { code.to_owned() } else { format!("{code}: {}", message.trim_end_matches('.')) }
}

pub(super) fn is_denied(code: &str) -> bool {
    matches!(code, "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "UnauthorizedAccess")
}

/// EC2 and IAM don't hear of each other, or of themselves, at once.
pub(super) fn has_not_heard(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    matches!(code, "NoSuchEntity" | "NoSuchEntityException")
        || code.ends_with(".NotFound")
        || (code == "InvalidParameterValue" && message.contains("instance profile"))
        || code == "IncorrectState"
}

pub(super) fn is_in_use(code: &str) -> bool {
    matches!(code, "DependencyViolation" | "DeleteConflict" | "InvalidGroup.InUse" | "IncorrectState" | "ResourceInUse")
}

pub(super) fn is_there_already(code: &str) -> bool {
    matches!(
        code,
        "EntityAlreadyExists"
            | "InvalidGroup.Duplicate"
            | "InvalidPermission.Duplicate"
            | "NetworkAclEntryAlreadyExists"
            | "DBSubnetGroupAlreadyExists"
            | "InvalidSubnet.Conflict"
            | "DocumentAlreadyExists"
            | "LimitExceeded"
    )
}
