//! Sessions of Session Manager that are there, and were.

use aws_sdk_ssm::types::{Session, SessionFilter, SessionFilterKey, SessionState};

use super::{Aws, CallError, ReadError, read::timestamp};
use crate::model::{AwsTime, SessionRecord};

const DESCRIBE: &str = "ssm:DescribeSessions";
const TERMINATE: &str = "ssm:TerminateSession";

/// A page has up to so many.
const PAGE: usize = 200;

/// Which sessions are looked for.
#[derive(Clone, Debug, Default)]
pub struct SessionsWanted {
    /// On this machine.
    pub target: Option<String>,
    /// Of this caller, by ARN.
    pub owner: Option<String>,
    /// By this name.
    pub id: Option<String>,
    /// Begun after this moment.
    pub since: Option<AwsTime>,
}

impl SessionsWanted {
    fn filters(&self) -> Result<Vec<SessionFilter>, ReadError> {
        let since = self.since.map(|since| since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let filters = [
            (SessionFilterKey::TargetId, self.target.clone()),
            (SessionFilterKey::Owner, self.owner.clone()),
            (SessionFilterKey::SessionId, self.id.clone()),
            (SessionFilterKey::InvokedAfter, since),
        ];
        let built = filters
            .into_iter()
            .filter_map(|(key, value)| value.map(|value| SessionFilter::builder().key(key).value(value).build()));
        let wrong = |error: aws_sdk_ssm::error::BuildError| CallError::NotSent { why: error.to_string() };
        built.map(|filter| filter.map_err(|error| ReadError { action: DESCRIBE, error: wrong(error) })).collect()
    }
}

impl Aws {
    /// Sessions under way, or those that have ended in the past 30 days, as AWS orders them; `most` at the most, and
    /// whether there are more.
    pub async fn sessions(
        &self,
        active: bool,
        wanted: &SessionsWanted,
        most: usize,
    ) -> Result<(Vec<SessionRecord>, bool), ReadError> {
        let filters = Some(wanted.filters()?).filter(|filters| !filters.is_empty());
        let state = if active { SessionState::Active } else { SessionState::History };
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            let size = i32::try_from(PAGE.min(most.saturating_sub(found.len()).max(1))).ok();
            let call = self.ssm.describe_sessions().state(state.clone()).set_filters(filters.clone());
            let page = call.set_max_results(size).set_next_token(token).send().await;
            let page = page.map_err(|error| ReadError { action: DESCRIBE, error: CallError::of(&error) })?;
            found.extend(page.sessions.unwrap_or_default().into_iter().filter_map(record));
            token = page.next_token.filter(|token| !token.is_empty());
            let is_full = found.len() >= most;
            if token.is_none() || is_full {
                let more = token.is_some() || found.len() > most;
                found.truncate(most);
                return Ok((found, more));
            }
        }
    }

    /// Ends a session, whoever began it.
    pub async fn terminate_session(&self, id: &str) -> Result<(), ReadError> {
        let ended = self.ssm.terminate_session().session_id(id).send().await;
        ended.map(drop).map_err(|error| ReadError { action: TERMINATE, error: CallError::of(&error) })
    }
}

fn record(row: Session) -> Option<SessionRecord> {
    Some(SessionRecord {
        id: row.session_id?,
        target: row.target,
        document: row.document_name,
        owner: row.owner,
        reason: row.reason.filter(|reason| !reason.is_empty()),
        status: row.status.map(|status| status.as_str().to_owned()),
        started: row.start_date.and_then(timestamp),
        ended: row.end_date.and_then(timestamp),
    })
}
