//! Chinese names of data elements and of what they hold, in the words of the Chinese edition of the
//! standard (GB/T 15150) and of UnionPay.
//!
//! The key is the English name in the tables of this library: one element has one name in all tables.

mod elements;
mod emv;
mod parts;

/// The Chinese name of what has this English name in the built-in tables.
///
/// ```
/// use cardwire::codes::element_name_zh;
///
/// assert_eq!(element_name_zh("Retrieval reference number"), Some("检索参考号"));
/// assert_eq!(element_name_zh("Loyalty number"), None);
/// ```
#[must_use]
pub fn element_name_zh(name: &str) -> Option<&'static str> {
    ALL.into_iter().find_map(|names| {
        let at = names.binary_search_by(|(en, _)| (*en).cmp(name)).ok()?;
        names.get(at).map(|(_, zh)| *zh)
    })
}

static ALL: [&[(&str, &str)]; 3] = [elements::NAMES, parts::NAMES, emv::NAMES];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_unique() {
        for names in ALL {
            assert!(names.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        for (name, zh) in ALL.into_iter().flatten() {
            let count = ALL.into_iter().flatten().filter(|(other, _)| other == name).count();
            assert_eq!((count, element_name_zh(name)), (1, Some(*zh)), "{name}");
        }
    }
}
