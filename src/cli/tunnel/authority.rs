//! The file of certificates that proves the database's name to a client.

use std::{fs, io::Write, path::Path, time::Duration};

use crate::{
    aws::{bundle_address, fetch_bundle, is_bundle},
    cli::{Failure, arguments::Global, place::Place},
    sandbox::Sandbox,
    state::make_folder,
    ui::tunnel::Authority,
};

/// As given; else as kept from an earlier run; else as AWS publishes it. Where it can't be had, that is said, and
/// clients that verify refuse to connect.
pub(super) async fn authority(
    given: Option<&Path>,
    global: &Global,
    place: &Place,
    sandbox: Option<&Sandbox>,
    region: &str,
) -> Result<Authority, Failure> {
    if let Some(path) = given {
        return self::given(path);
    }
    if let Some(sandbox) = sandbox.filter(|_| place.is_sandbox()) {
        let made = sandbox.authority().map_err(|error| Failure::Refused(error.to_string()))?;
        let none = "the sandbox's databases have none, since PostgreSQL isn't installed";
        return Ok(made.map_or_else(|| Authority::Missing(none.into()), |path| file(&path)));
    }
    if global.endpoint_url.is_some() {
        return Ok(Authority::Missing("give --ca FILE, since this isn't AWS's own address".into()));
    }
    let address = bundle_address(region);
    let name = address.trim_start_matches("https://").split('/').next().unwrap_or_default();
    let kept = place.states.root().join(format!("{name}.pem"));
    let is_kept = read(&kept).is_ok();
    if is_kept && is_fresh(&kept) {
        return Ok(file(&kept));
    }
    let why = match fetch_bundle(region).await.and_then(|bundle| keep(&kept, &bundle)) {
        Ok(()) => return Ok(file(&kept)),
        // What was true of a certificate authority stays true; only newer ones are missing.
        Err(_) if is_kept => return Ok(file(&kept)),
        Err(why) => why,
    };
    Ok(Authority::Missing(format!("it can't be fetched ({why}): curl -o rds.pem {address}, then give --ca rds.pem")))
}

/// AWS adds certificate authorities, rarely and long before they are used.
const FRESH: Duration = Duration::from_hours(90 * 24);

fn is_fresh(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age < FRESH)
}

/// Whole or not at all: others may read it at any time.
fn keep(path: &Path, bundle: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(|error| error.to_string())?;
    let mut made = tempfile::NamedTempFile::new_in(folder).map_err(|error| error.to_string())?;
    made.write_all(bundle.as_bytes()).map_err(|error| error.to_string())?;
    made.persist(path).map(drop).map_err(|error| error.to_string())
}

fn given(path: &Path) -> Result<Authority, Failure> {
    match read(path) {
        Ok(()) => Ok(file(path)),
        Err(why) => Err(Failure::Usage(format!("--ca {}: {why}", path.display()))),
    }
}

fn read(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    if is_bundle(&text) { Ok(()) } else { Err("it holds no certificates in PEM's form".into()) }
}

/// Clients may run in another folder than the one they were given it in.
fn file(path: &Path) -> Authority {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Authority::File(path.to_string_lossy().into_owned())
}
