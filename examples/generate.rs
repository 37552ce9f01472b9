//! A handler held against any valid request that a counterpart may send.

use cardwire::generate::{Choices, Messages};
use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Message, Mti, de};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What is to be tested. It forgets that a request may come without a currency.
fn respond(request: &Message<'_>) -> cardwire::Result<Vec<u8>> {
    let is_foreign = request.text(de::CURRENCY)? != "156";
    let code = if is_foreign || request.number(de::AMOUNT)? > 100_000 { "51" } else { "00" };
    Builder::reply_to(request).echo(request, &[2, 3, 4, 11]).set(de::RESPONSE_CODE, code).to_vec()
}

fn main() {
    let requests = Messages::of(&ISO87_BCD)
        .types(&[Mti::AUTHORIZATION_REQUEST, Mti::FINANCIAL_REQUEST])
        .always(&[de::PAN, de::PROCESSING_CODE, de::AMOUNT, de::STAN]);

    // Any numbers give a message, and none the simplest.
    let choices = Choices {
        message: vec![1],
        elements: vec![(37, vec![3, 4, 5, 6, 7]), (48, vec![2, 9, 17, 1, 2, 3, 40, 50, 60, 70, 80, 90])],
    };
    for choices in [Choices::default(), choices] {
        if let Some(message) = requests.draw(&choices) {
            print!("{}", message.message().describe());
        }
    }

    // In a test this is proptest!(|(request in requests.strategy())| { ... }), which keeps what failed.
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) };
    let found = TestRunner::new(config).run(&requests.strategy(), |request| {
        let message = request.message();
        let wire = respond(&message).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let response = Message::parse(&ISO87_BCD, &wire).unwrap();
        prop_assert_eq!(response.number(de::STAN), message.number(de::STAN));
        Ok(())
    });
    if let Err(error) = found {
        println!("{}", error.to_string().lines().next().unwrap_or_default());
    }
}
