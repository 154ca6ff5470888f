//! What members hold, by their names.

use std::borrow::Cow;

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody else may know it.
    Secret,
    /// The name of somebody.
    Person,
    /// Whose session it is, after the id of a role.
    PersonId,
    /// Where the next page begins: only AWS can read it, and nobody knows what is in it.
    Page,
    /// The id of a session, which begins with its owner's name.
    Session,
    /// An address of the internet, or a block of them.
    Address,
    /// A name that may be such an address.
    Host,
    /// Anything else.
    Plain,
}

/// A name that contains one of these holds a secret.
const SECRET: [&str; 21] = [
    "password",
    "passphrase",
    "secretstring",
    "secretbinary",
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "securitytoken",
    "tokenvalue",
    "streamurl",
    "ciphertext",
    "plaintext",
    "privatekey",
    "webidentitytoken",
    "samlassertion",
    "accesstoken",
    "refreshtoken",
    "clientsecret",
    "presignedurl",
    "authorizationmessage",
    "userdata",
];

/// These are such as a whole only.
const SECRET_ALONE: [&str; 6] = ["token", "tokencode", "secret", "apikey", "credentialdata", "authtoken"];

const ADDRESSES: [&str; 10] = [
    "cidrip",
    "cidripv6",
    "cidrblock",
    "ipaddress",
    "privateipaddress",
    "publicip",
    "publicipaddress",
    "carrierip",
    "ipv6address",
    "sourceipaddress",
];

/// Members that say what their neighbour `Value` is about.
/// A parameter of a database isn't among them: `password_encryption` is no password.
pub(super) const LABELS: [&str; 2] = ["key", "name"];
/// And those neighbours.
pub(super) const VALUES: [&str; 1] = ["value"];

/// What a member of this name holds.
pub(super) fn kind(name: &str) -> Kind {
    let name = plain(name);
    let is = |names: &[&str]| names.contains(&name.as_str());
    if SECRET.iter().any(|part| name.contains(part)) || is(&SECRET_ALONE) {
        // Whether there is one, when it was used, which it is: no secret.
        let about = ["lastused", "arn", "keyid", "enabled", "lastchanged", "exists", "policy"];
        return if about.iter().any(|end| name.ends_with(end)) { Kind::Plain } else { Kind::Secret };
    }
    match () {
        () if is(&["sessionid"]) => Kind::Session,
        () if is(&["userid", "assumedroleid"]) => Kind::PersonId,
        () if is(&["nexttoken", "marker"]) => Kind::Page,
        () if is(&["username", "rolesessionname"]) => Kind::Person,
        () if is(&ADDRESSES) => Kind::Address,
        () if is(&["dnsname", "publicdnsname"]) => Kind::Host,
        () => Kind::Plain,
    }
}

/// A name without what AWS's protocols write differently.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Parts of a secret that are secret by themselves: the values of a JSON object, the arguments of an address.
pub(super) fn parts(secret: &str) -> Vec<String> {
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(secret) {
        let texts = members.iter().filter(|(name, _)| kind(name) == Kind::Secret);
        return texts.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect();
    }
    let Some((_, query)) = secret.split_once('?').filter(|(front, _)| front.contains("://")) else {
        return Vec::new();
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| *name != "role")
        .flat_map(|(_, value)| [value.to_owned(), decoded(value).into_owned()])
        .collect()
}

fn decoded(value: &str) -> Cow<'_, str> {
    form_urlencoded::parse(value.as_bytes()).next().map_or(Cow::Borrowed(value), |(text, _)| text)
}
