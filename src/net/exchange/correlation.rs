//! Which elements tell one exchange from another, and what a message says there.

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::de;
use crate::model::bitmap::Bitmap;
use crate::model::mti::{Class, Mti};
use crate::read::message::Message;

/// The rule by which a response is matched to its request: a list of elements that the response
/// repeats unchanged, and the MTI. The command and the library have this one rule.
///
/// The default is STAN, terminal and transmission time. It still works on a link without one of them:
/// an element that is absent is part of the key as absent. Absent from one of the two only, it makes
/// their keys differ.
///
/// ```
/// use cardwire::{de, model::Class, net::Correlation};
///
/// let rule = Correlation::on(&[de::STAN, de::TERMINAL])
///     // this host does not echo the terminal in 0810
///     .for_class(Class::NetworkManagement, &[de::STAN])
///     // and responds to 0420 as if it were 0400
///     .response("0420".parse()?, "0410".parse()?);
/// # Ok::<_, cardwire::Error>(())
/// ```
///
/// Values are compared in their logical form, so a response in another coding matches. Repeats have
/// the key of their original: `0421` and `0420` are one exchange.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correlation {
    elements: Elements,
    overrides: Vec<(Which, Elements)>,
    responses: Vec<(Mti, Mti)>,
}

/// The elements of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Elements {
    /// In the order of the rule; unused places are 0.
    numbers: [u8; MAX_ELEMENTS],
    set: Bitmap,
}

/// How many elements can make up a key.
const MAX_ELEMENTS: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Which {
    /// The exchange whose response has this MTI.
    Exchange(Mti),
    Class(Class),
}

/// STAN, terminal and transmission time.
impl Default for Correlation {
    fn default() -> Self {
        Self::on(&[de::STAN, de::TERMINAL, de::TRANSMISSION_TIME])
    }
}

impl Correlation {
    /// The rule of these elements, for every MTI. The first eight of them count.
    #[must_use]
    pub fn on(elements: &[u8]) -> Self {
        Self { elements: list(elements), overrides: Vec::new(), responses: Vec::new() }
    }

    /// Other elements for a class of messages.
    #[must_use]
    pub fn for_class(mut self, class: Class, elements: &[u8]) -> Self {
        self.overrides.push((Which::Class(class), list(elements)));
        self
    }

    /// Other elements for one exchange, named by the MTI of the request. Goes before its class.
    #[must_use]
    pub fn for_mti(mut self, request: Mti, elements: &[u8]) -> Self {
        if let Some(response) = self.response_to(request) {
            self.overrides.insert(0, (Which::Exchange(response), list(elements)));
        }
        self
    }

    /// Says what responds to a request when it is not its [response MTI](Mti::response).
    #[must_use]
    pub fn response(mut self, request: Mti, response: Mti) -> Self {
        self.responses.push((original(request), original(response)));
        self
    }

    /// The MTI of the response to a request, without the repeat mark.
    #[must_use]
    #[inline]
    pub fn response_to(&self, request: Mti) -> Option<Mti> {
        let mapped = self.responses.iter().find(|(from, _)| *from == original(request));
        mapped.map(|(_, to)| *to).or_else(|| request.response())
    }

    /// Whether a message with this MTI is a response.
    #[must_use]
    pub fn is_response(&self, mti: Mti) -> bool {
        mti.is_response() || self.responses.iter().any(|(_, response)| *response == original(mti))
    }

    /// The key of the exchange a message belongs to, as request or as response. `None` when it has
    /// none of the elements, or when no response to its MTI is known.
    #[must_use]
    pub fn trace(&self, message: &Message<'_>) -> Option<Trace> {
        self.trace_of(message.mti(), |number, trace| trace.add(message, number))
    }

    /// The same of a message of this MTI, whose elements `add` adds to the key: it says whether there is one, or
    /// `None` when there can be no key.
    pub(crate) fn trace_of(
        &self,
        mti: Mti,
        mut add: impl FnMut(u8, &mut Trace) -> Option<bool>,
    ) -> Option<Trace> {
        let response = if self.is_response(mti) { original(mti) } else { self.response_to(mti)? };
        let mut trace = Trace::of(response);
        let mut found = false;
        for number in self.elements(response) {
            match add(number, &mut trace)? {
                true => found = true,
                false => trace.push(ABSENT)?,
            }
        }
        found.then_some(trace)
    }

