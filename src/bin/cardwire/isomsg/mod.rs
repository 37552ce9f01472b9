//! Messages as jPOS logs them: `<isomsg>` with a `<field>` for each element.
//!
//! ```text
//! <isomsg>
//!   <header>6000010000</header>
//!   <field id="0" value="0800"/>
//!   <field id="52" value="0123456789ABCDEF" type="binary"/>
//!   <isomsg id="127">
//!     <field id="2" value="000000116337"/>
//!   </isomsg>
//! </isomsg>
//! ```

mod escape;
mod read;
mod write;

pub(crate) use cardwire::input::Scanner;
pub(crate) use read::record;
pub(crate) use write::{broken, message};
