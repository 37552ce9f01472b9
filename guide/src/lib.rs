//! The Rust of the guide: each block of its [pages](../pages) is a test of this documentation.

macro_rules! pages {
    ($($name:ident)*) => {
        $(
            #[doc = include_str!(concat!("../pages/", stringify!($name), ".md"))]
            pub mod $name {}
        )*
    };
}

pages! { start zh capture day money spec issuer terminal host jpos moov j8583 pyiso8583 pci }
