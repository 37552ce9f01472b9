//! Chip data whose tags are known only at run time, with values of mixed types.

use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Builder, Message, Mti, Value, de};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What a kernel of the terminal might hand over: names of tags, and octets.
    let mut owned: Vec<(String, Vec<u8>)> = Vec::new();
    for line in ["9F36 0A1B", "95 0080008000", "9A 323631313233"] {
        let (tag, digits) = line.split_once(' ').ok_or("a tag and its value")?;
        owned.push((tag.to_owned(), unhex(digits)?));
    }

    // A vector or a slice is set as it is.
    print_parts(Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(de::ICC, &owned))?;
    print_parts(Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(de::ICC, &owned[..1]))?;

    // Mixed types become `Value`s: octets, text, the digits of a number, parts of another message.
    let earlier = Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(de::ICC, &owned).to_vec()?;
    let earlier = Message::parse(&ISO87_BCD, &earlier)?;
    let counter = earlier.path("55.9F36").ok_or("no counter")?;
    let mut parts: Vec<(u32, Value<'_>)> = vec![(0x9F36, Value::from(&counter))];
    for amount in ["000000012500", "000000000099"] {
        parts.truncate(1);
        parts.push((0x9F02, amount.into()));
        parts.push((0x9A, 261_123.into()));
        parts.push((0x84, (&[0xA0, 0, 0, 0, 3, 0x10, 0x10]).into()));
        print_parts(Builder::new(&ISO87_BCD, Mti::FINANCIAL_REQUEST).set(de::ICC, &parts))?;
    }

    // Parts by position, and parts by number, are set the same way.
    let processing = vec![("1", "00"), ("2", "20"), ("3", "00")];
    let wire = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST).set(3, &processing).to_vec()?;
    println!("{}", String::from_utf8(wire)?);
    Ok(())
}

fn print_parts(builder: &Builder<'_>) -> cardwire::Result<()> {
    let wire = builder.to_vec()?;
    for part in Message::parse(&ISO87_BCD, &wire)?.require(de::ICC)?.parts() {
        print!("{}={part} ", part.key());
    }
    println!("in {} bytes", wire.len());
    Ok(())
}

fn unhex(digits: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16)).collect()
}
