//! Where the strangers' executables are, and what happens where they aren't.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// The moto that these tests were written against; its quirks differ from release to release.
const MOTO_VERSION: &str = "5.2.5";

/// The `aws` CLI, or loud words that it is missing.
pub(super) fn aws_cli() -> Option<PathBuf> {
    let found = executable("aws");
    if found.is_none() {
        missing("`aws` (pip install awscli)");
    }
    found
}

/// The Python that the `aws` CLI runs on, with botocore and boto3, or loud words that it is missing.
pub(super) fn python() -> Option<PathBuf> {
    let found = aws_cli()?.with_file_name("python3");
    let knows = |module: &str| {
        let answer = Command::new(&found).args(["-c", &format!("import {module}")]).output();
        answer.is_ok_and(|answer| answer.status.success())
    };
    if knows("boto3") {
        return Some(found);
    }
    missing("a Python with boto3 beside `aws` (pip install boto3)");
    None
}

/// moto's server, or loud words that it is missing.
pub(super) fn moto_server() -> Option<PathBuf> {
    let Some(server) = executable("moto_server") else {
        missing(&format!("`moto_server` (pip install 'moto[server]=={MOTO_VERSION}')"));
        return None;
    };
    let version = moto_version(&server);
    if version.as_deref() != Some(MOTO_VERSION) {
        missing(&format!("moto {MOTO_VERSION} (found: {})", version.as_deref().unwrap_or("no version")));
        return None;
    }
    Some(server)
}

/// Finds one executable: in the venv that `RDS_ENCRYPT_STRANGERS` names, else on `PATH`.
fn executable(name: &str) -> Option<PathBuf> {
    let folders = match env::var_os("RDS_ENCRYPT_STRANGERS") {
        Some(venv) => vec![Path::new(&venv).join("bin")],
        None => env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect(),
    };
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Says that a test was skipped for want of `what`; fails where strangers are required.
pub(super) fn missing(what: &str) {
    assert!(env::var_os("CI").is_none(), "CI is set and these are missing: {what}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not by eprintln!, whose text is kept from the eye when a test passes.
    let notice = format!("\n******** SKIPPED {test}: it needs {what}; RDS_ENCRYPT_STRANGERS names a venv ********\n");
    std::io::stderr().write_all(notice.as_bytes()).expect("stderr");
}

/// Asks the Python beside `moto_server`, else the one on `PATH`.
fn moto_version(moto_server: &Path) -> Option<String> {
    let beside = moto_server.with_file_name("python3");
    let python = if beside.is_file() { beside } else { PathBuf::from("python3") };
    let script = "import importlib.metadata as m; print(m.version('moto'))";
    let answer = Command::new(python).args(["-c", script]).output().ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}