    /// The elements of the key of the exchange whose response has this MTI, in the order of the rule.
    fn elements(&self, response: Mti) -> impl Iterator<Item = u8> + '_ {
        self.key(response).numbers.iter().copied().take_while(|number| *number > 0)
    }

    /// The same as a set.
    #[cfg(feature = "net")]
    pub(crate) fn set(&self, response: Mti) -> &Bitmap {
        &self.key(response).set
    }

    fn key(&self, response: Mti) -> &Elements {
        let fits = |which: &Which| match which {
            Which::Exchange(mti) => *mti == response,
            Which::Class(class) => *class == response.class(),
        };
        let found = self.overrides.iter().find(|(which, _)| fits(which));
        found.map_or(&self.elements, |(_, elements)| elements)
    }

    /// What keeps a message from being the response to the request with this key; `None` when it is.
    #[must_use]
    pub fn mismatch(&self, request: &Trace, message: &Message<'_>) -> Option<Mismatch> {
        let mti = message.mti();
        if !self.is_response(mti) || original(mti).digits() != request.mti() {
            return Some(Mismatch::Mti(mti));
        }
        let response = self.trace(message);
        if response.as_ref() == Some(request) {
            return None;
        }
        let values =
            response.as_ref().map(Trace::values).into_iter().flatten().chain(core::iter::repeat(None));
        let differs = self.elements(original(mti)).zip(request.values().zip(values));
        let first = differs.into_iter().find(|(_, (one, other))| one != other);
        Some(Mismatch::Element(first.map_or(0, |(number, _)| number)))
    }
}

/// Why a message is not the response to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Mismatch {
    /// Its MTI is another, or that of a request.
    Mti(Mti),
    /// This element of the key is another, or only one of both has it.
    Element(u8),
}

/// The MTI without the repeat mark.
pub(crate) fn original(mti: Mti) -> Mti {
    let [version, class, function, origin] = mti.digits();
    let origin = if mti.is_repeat() { origin - 1 } else { origin };
    Mti::from_digits([version, class, function, origin]).unwrap_or(mti)
}

fn list(elements: &[u8]) -> Elements {
    let mut numbers = [0; MAX_ELEMENTS];
    numbers.iter_mut().zip(elements).for_each(|(slot, number)| *slot = *number);
    Elements { numbers, set: numbers.iter().copied().take_while(|number| *number > 0).collect() }
}

/// What stands for the length of an element that is not there.
const ABSENT: u8 = 0xFF;

/// The key of one exchange: what its request and its response have in common. No heap.
///
/// It may hold card data, if the rule names such elements: its `Debug` shows a digest only.
#[derive(Clone, Copy)]
pub struct Trace {
    len: u8,
    octets: [u8; Trace::SIZE],
}

impl Trace {
    /// How many octets a key can have.
    pub const SIZE: usize = 95;

    fn of(mti: Mti) -> Self {
        let mut octets = [0; Self::SIZE];
        octets.iter_mut().zip(mti.digits()).for_each(|(slot, digit)| *slot = digit);
        Self { len: 4, octets }
    }

    fn push(&mut self, octet: u8) -> Option<()> {
        *self.octets.get_mut(usize::from(self.len))? = octet;
        self.len += 1;
        Some(())
    }

    /// Adds an element of a message, if it has that.
    pub(crate) fn add(&mut self, message: &Message<'_>, number: u8) -> Option<bool> {
        if let Some(value) = message.plain(number) {
            self.extend(value.len(), |room| room.copy_from_slice(value))?;
        } else if let Some(field) = message.get(number) {
            let value = field.expose();
            self.extend(field.len(), |room| _ = value.copy_to(room))?;
        } else {
            return Some(false);
        }
        Some(true)
    }

    /// Adds a value of that length.
    pub(crate) fn extend(&mut self, len: usize, copy: impl FnOnce(&mut [u8])) -> Option<()> {
        let size = u8::try_from(len).ok().filter(|len| *len < ABSENT)?;
        self.push(size)?;
        let start = usize::from(self.len);
        copy(self.octets.get_mut(start..start + len)?);
        self.len += size;
        Some(())
    }

    /// The MTI of the response.
    fn mti(&self) -> [u8; 4] {
        self.octets.first_chunk().copied().unwrap_or_default()
    }

