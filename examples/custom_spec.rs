//! A network of your own: a built-in table changed in two rows, in a dialect changed in one word.

use cardwire::layout::{an, ans, n, row};
use cardwire::mask::{OPEN, SECRET};
use cardwire::spec::{ISO87, Slots, text_parts};
use cardwire::{
    Builder, Dialect, Message, Mti, Spec, de,
    layout::{BitmapForm, Coding, Layout, Tag},
};

/// Packed digits, but the bitmap in hexadecimal, and a TPDU of five octets before the MTI.
const DIALECT: Dialect = Dialect { bitmap: BitmapForm::new(Coding::Hex), header: 5, ..Dialect::BCD };

/// DE 48 holds tags of two digits, each with a length of two. A tag that is not listed is refused.
static LOYALTY: Layout<'static> = Layout::tags(
    Tag::Digits(2),
    None,
    &const { text_parts([row(1, an(12).ll(), "Loyalty number", SECRET), row(2, n(6).ll(), "Points", OPEN)]) },
);

/// A row that contradicts itself, such as 120 characters after two digits, does not compile.
static ELEMENTS: Slots = ISO87
    .with(row(48, ans(99).ll().of(&LOYALTY), "Loyalty", SECRET))
    .with(row(63, ans(20).ll(), "Promotion", OPEN))
    .without(52)
    .elements(&DIALECT);

static SHOP: Spec = Spec::new("shop", &DIALECT, &ELEMENTS);

fn main() -> cardwire::Result<()> {
    let mut buffer = [0; 256];
    let wire = Builder::new(&SHOP, Mti::FINANCIAL_REQUEST)
        .header(&[0x60, 0x00, 0x03, 0x00, 0x00])
        .set(de::AMOUNT, 12_500)
        .set(48, &[("01", "ABC123"), ("02", "250")])
        .set(63, "SPRING SALE")
        .write(&mut buffer)?;
    println!(
        "{}: {} bytes, bitmap {}",
        SHOP.name(),
        wire.len(),
        wire.get(7..23).unwrap_or_default().escape_ascii()
    );

    let message = Message::parse(&SHOP, wire)?;
    for field in message.fields() {
        println!("{:>3}  {:<20} {field}", field.key().value(), field.name());
        field.parts().for_each(|part| println!("  .{}  {:<20} {part}", part.key(), part.name()));
    }

    let refused = Builder::new(&SHOP, Mti::FINANCIAL_REQUEST)
        .header(&[0; 5])
        .set(48, &[("01", "ABC123"), ("07", "1")])
        .measure();
    println!("{:?}", refused.err());
    Ok(())
}
