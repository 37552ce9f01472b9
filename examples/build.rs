//! Builds a purchase in three dialects from the same lines.

use cardwire::spec::{ISO87_ASCII, ISO87_BCD, ISO87_EBCDIC};
use cardwire::{Builder, Mti, Spec, de};

fn main() -> cardwire::Result<()> {
    for spec in [&ISO87_ASCII, &ISO87_BCD, &ISO87_EBCDIC] {
        let mut buffer = [0; 256];
        let wire = purchase(spec, &mut buffer)?;
        println!("{}, {} bytes", spec.name(), wire.len());
        wire.chunks(32).for_each(|line| println!("  {}", hex(line)));
    }

    // What cannot be sent is refused with its place, and the refusal is safe to log.
    let refused = Builder::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST)
        .set(de::AMOUNT, 12_500)
        .set(de::CURRENCY, "U$D")
        .measure();
    if let Err(error) = refused {
        println!("refused: {error}");
    }
    Ok(())
}

/// The elements may be set in any order; numbers are filled with zeros, text with blanks.
fn purchase<'o>(spec: &Spec<'_>, buffer: &'o mut [u8]) -> cardwire::Result<&'o [u8]> {
    Builder::new(spec, Mti::FINANCIAL_REQUEST)
        .set(de::TERMINAL, "TERM01")
        .set(de::PAN, "4111111111111111")
        .set(de::PROCESSING_CODE, 0)
        .set(de::AMOUNT, 12_500)
        .set(de::STAN, 123_456)
        .set(de::CURRENCY, "840")
        .write(buffer)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}
