//! Who logs in to the database, where the command inside isn't to find that out by itself.

use super::{arguments::Tunnel, client::is_set, find::Way};
use crate::{
    aws::{Aws, Login, SecretError},
    cli::Failure,
    sandbox::PASSWORD,
    tunnel::service::Secret,
};

/// A token or a secret, as asked for. Before a session is started: what fails here costs none.
pub(super) async fn login(aws: &Aws, asked: &Tunnel, ways: &[Way], is_sandbox: bool) -> Result<Option<Login>, Failure> {
    if let Some(id) = &asked.secret {
        return match aws.login_secret(id).await {
            Ok(login) => Ok(Some(Login { user: asked.user.clone().or(login.user), ..login })),
            Err(SecretError::Read(error)) => Err(Failure::NothingBegun(error)),
            Err(error @ SecretError::Form(_)) => Err(Failure::Refused(error.to_string())),
        };
    }
    let Some(way) = ways.first().filter(|_| asked.iam_auth) else {
        // Everybody knows the sandbox's own password; a person's choice stays.
        let is_open = is_sandbox && asked.user.is_none() && !is_set("PGUSER") && !is_set("PGPASSWORD");
        return Ok(is_open.then(|| Login { user: None, password: Secret::new(PASSWORD) }));
    };
    let database = way.to.database.as_ref();
    if database.is_some_and(|database| database.iam_authentication == Some(false)) {
        return Err(Failure::Refused(format!(
            "{} takes no tokens of IAM: it must be allowed first (aws rds modify-db-instance \
             --enable-iam-database-authentication), and the user be one that takes them",
            way.to.host
        )));
    }
    let user = asked.user.clone().or_else(|| database?.master_username.clone());
    let user = user.ok_or_else(|| Failure::Usage("a token is for one user: give --user NAME".into()))?;
    let token = aws.login_token(&way.to.host, way.to.port, &user).await;
    token.map(Some).map_err(|why| Failure::Refused(format!("no token can be signed: {why}")))
}
