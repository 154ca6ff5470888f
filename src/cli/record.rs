//! `--record`: a transcript of the run, for support.

use std::{env, ffi::OsString, io::ErrorKind};

use super::{Failure, arguments::Global};
use crate::{aws::Transcript, sandbox::DEFAULT_REGION};

/// Begins the transcript that is asked for, before anything is asked of AWS.
pub(super) fn begun(global: &Global, words: &[OsString]) -> Result<Option<Transcript>, Failure> {
    let Some(path) = &global.record else { return Ok(None) };
    let words: Vec<String> = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let begun = Transcript::begin(path, &words, region(global).as_deref(), global.sandbox);
    begun.map(Some).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "--record never writes over anything, and {} is there already: name a new file",
            path.display()
        )),
        _ => Failure::Usage(format!("can't write the transcript {}: {error}", path.display())),
    })
}

/// As far as it is known before AWS's configuration is read; each call names its own.
fn region(global: &Global) -> Option<String> {
    if global.sandbox {
        return global.region.clone().or_else(|| Some(DEFAULT_REGION.to_owned()));
    }
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    global.region.clone().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"))
}
