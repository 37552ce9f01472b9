//! Message types as four digits.

use cardwire::Mti;
use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(mti: &Mti, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(mti.as_str())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Mti, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| de::Error::custom("this is no message type"))
}

pub(super) mod option {
    use cardwire::Mti;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[expect(clippy::ref_option, reason = "serde hands it over so")]
    pub(in crate::record) fn serialize<S: Serializer>(mti: &Option<Mti>, to: S) -> Result<S::Ok, S::Error> {
        mti.as_ref().map(Mti::as_str).serialize(to)
    }

    pub(in crate::record) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Mti>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let mti = text.map(|text| text.parse()).transpose();
        mti.map_err(|_| de::Error::custom("this is no message type"))
    }
}
