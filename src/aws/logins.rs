//! How somebody logs in to a database: a token that IAM vouches for, or a secret of Secrets Manager.

use aws_sdk_rds::auth_token::{AuthTokenGenerator, Config};
use serde::Deserialize;

use super::{Aws, CallError, ReadError};
use crate::tunnel::service::Secret;

const SECRET: &str = "secretsmanager:GetSecretValue";

/// Who logs in, and with what.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user, if the source of the password names one.
    pub user: Option<String>,
    /// The password, or a token in its place.
    pub password: Secret,
}

/// Why a secret gives no login. Never holds a part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It can't be read.
    #[error("the secret can't be read: {0}")]
    Read(#[from] ReadError),
    /// It is something else.
    #[error("the secret {0} holds no login: RDS's own form is a JSON object with `username` and `password`")]
    Form(String),
}

/// What RDS itself, and its rotation, write into a secret.
#[derive(Deserialize)]
struct Kept {
    username: Option<String>,
    password: String,
}

impl Aws {
    /// Signs a login token for a database's own endpoint: RDS checks the signature against its own name and port, so
    /// one for the near end of a tunnel would be refused. Good for 15 minutes; nothing is sent to AWS.
    ///
    /// # Errors
    /// Without credentials, in a sentence.
    pub async fn login_token(&self, host: &str, port: u16, user: &str) -> Result<Login, String> {
        let afresh = self.renewed().await.map_err(|error| error.to_string())?;
        let config = Config::builder().hostname(host).port(u64::from(port)).username(user).build();
        let config = config.map_err(|error| error.to_string())?;
        let token = AuthTokenGenerator::new(config).auth_token(afresh.config()).await;
        let token = token.map_err(|error| error.to_string())?;
        Ok(Login { user: Some(user.to_owned()), password: Secret::new(token.as_str()) })
    }

    /// Reads a login that Secrets Manager keeps: RDS's own form, or a password alone.
    pub async fn login_secret(&self, id: &str) -> Result<Login, SecretError> {
        let answer = self.secrets.get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|error| ReadError { action: SECRET, error: CallError::of(&error) })?;
        let text = answer.secret_string.filter(|text| !text.is_empty());
        text.and_then(|text| login(&text)).ok_or_else(|| SecretError::Form(id.to_owned()))
    }
}

fn login(text: &str) -> Option<Login> {
    if !text.trim_start().starts_with('{') {
        return Some(Login { user: None, password: Secret::new(text) });
    }
    let kept: Kept = serde_json::from_str(text).ok()?;
    Some(Login { user: kept.username, password: Secret::new(kept.password) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_either_form_and_never_shown() {
        let read = |text: &str| login(text).map(|login| (login.user.clone(), login.password.reveal().to_owned()));
        let both = (Some("keeper".to_owned()), "p{w".to_owned());
        assert_eq!(read(r#"{"username":"keeper","password":"p{w","engine":"postgres"}"#), Some(both));
        assert_eq!(read("alone"), Some((None, "alone".into())));
        assert_eq!(read(r#"{"username":"keeper"}"#), None);
        let shown = format!("{:?}", login(r#"{"username":"keeper","password":"hush"}"#));
        assert!(!shown.contains("hush"), "{shown}");
    }
}
