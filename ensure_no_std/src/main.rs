//! A payment terminal without std, heap or operating system: frame, parse, response, frame.
//!
//! It is never run. That it links for a bare target is the proof: an allocator that the core asked
//! for would be an undefined symbol. `.ci/run` also looks for such symbols and prints the size.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

use cardwire::spec::ISO87_BCD;
use cardwire::{Builder, Framing, Inspection, Message, Result, de};

/// The entry point: takes bytes the compiler knows nothing about, so that nothing is left out.
#[allow(unsafe_code, reason = "a linker looks for this name")]
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let (received, mut out) = (black_box([0; 256]), [0; 256]);
    let answered = response(&received, &mut out).map_or(0, <[u8]>::len);
    let inspected = Inspection::of(&ISO87_BCD, &received).fields().count();
    loop {
        black_box((answered, inspected, &out));
    }
}

/// The framed response to the framed request in `received`.
fn response<'o>(received: &[u8], out: &'o mut [u8]) -> Result<&'o [u8]> {
    let Some(frame) = Framing::UNIONPAY.split(received)? else { return Ok(&[]) };
    let request = Message::parse(&ISO87_BCD, frame.payload)?;
    let amount = request.number(de::AMOUNT)?;
    let mut buffer = [0; 256];
    let message = Builder::reply_to(&request)
        .echo(&request, &[de::STAN, de::TERMINAL, de::ICC])
        .set(de::AMOUNT, amount)
        .set(de::RESPONSE_CODE, "00")
        .write(&mut buffer)?;
    Framing::UNIONPAY.reply(frame.header, message, out)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
