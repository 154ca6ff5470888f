//! The same tunnel with AWS's own command and plugin.

use serde_json::json;

use crate::model::quoted;

/// The line to paste. `document` and `parameters` as `StartSession` takes them.
#[must_use]
pub fn official_command(
    target: &str,
    document: &str,
    parameters: &[(&str, String)],
    region: &str,
    profile: Option<&str>,
) -> String {
    let parameters: serde_json::Map<String, serde_json::Value> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    let mut line = format!(
        "aws ssm start-session --target {} --document-name {document} --parameters {} --region {}",
        quoted(target),
        quoted(&serde_json::Value::Object(parameters).to_string()),
        quoted(region)
    );
    if let Some(profile) = profile {
        line.extend([" --profile ", &quoted(profile)]);
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_one_that_a_shell_takes() {
        let parameters = [("portNumber", "5432".to_owned()), ("localPortNumber", "15432".to_owned())];
        assert_eq!(
            official_command("i-1", "AWS-StartPortForwardingSession", &parameters, "eu-west-2", Some("my work")),
            "aws ssm start-session --target i-1 --document-name AWS-StartPortForwardingSession --parameters \
             '{\"portNumber\":[\"5432\"],\"localPortNumber\":[\"15432\"]}' --region eu-west-2 --profile 'my work'\n"
        );
    }
}
