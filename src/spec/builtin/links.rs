//! How the specs of a table are declared.

/// Declares the specs of one table: name of the static, name of the spec, dialect, what it is.
macro_rules! links {
    ($title:literal, $table:ident: $($spec:ident $name:literal ($dialect:expr) $doc:literal;)*) => { $(
        #[doc = concat!($title, ", `", $name, "`: ", $doc, ".")]
        pub static $spec: crate::spec::Spec<'static> =
            crate::spec::Spec::new($name, &$dialect, &$table.elements(&$dialect));
    )* };
}

pub(super) use links;
