//! `rds-encrypt access`

pub(super) mod arguments;
pub(super) mod sessions;
pub(super) mod shell;

pub use shell::restore_terminal;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Failure, Surroundings};
use crate::{
    access::{self, Report, saved},
    ui::{access as shown, json},
};
use arguments::Audit;

/// What is read of a folder: its files of JSON, nothing below.
const EXTENSION: &str = "json";

/// Judges saved answers.
pub(super) fn audit(asked: &Audit, around: &mut Surroundings) -> Result<u8, Failure> {
    let Some(folder) = &asked.from else {
        return Err(Failure::Usage(
            "access audit judges saved answers of AWS so far: give --from DIR, a folder of what `aws … --output json` \
             printed (rds-encrypt access audit --help names the commands)"
                .into(),
        ));
    };
    let files = files(folder).map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    if files.is_empty() {
        return Err(Failure::Usage(format!("{} holds no file that ends with .{EXTENSION}", folder.display())));
    }
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let facts = saved::facts(texts, &asked.database).map_err(|error| Failure::Usage(error.to_string()))?;
    let facts = access::Facts { bastion: asked.bastion.clone(), named_groups: asked.group.clone(), ..facts };
    let report = access::audit(&facts);
    let code = exit_code(&report);
    let text = if around.json {
        json::line(&shown::json(&report, code))
    } else {
        shown::text(&report, around.output.stdout_page)
    };
    around.result(&text)?;
    Ok(code)
}

/// Whatever failed outweighs what wasn't checked, and that is never taken for fine.
fn exit_code(report: &Report) -> u8 {
    match report.counts() {
        (_, 0, 0) => 0,
        (_, 0, _) => 9,
        _ => 7,
    }
}

/// Names and texts, in order of the names.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file());
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text =
            fs::read_to_string(path).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
        Ok((name, text))
    };
    paths.iter().map(read).collect()
}
