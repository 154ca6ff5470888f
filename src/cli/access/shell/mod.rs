//! `rds-encrypt access shell`
//!
//! | file | question it answers |
//! |---|---|
//! | `find` | on which machine? |
//! | `terminal`, `keyboard` | how is this terminal given away, and taken back? |
//! | `carry` | what happens while it is open? |
//! | `end` | how did it end, and with which exit code? |

mod carry;
mod end;
mod find;
mod keyboard;
mod terminal;

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::arguments::Shell;
use crate::{
    aws::{Aws, SessionManager, ShellDocument},
    cli::{
        Failure, Surroundings,
        arguments::Global,
        place::{self, Place},
        tunnel::carry::why,
        unless_interrupted,
    },
    model::{PREFERENCES, SessionPreferences, quoted},
    tunnel::{
        session::{Session, SessionSettings},
        shell::ShellSettings,
    },
};

pub use terminal::restore_terminal;

/// The document for one command without a terminal.
const COMMAND: &str = "AWS-StartNonInteractiveCommand";
/// So much may wait for whoever reads our output: the agent never waits for it, and gives 1 MB/s at the most.
const LARGEST_BACKLOG: usize = 256 << 20;
/// A document of a person's own may begin with a long silence.
const LONGEST_BEGINNING: Duration = Duration::from_mins(20);

/// Opens a shell, or runs one command.
pub(in crate::cli) async fn shell(global: &Global, asked: &Shell, around: &mut Surroundings) -> Result<u8, Failure> {
    if around.json {
        return Err(Failure::Usage("stdout is the shell's own: leave --output json out".into()));
    }
    let document = document(asked)?;
    let place = Place::find(global)?;
    if place.is_sandbox() {
        // Opened once: its machines end with it.
        around.sandbox = Some(place::open(global, None, around)?);
    }
    let aws = Aws::connect(&place.connection(global, None, around)?).await?;
    let looked_up = async {
        let (machine, key) = tokio::join!(find::machine(&aws, asked), must_encrypt(&aws, &document));
        Ok::<_, Failure>((machine?, key?))
    };
    let (machine, must_encrypt) = Box::pin(unless_interrupted(around, looked_up)).await??;
    let must_encrypt = match must_encrypt {
        Wish::Encrypt(who) => Some(who),
        Wish::None => None,
        Wish::Unknown(text) => {
            around.output.detail(&text);
            None
        }
    };
    let mut settings =
        SessionSettings { reaches_other_host: false, largest_backlog: LARGEST_BACKLOG, ..Default::default() };
    settings.unix_milliseconds = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    settings.shell = Some(ShellSettings { size: terminal::size(), must_encrypt });
    if asked.document.is_some() {
        settings.patience = LONGEST_BEGINNING;
    }
    let service = Arc::new(SessionManager::for_shell(aws, &machine, document));
    let (events, heard) = mpsc::unbounded_channel();
    around.output.detail(&format!("opening a session on {machine}\n"));
    // Where it is interrupted, the session's task ends it: it is waited for below.
    let (guard, mut over) = mpsc::channel::<()>(1);
    let opening = Session::shell(service.clone(), settings, events, guard);
    let opened = Box::pin(unless_interrupted(around, opening)).await;
    let (session, conversation) = match opened {
        Ok(opened) => opened.map_err(|failure| why(&service, &failure))?,
        Err(interrupted) => {
            let _ = over.recv().await;
            return Err(interrupted);
        }
    };
    let ended = carry::carry(&session, &conversation, heard, around).await?;
    end::told(&ended, !asked.command.is_empty(), around)
}

/// What the session is begun with.
fn document(asked: &Shell) -> Result<ShellDocument, Failure> {
    let command = match &asked.command[..] {
        [] => None,
        [line] if line.trim().is_empty() => return Err(Failure::Usage("the command after -- is empty".into())),
        [line] => Some(line.clone()),
        words => Some(words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
    };
    let name = asked.document.clone().or_else(|| command.is_some().then(|| COMMAND.to_owned()));
    Ok(ShellDocument { name, command, reason: asked.reason.clone() })
}

/// What is known of the account's wish for encryption.
enum Wish {
    /// This asks for it.
    Encrypt(String),
    None,
    /// Not known, and why. An account that wants it makes the agent ask for it, too.
    Unknown(String),
}

/// The account's preferences count for every shell, a document of one's own for those that are begun with it.
async fn must_encrypt(aws: &Aws, document: &ShellDocument) -> Result<Wish, Failure> {
    let own = document.name.as_deref().filter(|name| *name != COMMAND);
    let mut unknown = None;
    for name in own.into_iter().chain([PREFERENCES]) {
        match aws.session_preferences(name).await {
            Ok(Some(SessionPreferences { key: Some(_), .. })) => {
                return Ok(Wish::Encrypt(format!("the document {name}")));
            }
            Ok(_) => {}
            Err(error) if error.error.is_about_credentials() => return Err(Failure::NothingBegun(error)),
            Err(error) => {
                let text = format!("whether {name} asks for encryption can't be read: {error}\n");
                unknown.get_or_insert(text);
            }
        }
    }
    Ok(unknown.map_or(Wish::None, Wish::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_arrive_as_they_are() {
        for (words, expected) in [
            (&["df -h | tail -1"][..], "df -h | tail -1"),
            (&["echo", "a  b", "$HOME"], "echo 'a  b' '$HOME'"),
            (&["uptime"], "uptime"),
        ] {
            let command = words.iter().map(|word| (*word).to_owned()).collect();
            let asked = Shell { bastion: None, command, database: None, document: None, reason: None };
            let document = document(&asked).expect("a command");
            assert_eq!(document.command.as_deref(), Some(expected));
            assert_eq!(document.name.as_deref(), Some(COMMAND));
        }
    }
}
