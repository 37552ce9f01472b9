//! Card numbers and tracks among other characters, found in one pass and without a copy.
//!
//! What is looked for is a property of the octets: digits that are a card number by how they begin, by their
//! length and by their check digit, wherever in a run of digits they stand, or in the groups in which they are
//! printed. Every such number counts, also those that overlap, so what one of them hides no other one shows.

use core::ops::Range;

use super::issuer::{LONGEST, SHORTEST, longest};
use crate::codec::window::Octets;

/// How many digits of a card number are shown at its start, and at its end.
pub(crate) const HEAD: usize = 6;
pub(crate) const TAIL: usize = 4;

/// How digits lie in octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Alphabet {
    /// `30` to `39`.
    Ascii,
    /// `F0` to `F9`.
    Ebcdic,
    /// Two digits an octet, beginning in either half.
    Packed,
}

impl Alphabet {
    pub(crate) const ALL: [Self; 3] = [Self::Ascii, Self::Ebcdic, Self::Packed];

    /// How many characters lie in an octet.
    pub(crate) const fn an_octet(self) -> usize {
        match self {
            Self::Ascii | Self::Ebcdic => 1,
            Self::Packed => 2,
        }
    }
}

/// What is none of the following, what stands in tracks 2 and 3 after the card number, what stands there in
/// track 1, and what parts groups of digits: a blank, a hyphen or a full stop.
const OTHER: u8 = 0xFF;
const SEPARATOR: u8 = 0xD;
const CARET: u8 = 0xC;
const GAP: u8 = 0xB;

/// The most characters of a card number in groups.
const WIDEST: usize = LONGEST + 4;

/// Octets read as characters of an alphabet.
#[derive(Clone, Copy)]
pub(crate) struct Text<'v, 'a> {
    octets: &'v Octets<'a>,
    /// The same, where no coding lies over them.
    plain: Option<&'a [u8]>,
    alphabet: Alphabet,
    /// The character after the last one that counts.
    end: usize,
    /// Octets that are shown as characters: half octets of these alone are no digits.
    is_written: fn(&u8) -> bool,
}

impl<'v, 'a> Text<'v, 'a> {
    /// Octets that are shown as hexadecimal digits.
    pub(crate) fn new(octets: &'v Octets<'a>, alphabet: Alphabet) -> Self {
        let end = alphabet.an_octet() * octets.len();
        Self { octets, plain: octets.plain(), alphabet, end, is_written: u8::is_ascii_digit }
    }

    /// Octets that are shown as characters where they are printable ones.
    pub(crate) fn written(self) -> Self {
        Self { is_written: |octet| matches!(octet, 0x20..=0x7E), ..self }
    }

    /// The same, ending earlier.
    pub(crate) fn until(self, end: usize) -> Self {
        Self { end: self.end.min(end), ..self }
    }

    #[inline]
    fn octet(&self, index: usize) -> u8 {
        match self.plain {
            Some(octets) => octets.get(index).copied().unwrap_or(0),
            None => self.octets.get(index),
        }
    }

    /// A digit as a number, or one of the others.
    #[inline]
    fn get(&self, index: usize) -> u8 {
        if index >= self.end {
            return OTHER;
        }
        match self.alphabet {
            Alphabet::Ascii => match self.octet(index) {
                digit @ b'0'..=b'9' => digit - b'0',
                b'=' | b'D' => SEPARATOR,
                b'^' => CARET,
                b' ' | b'-' | b'.' => GAP,
                _ => OTHER,
            },
            Alphabet::Ebcdic => match self.octet(index) {
                digit @ 0xF0..=0xF9 => digit & 0x0F,
                0x7E | 0xC4 => SEPARATOR,
                0x5F | 0xB0 => CARET,
                0x40 | 0x60 | 0x4B => GAP,
                _ => OTHER,
            },
            Alphabet::Packed => {
                let octet = self.octet(index / 2);
                match if index.is_multiple_of(2) { octet >> 4 } else { octet & 0x0F } {
                    half @ (0..=9 | SEPARATOR) => half,
                    _ => OTHER,
                }
            }
        }
    }

    fn is_digit(&self, index: usize) -> bool {
        self.get(index) < 10
    }

    /// The start of the run of digits that ends at `end`.
    fn run_start(&self, end: usize) -> usize {
        let mut start = end;
        while start > 0 && self.is_digit(start - 1) {
            start -= 1;
        }
        start
    }

