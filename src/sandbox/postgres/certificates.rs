//! How a server proves its name: a certificate for its endpoint, by the sandbox's own authority.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::home::Home;
use super::{PostgresError, io};

/// What the authority calls itself.
const NAME: &str = "rds-encrypt sandbox CA";

/// The authority's certificate; made with its key, if it isn't there.
pub(super) fn authority(home: &Home) -> Result<PathBuf, PostgresError> {
    let (certificate, key) = (home.folder.join("ca.pem"), home.folder.join("ca.key"));
    if !certificate.is_file() {
        let made = KeyPair::generate().map_err(failed)?;
        write(&key, &made.serialize_pem(), 0o600)?;
        let signed = parameters()?.self_signed(&made).map_err(failed)?;
        write(&certificate, &signed.pem(), 0o644)?;
    }
    Ok(certificate)
}

/// Makes a certificate for this name.
pub(super) fn make(home: &Home, folder: &Path, name: &str) -> Result<(), PostgresError> {
    authority(home)?;
    let path = home.folder.join("ca.key");
    let key = KeyPair::from_pem(&fs::read_to_string(&path).map_err(io(&path))?).map_err(failed)?;
    let issuer = Issuer::new(parameters()?, key);
    let own = KeyPair::generate().map_err(failed)?;
    let signed = CertificateParams::new([name.to_owned()]).and_then(|wanted| wanted.signed_by(&own, &issuer));
    let (certificate, key) = files(folder);
    write(&certificate, &signed.map_err(failed)?.pem(), 0o600)?;
    write(&key, &own.serialize_pem(), 0o600)?;
    for path in [&certificate, &key] {
        home.user.own(path)?;
    }
    write(&folder.join("name"), name, 0o600)
}

/// A server's certificate and its key.
pub(super) fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("server.crt"), folder.join("server.key"))
}

/// The name that it goes by.
pub(super) fn name(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join("name")).ok()
}

/// Whether it goes by this name.
pub(super) fn is_for(folder: &Path, name: &str) -> bool {
    self::name(folder).as_deref() == Some(name)
}

/// Its key alone is kept beside it: what it says of itself is always the same.
fn parameters() -> Result<CertificateParams, PostgresError> {
    let mut parameters = CertificateParams::new(Vec::<String>::new()).map_err(failed)?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, NAME);
    Ok(parameters)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), PostgresError> {
    // The mode is a new file's: an old one would keep its own.
    drop(fs::remove_file(path));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(io(path))?;
    file.write_all(text.as_bytes()).map_err(io(path))
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn failed(error: rcgen::Error) -> PostgresError {
    PostgresError::Certificate(error.to_string())
}
