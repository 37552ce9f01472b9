//! From jPOS: the packager of a link as it is, traffic of that link decoded, and the packager kept in the native format.

use cardwire::Message;
use cardwire::import::jpos::{Options, import};
use cardwire::import::toml;

/// Usually read from a file with `std::fs::read_to_string`.
const PACKAGER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE isopackager PUBLIC "-//jPOS/jPOS Generic Packager DTD 1.0//EN" "http://127.0.0.1/never-fetched.dtd">
<isopackager>
  <isofield id="0"  length="4"  name="Message type"    class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
  <isofield id="1"  length="16" name="Bitmap"          class="org.jpos.iso.IFB_BITMAP"/>
  <isofield id="2"  length="19" name="Card number"     class="org.jpos.iso.IFB_LLNUM"/>
  <isofield id="4"  length="12" name="Amount"          class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
  <isofield id="11" length="6"  name="Trace number"    class="org.jpos.iso.IFB_NUMERIC" pad="true"/>
  <isofield id="41" length="8"  name="Terminal"        class="com.acme.iso.TerminalField"/>
  <isofieldpackager id="62" length="99" name="Invoice" class="org.jpos.iso.IFB_LLCHAR" emitBitmap="false"
      firstField="0" packager="org.jpos.iso.packager.GenericSubFieldPackager">
    <isofield id="0" length="2" name="Kind"            class="org.jpos.iso.IF_CHAR"/>
    <isofield id="1" length="9" name="Number"          class="org.jpos.iso.IFA_LLNUM"/>
  </isofieldpackager>
</isopackager>"#;

/// Recorded on that link.
const WIRE: &[u8] = b"\x02\x00\x50\x20\x00\x00\x00\x80\x00\x04\
    \x16\x41\x11\x11\x11\x11\x11\x11\x11\x00\x00\x00\x01\x25\x00\x00\x00\x07TERM0001\x06IN0242";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // a class of one's own is unknown, and says so, until an option says what it is like
    let unknown = import(PACKAGER, &Options::new()).map(|_| ());
    println!("{}", unknown.unwrap_err().in_file("acme.xml"));

    let options = Options::new().name("acme").class("com.acme.iso.TerminalField", "IF_CHAR");
    let doc = import(PACKAGER, &options)?;
    doc.with(|spec| match Message::parse(spec, WIRE) {
        Ok(message) => print!("{}", message.describe()),
        Err(error) => println!("{error}"),
    })?;

    // from here on the packager can be left after
    let text = toml::write(&doc);
    print!("{text}");
    assert_eq!(toml::parse(&text)?, doc);
    Ok(())
}
