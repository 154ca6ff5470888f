//! What a transcript doesn't tell, and what stands in its place.
//!
//! Substitutes are stable within one transcript, so that whoever reads it still sees what belongs together.

use std::collections::BTreeMap;

use super::names::{Kind, kind};

/// Shorter ones would be found in words that are none.
const SHORTEST_SECRET: usize = 6;

/// Fronts of AWS's ids of access keys, users, roles and groups.
const KEY_FRONTS: [&str; 11] = ["AKIA", "ASIA", "AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "ABIA", "ACCA", "APKA"];

/// Remembers what it has masked.
#[derive(Default)]
pub(super) struct Masker {
    accounts: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
    /// The part of an endpoint's name that stands for account and Region.
    hashes: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    /// The same as they stand in an address.
    encoded: BTreeMap<String, String>,
    pages: BTreeMap<String, String>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Masker")
    }
}

impl Masker {
    /// Masks what a member of this name holds.
    pub(super) fn member(&mut self, name: &str, text: &str) -> String {
        match kind(name) {
            Kind::Secret => self.secret(text),
            Kind::Person => self.somebody(text),
            Kind::PersonId => match text.split_once(':') {
                Some((role, session)) => format!("{}:{}", self.text(role), self.somebody(session)),
                None => self.text(text),
            },
            Kind::Page => stable(&mut self.pages, text, |number| format!("[page {number}]")),
            Kind::Session => self.session(text),
            Kind::Address => self.address(text),
            Kind::Host => self.host(text),
            Kind::Plain => self.text(text),
        }
    }

    /// Remembers a secret, which is masked from here on wherever it stands.
    pub(super) fn learn(&mut self, secret: &str) {
        if secret.len() < SHORTEST_SECRET {
            return;
        }
        let substitute = stable(&mut self.secrets, secret, |number| format!("[secret {number}]"));
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        if encoded != secret {
            self.encoded.entry(encoded).or_insert(substitute);
        }
    }