    /// The end of the run of digits that starts at `start`.
    fn run_end(&self, start: usize) -> usize {
        let mut end = start;
        while self.is_digit(end) {
            end += 1;
        }
        end
    }

    /// Where the longest card number that starts at `start` ends.
    pub(crate) fn card(&self, start: usize) -> Option<usize> {
        let end = self.until(start + LONGEST).run_end(start);
        self.card_within(start, end)
    }

    /// The same, when the run of digits is known to go on until `end`.
    fn card_within(&self, start: usize, end: usize) -> Option<usize> {
        let len = longest(|index| self.get(start + index), end.saturating_sub(start))?;
        (!self.is_written_text(start, start + len)).then_some(start + len)
    }

    /// Whether half octets are digits only because their octets are characters, such as `33 34 31 ...`.
    fn is_written_text(&self, start: usize, end: usize) -> bool {
        self.alphabet == Alphabet::Packed
            && (start / 2..end.div_ceil(2)).all(|index| (self.is_written)(&self.octet(index)))
    }

    /// Whether a card number or a track is in it.
    pub(crate) fn holds_card(&self) -> bool {
        let mut from = 0;
        loop {
            // whatever run is long enough covers one of these places
            let place = from + SHORTEST - 1;
            if place >= self.end {
                return false;
            }
            let place = if self.get(place) == GAP { place - 1 } else { place };
            if !self.is_digit(place) {
                from = place + 1;
                continue;
            }
            let (start, end) = (self.run_start(place), self.run_end(place));
            if !self.is_written_text(start, end)
                && (self.holds_card_within(start, end) || self.lies_in_groups(start, end))
            {
                return true;
            }
            from = end + 1;
        }
    }

    fn holds_card_within(&self, start: usize, end: usize) -> bool {
        let mut starts = start..(end + 1).saturating_sub(SHORTEST);
        self.track(start, end).is_some() || starts.any(|start| self.card_within(start, end).is_some())
    }

    /// Whether a run of digits is a group of a card number.
    fn lies_in_groups(&self, mut start: usize, mut end: usize) -> bool {
        let earliest = start.saturating_sub(WIDEST);
        while self.in_groups(start, end).is_none() {
            if start <= earliest || self.get(start - 1) != GAP {
                return false;
            }
            end = start - 1;
            start = self.run_start(end);
        }
        true
    }

    /// The inner digits of a card number whose first group ends a run of digits. As they are printed, each group
    /// but the last has four, six or eight digits: `4111 1111 1111 1111`, `3782-822463-10005`. More digits may
    /// stand before the first group and after the last.
    fn in_groups(&self, start: usize, end: usize) -> Option<Range<usize>> {
        if self.get(end) != GAP || !self.is_digit(end + 1) {
            return None;
        }
        let starts =
            GROUPS.into_iter().filter_map(|len| end.checked_sub(len).filter(|first| *first >= start));
        starts.filter_map(|first| self.in_groups_from(first)).reduce(union)
    }

    fn in_groups_from(&self, first: usize) -> Option<Range<usize>> {
        let (mut places, mut len) = ([0; LONGEST], 0);
        let (mut at, mut group) = (first, first);
        for place in &mut places {
            if self.get(at) == GAP && GROUPS.contains(&(at - group)) {
                at += 1;
                group = at;
            }
            if !self.is_digit(at) {
                break;
            }
            (*place, len) = (at, len + 1);
            at += 1;
        }
        let place = |index: usize| places.get(index).copied().unwrap_or(self.end);
        let len = longest(|index| self.get(place(index)), len)?;
        let inner = if len == SHORTEST { 0..len } else { HEAD..len - TAIL };
        Some(place(inner.start)..place(inner.end - 1) + 1)
    }

    /// The inner digits of the card number of a track: a run of digits, a separator and more digits are one,
    /// whoever issued the card.
    fn track(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let len = end.checked_sub(start).filter(|len| *len >= SHORTEST)?;
        let is_track = match self.get(end) {
            SEPARATOR => self.until(end + 5).run_end(end + 1) == end + 5,
            CARET => true,
            _ => false,
        };
        match len {
            _ if !is_track => None,
            SHORTEST => Some((start, end)),
            _ => Some((start + HEAD, end - TAIL)),
        }
    }
}

/// How many digits a group of a printed card number has.
const GROUPS: [usize; 3] = [4, 6, 8];

