//! Which classes come closest to one that can't be had.
//!
//! RDS answers neither processors nor memory of a class, and a table of our own would be wrong some day. What its names
//! say is used instead: the size behind the last dot, and the letters in front, which AWS calls the kind.

/// How many classes are named at the most, of the same kind and of others.
const SAME_KIND: usize = 5;
const OTHER_KIND: usize = 3;

/// The offered classes of the same size, those of the same kind first. Nothing where there is none.
pub(super) fn nearest(class: &str, offered: &[&str]) -> Option<String> {
    let mut all: Vec<&str> = offered.to_vec();
    all.sort_unstable();
    all.dedup();
    let same_size = |other: &&str| size(other).is_some() && size(other) == size(class);
    let (same, others): (Vec<&str>, Vec<&str>) =
        all.into_iter().filter(same_size).partition(|other| kind(other) == kind(class));
    let size = size(class)?;
    let first = |classes: &[&str], most: usize| classes.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    let beside = "RDS tells neither processors nor memory";
    match (same.is_empty(), others.is_empty()) {
        (false, true) => Some(format!("of the same kind and size, {} ({beside})", first(&same, SAME_KIND))),
        (false, false) => Some(format!(
            "of the same kind and size, {}; of the same size ({size}), {} ({beside})",
            first(&same, SAME_KIND),
            first(&others, OTHER_KIND)
        )),
        (true, false) => {
            Some(format!("of the same size ({size}), {} ({beside})", first(&others, SAME_KIND + OTHER_KIND)))
        }
        (true, true) => None,
    }
}

/// `large` of `db.m5.large`.
fn size(class: &str) -> Option<&str> {
    class.rsplit_once('.').map(|(_, size)| size).filter(|size| !size.is_empty())
}

/// `m` of `db.m5.large`.
fn kind(class: &str) -> &str {
    let family = class.strip_prefix("db.").unwrap_or(class);
    family.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_size_is_named_and_the_same_kind_first() {
        let offered = ["db.r5.large", "db.m5.xlarge", "db.m6i.large", "db.m5.large", "db.m5.large", "db.t3.large"];
        let table = [
            (
                "db.m4.large",
                Some(
                    "of the same kind and size, db.m5.large, db.m6i.large; of the same size (large), db.r5.large, db.t3.large (",
                ),
            ),
            ("db.m3.xlarge", Some("of the same kind and size, db.m5.xlarge (")),
            ("db.x1.large", Some("of the same size (large), db.m5.large, db.m6i.large, db.r5.large, db.t3.large (")),
            ("db.m4.16xlarge", None),
            ("nonsense", None),
        ];
        for (class, expected) in table {
            let found = nearest(class, &offered);
            assert_eq!(found.is_some(), expected.is_some(), "{class}: {found:?}");
            let found = found.unwrap_or_default();
            assert!(found.starts_with(expected.unwrap_or_default()), "{class}: {found}");
        }
    }

    #[test]
    fn only_a_few_are_named() {
        let many: Vec<String> = (1..=20).map(|number| format!("db.m{number}.large")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(nearest("db.m4.large", &many).map(|text| text.matches(".large").count()), Some(SAME_KIND));
    }
}
