//! Names of elements in structs: the number or tag, or the spec's words in `snake_case`.

use crate::layout::Layout;
use crate::layout::path;

/// Whether `field` is the name of an element in `snake_case`: letters and digits in lower case, one
/// `_` for everything between, words in brackets left out.
pub(super) fn is_name(field: &str, name: &str) -> bool {
    !field.is_empty() && snake(name).eq(field.chars())
}

/// The key that `field` names in a layout.
pub(super) fn key(layout: &Layout<'_>, field: &str) -> Option<u32> {
    path::key(layout, field).filter(|key| layout.element(*key).is_some()).or_else(|| {
        let element = layout.elements().find(|element| is_name(field, element.name()))?;
        Some(element.key())
    })
}

/// The characters of a name in `snake_case`.
fn snake(name: &str) -> impl Iterator<Item = char> {
    let mut depth = 0_u32;
    let plain = name.chars().map(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            letter if depth == 0 && letter.is_ascii_alphanumeric() => return letter.to_ascii_lowercase(),
            _ => (),
        }
        '_'
    });
    let (mut is_gap, mut is_start) = (false, true);
    plain
        .flat_map(move |letter| {
            if letter == '_' {
                is_gap = true;
                return [None, None];
            }
            let gap = (is_gap && !is_start).then_some('_');
            (is_gap, is_start) = (false, false);
            [gap, Some(letter)]
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ISO87_ASCII;
    use std::string::String;

    #[test]
    fn names_are_those_of_the_spec() {
        let name = |number| snake(ISO87_ASCII.element(number).unwrap().name()).collect::<String>();
        assert_eq!(name(11), "systems_trace_audit_number");
        assert_eq!(name(2), "primary_account_number");
        assert_eq!(name(55), "integrated_circuit_card_data");
        assert!(is_name("primary_account_number", "Primary account number (PAN)"));
        assert!(!is_name("primary_account", "Primary account number (PAN)") && !is_name("", "()"));
        assert_eq!(key(ISO87_ASCII.body(), "39"), Some(39));
        assert_eq!(key(ISO87_ASCII.body(), "amount_transaction"), Some(4));
        assert_eq!(key(ISO87_ASCII.body(), "1"), None);
    }

    #[test]
    fn names_of_a_spec_are_its_own() {
        for spec in crate::spec::builtin() {
            for element in spec.body().elements() {
                assert!(!snake(element.name()).collect::<String>().starts_with('_'));
            }
        }
    }
}
