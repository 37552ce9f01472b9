//! What the serializers here have in common, so that each says only what it takes.

/// Refused: the value has no such form.
macro_rules! refused {
    ($ok:ty: $($method:ident($kind:ty))*) => { $(
        fn $method(self, _: $kind) -> Result<$ok> {
            Err(fail(ErrorKind::Form))
        }
    )* };
}

/// Small integers as large ones, characters as text; fractions and truth values are refused.
macro_rules! forwarded {
    ($ok:ty) => {
        forwarded! { $ok:
            serialize_u8(u8) serialize_u64, serialize_u16(u16) serialize_u64,
            serialize_u32(u32) serialize_u64, serialize_i8(i8) serialize_i64,
            serialize_i16(i16) serialize_i64, serialize_i32(i32) serialize_i64,
        }
        refused! { $ok: serialize_bool(bool) serialize_f32(f32) serialize_f64(f64) serialize_unit_struct(&'static str) }

        fn serialize_char(self, letter: char) -> Result<$ok> {
            self.serialize_str(letter.encode_utf8(&mut [0; 4]))
        }

        fn serialize_unit(self) -> Result<$ok> {
            self.serialize_none()
        }

        fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<$ok> {
            self.serialize_str(variant)
        }
    };
    ($ok:ty: $($method:ident($kind:ty) $to:ident,)*) => { $(
        fn $method(self, number: $kind) -> Result<$ok> {
            self.$to(number.into())
        }
    )* };
}

/// Newtypes and options are what they hold; variants with content are refused.
macro_rules! no_variants {
    ($ok:ty) => {
        type SerializeTupleVariant = Impossible<$ok, Error>;
        type SerializeStructVariant = Impossible<$ok, Error>;

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<$ok> {
            Err(fail(ErrorKind::Form))
        }

        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant> {
            Err(fail(ErrorKind::Form))
        }

        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant> {
            Err(fail(ErrorKind::Form))
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<$ok> {
            value.serialize(self)
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<$ok> {
            value.serialize(self)
        }
    };
}

/// Sequences and tuples are refused.
macro_rules! no_sequences {
    ($ok:ty) => {
        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq> {
            Err(fail(ErrorKind::Form))
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> {
            Err(fail(ErrorKind::Form))
        }

        fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct> {
            Err(fail(ErrorKind::Form))
        }
    };
}
