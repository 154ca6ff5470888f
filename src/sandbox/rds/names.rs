//! Names of what people make (`R-NAME-1`).

use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;

/// Checks an identifier and returns it as RDS stores it: in lower case.
pub(crate) fn identifier(switches: &Switches, what: &str, name: &str, longest: usize) -> Result<String, Fault> {
    if !switches.enforces("R-NAME-1") {
        return Ok(name.to_ascii_lowercase());
    }
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !letters || !starts || name.ends_with('-') || name.contains("--") {
        return Err(Fault::value(format!(
            "The parameter {what} is not a valid identifier. Identifiers must begin with a letter; must contain only \
             ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )));
    }
    if name.len() > longest {
        return Err(Fault::value(format!(
            "The parameter {what} must be shorter than {} characters: {name}",
            longest + 1
        )));
    }
    Ok(name.to_ascii_lowercase())
}

/// An instance's identifier: 63 characters.
pub(crate) fn instance(switches: &Switches, name: &str) -> Result<String, Fault> {
    identifier(switches, "DBInstanceIdentifier", name, 63)
}

/// A snapshot's identifier: 255 characters.
pub(crate) fn snapshot(switches: &Switches, what: &str, name: &str) -> Result<String, Fault> {
    identifier(switches, what, name, 255)
}

/// The last part of an ARN of this kind in this Region; other text as it is (`R-NAME-2`).
pub(crate) fn from_arn(text: &str, kind: &str, scene: &Scene<'_>) -> Option<String> {
    if !text.starts_with("arn:") {
        return Some(text.to_owned());
    }
    let (found, name) = scene.split_arn(text)?;
    (found == kind && scene.enforces("R-NAME-2")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_aws_rules() {
        let long = "a".repeat(64);
        for bad in ["", "1a", "a--b", "a-", "a_b", "a.b", "rds:a", "ä", long.as_str()] {
            assert_eq!(instance(&Switches::default(), bad).unwrap_err().code, "InvalidParameterValue", "{bad}");
        }
        assert_eq!(instance(&Switches::default(), "Orders-1").unwrap(), "orders-1");
        assert!(snapshot(&Switches::default(), "x", &long).is_ok());
        assert!(snapshot(&Switches::default(), "x", &"a".repeat(256)).is_err());
    }
}