    /// The values of the elements, in the order of the rule.
    fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut rest = self.octets().get(4..).unwrap_or_default();
        core::iter::from_fn(move || {
            let (len, after) = rest.split_first()?;
            let size = if *len == ABSENT { 0 } else { usize::from(*len) };
            let (value, after) = after.split_at_checked(size)?;
            rest = after;
            Some((*len != ABSENT).then_some(value))
        })
    }

    fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl PartialEq for Trace {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Trace {}

impl Hash for Trace {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.octets());
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({} octets)", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ISO87_ASCII, ISO87_BCD};
    use crate::write::builder::Builder;
    use std::vec::Vec;

    fn wire(mti: &str, stan: u32, terminal: &str) -> Vec<u8> {
        Builder::new(&ISO87_BCD, mti.parse().unwrap())
            .set(de::STAN, stan)
            .set(de::TERMINAL, terminal)
            .set(de::PAN, "4111111111111111")
            .to_vec()
            .unwrap()
    }

    fn trace(rule: &Correlation, mti: &str, stan: u32, terminal: &str) -> Option<Trace> {
        rule.trace(&Message::parse(&ISO87_BCD, &wire(mti, stan, terminal)).unwrap())
    }

    #[test]
    fn request_repeat_and_response_have_one_key() {
        let rule = Correlation::default();
        let request = trace(&rule, "0420", 1, "TERM0001");
        assert!(request.is_some());
        for same in ["0421", "0430", "0431"] {
            assert_eq!(trace(&rule, same, 1, "TERM0001"), request, "{same}");
        }
        assert_ne!(trace(&rule, "0430", 2, "TERM0001"), request);
        assert_ne!(trace(&rule, "0430", 1, "TERM0002"), request);
        assert_ne!(trace(&rule, "0410", 1, "TERM0001"), request);
    }

    #[test]
    fn the_coding_of_the_link_does_not_matter() {
        let rule = Correlation::default();
        let wire = wire("0200", 1, "TERM0001");
        let message = Message::parse(&ISO87_BCD, &wire).unwrap();
        let other = Builder::copy_of(&message, &ISO87_ASCII).to_vec().unwrap();
        assert_eq!(rule.trace(&Message::parse(&ISO87_ASCII, &other).unwrap()), rule.trace(&message));
    }

    #[test]
    fn rules_for_a_class_and_for_an_exchange() {
        let mti = |text: &str| text.parse().unwrap();
        let rule = Correlation::on(&[de::STAN, de::TERMINAL])
            .for_class(Class::Reversal, &[de::STAN])
            .for_mti(mti("0400"), &[de::TERMINAL])
            .response(mti("0320"), mti("0340"));
        assert_eq!(trace(&rule, "0420", 1, "A       "), trace(&rule, "0430", 1, "B       "));
        assert_eq!(trace(&rule, "0400", 1, "A       "), trace(&rule, "0410", 2, "A       "));
        assert_eq!(trace(&rule, "0320", 1, "A       "), trace(&rule, "0340", 1, "A       "));
        assert!(rule.is_response(mti("0340")) && !rule.is_response(mti("0320")));
    }

    #[test]
    fn what_keeps_a_message_from_being_the_response_is_named() {
        let rule = Correlation::on(&[de::STAN, de::RRN, de::TERMINAL]);
        let request = trace(&rule, "0420", 7, "TERM0001").unwrap();
        let mismatch = |wire: &[u8]| rule.mismatch(&request, &Message::parse(&ISO87_BCD, wire).unwrap());
        assert_eq!(mismatch(&wire("0430", 7, "TERM0001")), None);
        assert_eq!(mismatch(&wire("0431", 7, "TERM0001")), None);
        for other in ["0410", "0420", "0210", "0800"] {
            assert_eq!(mismatch(&wire(other, 7, "TERM0001")), Some(Mismatch::Mti(other.parse().unwrap())));
        }
        assert_eq!(mismatch(&wire("0430", 8, "TERM0001")), Some(Mismatch::Element(de::STAN)));
        assert_eq!(mismatch(&wire("0430", 7, "TERM0002")), Some(Mismatch::Element(de::TERMINAL)));
        let response = |numbers: &[u8]| {
            let wire = wire("0430", 7, "TERM0001");
            let message = Message::parse(&ISO87_BCD, &wire).unwrap();
            let mut builder = Builder::new(&ISO87_BCD, message.mti());
            builder.echo(&message, numbers).to_vec().unwrap()
        };
        assert_eq!(mismatch(&response(&[de::STAN, de::PAN])), Some(Mismatch::Element(de::TERMINAL)));
        assert_eq!(mismatch(&response(&[de::PAN])), Some(Mismatch::Element(de::STAN)));
    }

    #[test]
    fn no_key_without_elements_and_no_card_data_in_debug() {
        assert_eq!(trace(&Correlation::on(&[de::RRN]), "0200", 1, "A       "), None);
        let shown = std::format!("{:?}", trace(&Correlation::on(&[de::PAN]), "0200", 1, "A       "));
        assert_eq!(shown, "Some(Trace(21 octets))");
    }
}
