//! The two shapes every module here repeats: an open code and an enum with words.

/// Declares an open code: a fixed number of characters, every value of which can be carried.
///
/// The last argument names the check in `table`: `digits` or `alphanumeric`.
macro_rules! open_code {
    ($(#[$doc:meta])* $name:ident, $len:literal, $check:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Takes the code from text: `None` on a wrong length or character, never on an unknown code.
            #[must_use]
            pub const fn new(text: &str) -> Option<Self> {
                Self::from_bytes(text.as_bytes())
            }

            /// The same from the ASCII bytes of a field.
            #[must_use]
            pub const fn from_bytes(bytes: &[u8]) -> Option<Self> {
                match bytes.first_chunk::<$len>() {
                    Some(code) if bytes.len() == $len && $crate::codes::table::$check(bytes) => Some(Self(*code)),
                    _ => None,
                }
            }

            /// The code as text, leading zeros kept.
            #[must_use]
            pub const fn as_str(&self) -> &str {
                match core::str::from_utf8(&self.0) {
                    Ok(text) => text,
                    Err(_) => "", // not reachable: only ASCII is let in
                }
            }

            /// The code as ASCII bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
    };
}

/// Declares a plain enum whose variants print as the given words, English and Chinese.
macro_rules! worded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $en:literal $zh:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// The plain English words of this value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                self.words($crate::codes::Lang::En)
            }

            /// The words of this value.
            #[must_use]
            pub const fn words(self, lang: $crate::codes::Lang) -> &'static str {
                match self {
                    $(Self::$variant => lang.of($en, $zh),)+
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
