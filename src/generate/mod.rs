//! Valid messages of any spec, drawn at random, for tests of your own.
//!
//! A handler has to stand whatever a counterpart may send. [`Messages`] draws messages that parse: every
//! value in its class and length, composites put together by position, tag and bitmap, card numbers
//! that are test cards. `strategy` gives them to proptest (feature `proptest`), [`Choices`] to a fuzzer
//! (feature `arbitrary`). Both draw from lists of numbers, each of which settles one choice, 0 in the
//! simplest way; so a case that fails shrinks to few elements with short and simple values.
//!
//! ```
//! # #[cfg(feature = "proptest")] {
//! use cardwire::generate::Messages;
//! use cardwire::{Builder, Message, Mti, de, spec::ISO87_BCD};
//! use proptest::prelude::*;
//!
//! /// What is to be tested: it approves small amounts.
//! fn respond(wire: &[u8]) -> cardwire::Result<Vec<u8>> {
//!     let request = Message::parse(&ISO87_BCD, wire)?;
//!     let code = if request.number(de::AMOUNT)? < 10_000 { "00" } else { "51" };
//!     Builder::reply_to(&request).echo(&request, &[3, 4, 11]).set(de::RESPONSE_CODE, code).to_vec()
//! }
//!
//! let requests = Messages::of(&ISO87_BCD)
//!     .types(&[Mti::AUTHORIZATION_REQUEST, Mti::FINANCIAL_REQUEST])
//!     .always(&[de::PROCESSING_CODE, de::AMOUNT, de::STAN]);
//! proptest!(|(request in requests.strategy())| {
//!     let wire = respond(request.wire()).unwrap();
//!     let response = Message::parse(&ISO87_BCD, &wire).unwrap();
//!     prop_assert_eq!(Some(response.mti()), request.message().mti().response());
//!     prop_assert_eq!(response.number(de::STAN), request.message().number(de::STAN));
//! });
//! # }
//! ```
//!
//! In a fuzz target:
//!
//! ```
//! # #[cfg(feature = "arbitrary")] {
//! use arbitrary::{Arbitrary, Unstructured};
//! use cardwire::generate::{Choices, Messages};
//! use cardwire::spec::ISO87_ASCII;
//!
//! // fuzz_target!(|choices: Choices| { ... })
//! let input = [7; 200];
//! let choices = Choices::arbitrary(&mut Unstructured::new(&input)).unwrap();
//! let message = Messages::of(&ISO87_ASCII).draw(&choices).unwrap();
//! println!("{}", message.message().describe());
//! # }
//! ```

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod card;
mod choices;
mod element;
mod messages;
#[cfg(feature = "proptest")]
mod proptest;

pub use choices::Choices;
pub use messages::Messages;
