//! Whatever spec, whatever message: what is built is parsed, and what is parsed is built again.

mod common;
mod generated;
mod reference;

use generated::{config, laws};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn built_then_parsed_is_the_same(case in generated::cases()) {
        let (case, wire) = laws::told(&case);
        laws::built_then_parsed_then_built(&case, &wire);
    }

    #[test]
    fn each_way_of_writing_writes_the_same(case in generated::cases()) {
        laws::written_in_every_way(&case);
    }

    #[test]
    fn what_is_read_is_copied_octet_by_octet(case in generated::cases()) {
        laws::read_then_copied(&case);
    }

    #[test]
    fn a_number_is_read_as_that_number(
        case in generated::cases(),
        number in prop_oneof![any::<i64>(), 0..100_000i64, -200..200i64],
    ) {
        laws::a_number_comes_back(&case, number);
    }

    #[test]
    fn measuring_and_writing_agree_over_any_buffer(case in generated::cases(), dirt: u8) {
        laws::measured_is_written(&laws::told(&case).0, dirt);
    }

    #[test]
    fn a_translation_and_back_is_the_identity((case, other) in generated::translations()) {
        laws::translated_and_back(&case, other);
    }

    #[test]
    fn mutated_octets_never_panic_and_errors_lie_in_the_input(
        case in generated::cases(),
        damage in generated::damage(),
    ) {
        laws::any_octets_have_an_answer(case.spec, &damage.of(&laws::told(&case).1));
    }
}
