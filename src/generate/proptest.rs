//! Messages for proptest.

use ::proptest::collection::vec;
use ::proptest::prelude::{Arbitrary, BoxedStrategy, Strategy, any};
use ::proptest::prop_oneof;

use super::choices::Choices;
use super::messages::Messages;
use crate::model::bitmap::Bitmap;
use crate::model::mti::Mti;
use crate::read::owned::OwnedMessage;

impl<'s> Messages<'s> {
    /// The messages as a strategy. A failing case loses elements first, then its values get shorter
    /// and simpler. The `Debug` of a case is masked; see it whole with
    /// [`expose`](crate::Message::expose).
    pub fn strategy(self) -> impl Strategy<Value = OwnedMessage<'s>> + use<'s> {
        let drawn = any::<Choices>();
        drawn.prop_filter_map("no message can be written", move |choices| self.draw(&choices))
    }
}

/// Mostly few elements with short lists, now and then many. No list has a least length, below which it
/// could not shrink.
impl Arbitrary for Choices {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let element =
            || (any::<u8>(), prop_oneof![9 => vec(any::<u16>(), 0..40), 1 => vec(any::<u16>(), 0..400)]);
        let elements = prop_oneof![15 => vec(element(), 0..10), 1 => vec(element(), 0..90)];
        let choices = (vec(any::<u16>(), 0..16), elements);
        choices.prop_map(|(message, elements)| Self { message, elements }).boxed()
    }
}

/// Any four digits, `0000` the simplest.
impl Arbitrary for Mti {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (0..10_000_u16).prop_map(|number| Self::from_number(number).unwrap_or(Self::NETWORK_REQUEST)).boxed()
    }
}

/// Any element numbers.
impl Arbitrary for Bitmap {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        vec(1..=crate::model::MAX_NUMBER, 0..40).prop_map(|numbers| numbers.into_iter().collect()).boxed()
    }
}