    /// Masks what gives itself away by its form, and every secret that is known.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut masked = text.to_owned();
        // The longest first: one may be a part of another.
        let known = self.secrets.iter().chain(&self.encoded);
        let mut known: Vec<_> = known.filter(|(secret, _)| text.contains(secret.as_str())).collect();
        known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        for (secret, substitute) in known {
            masked = masked.replace(secret, substitute);
        }
        let masked = self.people_of_arns(&masked);
        let masked = self.hashes_of_endpoints(&masked);
        let masked = self.words(&masked);
        let accounts = self.accounts.iter().filter(|(account, substitute)| *account != *substitute);
        accounts.fold(masked, |text, (account, substitute)| within(&text, account, substitute))
    }

    fn secret(&mut self, text: &str) -> String {
        if text.is_empty() || matches!(text, "true" | "false" | "****") {
            return text.to_owned();
        }
        for part in super::names::parts(text) {
            self.learn(&part);
        }
        if text.len() < SHORTEST_SECRET {
            return "[secret]".to_owned();
        }
        self.learn(text);
        self.secrets.get(text).cloned().unwrap_or_else(|| "[secret]".to_owned())
    }

    fn somebody(&mut self, name: &str) -> String {
        if name.is_empty() {
            return String::new();
        }
        stable(&mut self.people, name, |number| format!("user-{number}"))
    }

    /// A session's id begins with its owner's name.
    fn session(&mut self, text: &str) -> String {
        match text.rsplit_once('-') {
            Some((person, id)) if !person.is_empty() => {
                let person = self.somebody(person);
                format!("{person}-{id}")
            }
            _ => self.text(text),
        }
    }

    /// Private ones stay: they tell nobody where somebody is, and routes can't be judged without them.
    fn address(&mut self, text: &str) -> String {
        let (address, bits) = text.split_once('/').map_or((text, ""), |(address, bits)| (address, bits));
        let Ok(parsed) = address.parse::<std::net::IpAddr>() else { return self.text(text) };
        let stays = match parsed {
            std::net::IpAddr::V4(four) => {
                four.is_private() || four.is_loopback() || four.is_link_local() || four.is_unspecified()
            }
            std::net::IpAddr::V6(six) => {
                six.is_loopback() || six.is_unspecified() || six.is_unique_local() || six.is_unicast_link_local()
            }
        };
        if stays {
            return text.to_owned();
        }
        let is_four = parsed.is_ipv4();
        let substitute = stable(&mut self.addresses, address, |number| {
            if is_four && number < 255 { format!("203.0.113.{number}") } else { format!("2001:db8::{number:x}") }
        });
        if bits.is_empty() { substitute } else { format!("{substitute}/{bits}") }
    }

    /// A machine's public name is its address.
    fn host(&mut self, text: &str) -> String {
        let text = self.text(text);
        match text.split_once('.') {
            Some((first, rest)) if first.starts_with("ec2-") => format!("ec2-masked.{rest}"),
            _ => text,
        }
    }

    /// Names of users, and of the sessions of roles, at the end of ARNs and of ids.
    fn people_of_arns(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((at, front)) = earliest(rest) {
            let (before, after) = rest.split_at(at + front.len());
            masked.push_str(before);
            let end = after.find(|letter: char| !is_of_a_name(letter)).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            masked.push_str(&self.person(front, name));
            rest = after;
        }
        masked.push_str(rest);
        self.mails(&masked)
    }

    fn person(&mut self, front: &str, name: &str) -> String {
        if front == ":assumed-role/" {
            // The role's name stays: whoever helps must know which one it is.
            return match name.split_once('/') {
                Some((role, session)) => format!("{role}/{}", self.somebody(session)),
                None => name.to_owned(),
            };
        }
        self.somebody(name)
    }

    /// Addresses of mail, and the owner of a run, which a tag names: `jane@laptop`.
    fn mails(&mut self, text: &str) -> String {
        pieces(text, |letter| is_of_a_name(letter) && letter != '/' && letter != '=')
            .map(|piece| match piece.split_once('@') {
                Some((who, host)) if !who.is_empty() && !host.is_empty() && !host.contains('@') => self.somebody(piece),
                _ => piece.to_owned(),
            })
            .collect()
    }

    fn hashes_of_endpoints(&mut self, text: &str) -> String {
        if !text.contains(".rds.amazonaws.com") {
            return text.to_owned();
        }
        pieces(text, |letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
            .map(|piece| self.endpoint(piece))
            .collect()
    }

    /// `name.hash.region.rds.amazonaws.com`; clusters and proxies say before the hash what they are.
    fn endpoint(&mut self, name: &str) -> String {
        let mut labels: Vec<String> = name.split('.').map(str::to_owned).collect();
        let place = labels.windows(3).position(|three| three == ["rds", "amazonaws", "com"]);
        let Some(label) = place.filter(|at| *at >= 3).and_then(|at| labels.get_mut(at - 2)) else {
            return name.to_owned();
        };
        let (front, hash) = label.rsplit_once('-').map_or(("", label.as_str()), |(front, hash)| (front, hash));
        let substitute = stable(&mut self.hashes, hash, |number| format!("masked{number:06}"));
        let new = if front.is_empty() { substitute } else { format!("{front}-{substitute}") };
        *label = new;
        labels.join(".")
    }

    /// Numbers of accounts, and ids of keys and of people.
    fn words(&mut self, text: &str) -> String {
        let mut before = String::new();
        for piece in pieces(text, |letter| letter.is_ascii_alphanumeric()) {
            let is_account = piece.len() == 12 && piece.bytes().all(|byte| byte.is_ascii_digit());
            if is_account && !ends_as_an_id(&before) {
                let account = self.account(piece);
                before.push_str(&account);
            } else if let Some(front) = KEY_FRONTS.iter().find(|front| is_key(piece, front)) {
                let key = stable(&mut self.keys, piece, |number| format!("{front}MASKED{number:010}"));
                before.push_str(&key);
            } else {
                before.push_str(piece);
            }
        }
        before
    }

    fn account(&mut self, number: &str) -> String {
        // What stands for one already isn't another one.
        if self.accounts.values().any(|substitute| substitute == number) && !self.accounts.contains_key(number) {
            return number.to_owned();
        }
        stable(&mut self.accounts, number, |number| match number {
            1..=9 => number.to_string().repeat(12),
            _ => format!("{:012}", 100_000_000_000_u64 + u64::try_from(number).unwrap_or_default()),
        })
    }
}

/// The same for the same.
fn stable(known: &mut BTreeMap<String, String>, text: &str, make: impl FnOnce(usize) -> String) -> String {
    let number = known.len() + 1;
    if known.values().any(|substitute| substitute == text) && !known.contains_key(text) {
        return text.to_owned();
    }
    known.entry(text.to_owned()).or_insert_with(|| make(number)).clone()
}

/// Where a name of a person begins next.
fn earliest(text: &str) -> Option<(usize, &'static str)> {
    [":assumed-role/", ":user/", ":federated-user/"]
        .into_iter()
        .filter_map(|front| text.find(front).map(|at| (at, front)))
        .min()
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || "+=,.@_-/".contains(letter)
}

fn is_key(piece: &str, front: &str) -> bool {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    piece.len() >= 16 && piece.starts_with(front) && piece.bytes().all(is_upper) && !piece.contains("MASKED")
}

/// Whether a text ends as the first four groups of a KMS key's id do.
fn ends_as_an_id(text: &str) -> bool {
    let mut groups = text.rsplit('-');
    let is_hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.next() == Some("") && (0..3).all(|_| groups.next().is_some_and(|group| group.len() == 4 && is_hex(group)))
}

/// Replaces a number inside of words, but not inside of longer numbers, nor at the end of a KMS key's id.
fn within(text: &str, number: &str, substitute: &str) -> String {
    let mut done = String::with_capacity(text.len());
    for piece in pieces(text, |letter| letter.is_ascii_digit()) {
        let is_it = piece == number && !ends_as_an_id(&done);
        done.push_str(if is_it { substitute } else { piece });
    }
    done
}

/// A text in stretches of letters of a kind, and of others.
fn pieces<'a>(text: &'a str, is_of: impl Fn(char) -> bool + 'a) -> impl Iterator<Item = &'a str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = is_of(rest.chars().next()?);
        let end = rest.find(|letter| is_of(letter) != first).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}
