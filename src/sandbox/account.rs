//! Other accounts: each is a world of its own, which credentials of an assumed role lead to (`R-ACCT-1`).
//!
//! Inside, each account's world is written as if it were [`ACCOUNT`](super::ACCOUNT); the two numbers change places where
//! a request comes in and where its answer goes out, so that no rule has to know whose world it is in.

use super::ACCOUNT;

/// How access keys of assumed roles begin; the account follows.
const KEY: &str = "ASIA0000";
/// How their session tokens begin; role and session follow.
const TOKEN: &str = "sandbox";

/// An access key that leads to an account.
pub(crate) fn key_of(account: &str) -> String {
    format!("{KEY}{account}")
}

/// A session token that says who its bearer is.
pub(crate) fn token_of(role: &str, session: &str) -> String {
    format!("{TOKEN}/{role}/{session}")
}

/// Role and session of a session token.
pub(crate) fn bearer(token: &str) -> Option<(&str, &str)> {
    token.strip_prefix(TOKEN)?.strip_prefix('/')?.rsplit_once('/')
}

/// The account that an access key leads to.
pub(crate) fn of_key(key: &str) -> &str {
    key.strip_prefix(KEY).filter(|account| is_account(account)).unwrap_or(ACCOUNT)
}

/// Whether this is how accounts are numbered.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|letter| letter.is_ascii_digit())
}

/// A text with an account's number and the one that its world is written in changed for each other.
pub(crate) fn swapped(text: String, account: &str) -> String {
    if account == ACCOUNT {
        return text;
    }
    text.replace(account, "\u{0}").replace(ACCOUNT, account).replace('\u{0}', ACCOUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tokens_lead_to_accounts_and_their_bearers() {
        assert_eq!(of_key(&key_of("111122223333")), "111122223333");
        for other in ["AKIDSANDBOX", "ASIA0000", "ASIA00001111", "ASIA0000aaaabbbbcccc"] {
            assert_eq!(of_key(other), ACCOUNT, "{other}");
        }
        assert_eq!(bearer(&token_of("team/admin", "me")), Some(("team/admin", "me")));
        let text = swapped("arn:aws:rds:x:111122223333:db:a, 000000000000".to_owned(), "111122223333");
        assert_eq!(text, "arn:aws:rds:x:000000000000:db:a, 111122223333");
        assert_eq!(swapped(text.clone(), ACCOUNT), text);
    }
}