fn union(one: Range<usize>, other: Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

/// Which characters belong to the inner digits of a card number, or to a track after one.
pub(crate) struct Cards<'v, 'a> {
    text: Text<'v, 'a>,
    /// The character that is looked at next.
    next: usize,
    /// The run of digits around it, or the last one before it.
    run: (usize, usize),
    /// Where the card numbers end that start at the last eight characters; 0 where none starts.
    ends: [usize; 8],
    /// Everything before this that was not passed yet is hidden.
    hidden_until: usize,
    /// From the first to the last inner digit of a card number in groups.
    groups: Range<usize>,
    /// The inner digits of a track whose card number nobody knows.
    track: (usize, usize),
    /// Everything from here on belongs to a track.
    hidden_from: usize,
}

impl<'v, 'a> Cards<'v, 'a> {
    pub(crate) fn new(text: Text<'v, 'a>) -> Self {
        Self::starting(text, 0)
    }

    /// Card numbers that start at `start` or later.
    pub(crate) fn starting(text: Text<'v, 'a>, start: usize) -> Self {
        let (run, track) = ((start, start), (start, start));
        let (groups, hidden_from) = (start..start, usize::MAX);
        Self { text, next: start, run, ends: [0; 8], hidden_until: 0, groups, track, hidden_from }
    }

    /// Whether the character at `index` is to be hidden. Asked in ascending order.
    pub(crate) fn hides(&mut self, index: usize) -> bool {
        while self.next <= index {
            self.step();
        }
        let (from, until) = self.track;
        index < self.hidden_until
            || index >= self.hidden_from
            || (from..until).contains(&index)
            || self.groups.contains(&index) && self.text.is_digit(index)
    }

    fn step(&mut self) {
        let at = self.next;
        self.next += 1;
        if at >= self.run.1 {
            if !self.text.is_digit(at) {
                return;
            }
            self.meet_run(at);
        }
        let (start, end) = self.run;
        if at < start {
            return;
        }
        let card_end = if end - at < SHORTEST { 0 } else { self.text.card_within(at, end).unwrap_or(0) };
        if let Some(slot) = self.ends.get_mut(at % 8) {
            *slot = card_end;
        }
        // a number of twelve digits is hidden whole: its ends would leave but two of them
        if card_end == at + SHORTEST {
            self.hidden_until = self.hidden_until.max(card_end);
        }
        // the inner digits of what started six digits earlier begin here
        let first = at.checked_sub(HEAD).filter(|first| *first >= start);
        let card_end = first.and_then(|first| self.ends.get(first % 8)).copied().unwrap_or(0);
        self.hidden_until = self.hidden_until.max(card_end.saturating_sub(TAIL));
    }

    /// The run of digits that starts here.
    fn meet_run(&mut self, start: usize) {
        let end = self.text.run_end(start);
        if self.text.is_written_text(start, end) {
            // characters, and no digits in half octets
            self.run = (end, end);
            return;
        }
        self.run = (start, end);
        if let Some(inner) = self.text.in_groups(start, end) {
            let is_over = self.groups.end <= start;
            self.groups = if is_over { inner } else { union(self.groups.clone(), inner) };
        }
        // the first track hides all that follows: track 3 has more separators, with digits before each
        if self.hidden_from == usize::MAX
            && let Some(inner) = self.text.track(start, end)
        {
            (self.track, self.hidden_from) = (inner, end + 1);
        }
    }
}

/// Which octets of a message hold an inner digit of a card number, in any alphabet: however the message is read.
pub(crate) struct Inner<'v, 'a>([Cards<'v, 'a>; 3]);

impl<'v, 'a> Inner<'v, 'a> {
    /// Of octets in `range`.
    pub(crate) fn of(octets: &'v Octets<'a>, range: Range<usize>) -> Self {
        Self(Alphabet::ALL.map(|alphabet| {
            let (start, end) = (alphabet.an_octet() * range.start, alphabet.an_octet() * range.end);
            let text = Text::new(octets, alphabet).until(end + WIDEST);
            Cards::starting(text, start.saturating_sub(WIDEST))
        }))
    }

    /// Whether the octet at `index` of the message is one. Asked in ascending order.
    pub(crate) fn hides(&mut self, index: usize) -> bool {
        // every one is asked, for each has to pass this octet
        self.0.iter_mut().fold(false, |any, cards| {
            let an_octet = cards.text.alphabet.an_octet();
            (an_octet * index..an_octet * (index + 1)).fold(any, |any, place| cards.hides(place) || any)
        })
    }
}
