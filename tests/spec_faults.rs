//! Specs that contradict themselves, one test a fault, refused at run time in exact words.
//! (That a constant spec does not compile is a test in the documentation of `Spec`.)

mod common;

use cardwire::layout::{BitmapForm, Layout, Tag, ans, ansb, b, n, row, x_n, z};
use cardwire::mask::{OPEN, PAN, SECRET};
use cardwire::spec::{Slots, binary_parts, numbered_parts, table, text_parts};
use cardwire::{
    Dialect, ErrorKind, Spec,
    layout::{
        CodePage, Coding, Element, LengthUnit, NextBitmap, Prefix, PrefixCoding, Row, Shape, Side, Zone,
    },
    mask::Privacy,
    model::SpecFault,
};

/// What is wrong with a spec of one row.
fn fault(row: Row<'static>) -> String {
    fault_in(Dialect::ASCII, row)
}

fn fault_in(dialect: Dialect, row: Row<'static>) -> String {
    let elements: &'static Slots<'static> = Box::leak(Box::new(table([row]).elements(&dialect)));
    match Spec::try_new("test", &dialect, elements) {
        Ok(_) => "sound".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn fault_of(shape: Shape<'static>) -> String {
    fault(row(48, shape, "", SECRET))
}

fn parts(row: Row<'static>) -> Layout<'static> {
    Layout::positions(1, Box::leak(Box::new(text_parts([row]))))
}

/// What is wrong with a text element of one part.
fn fault_of_part(shape: Shape<'static>) -> String {
    fault_of(ans(99).lll().of(Box::leak(Box::new(parts(row(1, shape, "", SECRET))))))
}

fn fault_of_layout(shape: Shape<'static>, layout: Layout<'static>) -> String {
    fault_of(shape.of(Box::leak(Box::new(layout))))
}

#[test]
fn prefix_too_narrow() {
    let text = "spec, field 48: the length prefix cannot express the maximum length";
    assert_eq!(fault_of(n(100).ll()), text);
    assert_eq!(fault_of(n(99).ll()), "sound");
    // fifty octets are a hundred hexadecimal digits
    assert_eq!(fault_of(b(50).ll()), text);
    assert_eq!(fault_of(b(49).ll()), "sound");
    let inclusive = Prefix { coding: PrefixCoding::Ascii, width: 2, counts: LengthUnit::Units, includes: 2 };
    assert_eq!(fault_of(n(98).prefix(inclusive)), text);
    assert_eq!(fault_of(n(97).prefix(inclusive)), "sound");
    let binary = Prefix { coding: PrefixCoding::Binary, width: 1, counts: LengthUnit::Nibbles, includes: 0 };
    assert_eq!(fault_of(ans(128).prefix(binary)), text);
    assert_eq!(fault_of(ans(127).prefix(binary)), "sound");
}

#[test]
fn minimum_above_maximum() {
    assert_eq!(fault_of(n(4).ll().min(5)), "spec, field 48: the minimum length exceeds the maximum");
}

#[test]
fn zero_length() {
    assert_eq!(fault_of(n(0)), "spec, field 48: the length is zero");
    assert_eq!(fault_of(n(0).ll()), "spec, field 48: the length is zero");
}

#[test]
fn defined_twice() {
    let text = "spec, field 48: an element is defined twice, or tags are not in ascending order";
    let at = |key| row(key, n(2), "", OPEN).resolve(&Dialect::CHARACTERS);
    let list = |keys: [u32; 2]| -> &'static [Option<Element<'static>>] {
        keys.map(|key| Some(at(key))).to_vec().leak()
    };
    let tag = Tag::Digits(4);
    assert!(fault_of_layout(ans(99).lll(), Layout::tags(tag, None, list([7, 7]))).ends_with(&text[17..]));
    assert!(fault_of_layout(ans(99).lll(), Layout::tags(tag, None, list([8, 7]))).ends_with(&text[17..]));
    assert_eq!(fault_of_layout(ans(99).lll(), Layout::tags(tag, None, list([7, 8]))), "sound");
    assert!(fault_of_layout(ans(99).lll(), Layout::positions(1, list([2, 1]))).ends_with(&text[17..]));
}

#[test]
fn reserved_number() {
    let text = |number| format!("spec, field {number}: the number is not available for data");
    assert_eq!(fault(row(1, n(1), "", OPEN)), text(1));
    assert_eq!(fault(row(129, n(1), "", OPEN)), text(129));
    let short = Dialect { bitmap: BitmapForm::single(Coding::Hex, 8), ..Dialect::ASCII };
    assert_eq!(fault_in(short, row(65, n(1), "", OPEN)), text(65));
    assert_eq!(fault_in(short, row(1, n(1), "", OPEN)), "sound");
    let third =
        Dialect { bitmap: BitmapForm::new(Coding::Hex).third(NextBitmap::InElement), ..Dialect::ASCII };
    assert_eq!(fault_in(third, row(65, n(1), "", OPEN)), text(65));
    assert_eq!(fault_in(third, row(192, n(1), "", OPEN)), "sound");
    let one: &'static [Option<Element<'static>>] = Box::leak(Box::new(text_parts([row(1, n(2), "", OPEN)])));
    let gap = [one[0], None].to_vec().leak();
    let text = "spec, field 48: the number is not available for data";
    assert_eq!(fault_of_layout(ans(99).lll(), Layout::positions(2, one)), text);
    assert_eq!(fault_of_layout(ans(99).lll(), Layout::positions(1, gap)), text);
    assert_eq!(fault_of_layout(ans(99).lll(), Layout::tags(Tag::Digits(2), None, gap)), text);
    // tags that cannot be written so
    let ebcdic = Tag::Ebcdic(CodePage::Cp037, 2);
    for (tag, key, is_sound) in [
        (Tag::Digits(2), 99, true),
        (Tag::Digits(2), 100, false),
        (Tag::Text(2), 0x4142, true),
        (Tag::Text(2), 0x41, false),
        (Tag::Text(2), 0x0741, false),
    ] {
        let list = [Some(row(key, n(2), "", OPEN).resolve(&Dialect::CHARACTERS))].to_vec().leak();
        let found = fault_of_layout(ans(99).lll(), Layout::tags(tag, None, list));
        assert_eq!(found.ends_with("the number is not available for data"), !is_sound, "{tag:?} {key}");
    }
    for (tag, key, is_sound) in [
        (ebcdic, 0x4142, true),
        (ebcdic, 0x0042, false),
        (Tag::Octets(1), 0xFF, true),
        (Tag::Octets(1), 0x100, false),
        (Tag::Ber, 0x9F26, true),
        (Tag::Ber, 0x9F, false),
        (Tag::Ber, 0x9F80, false),
        (Tag::Ber, 0x9F_8101, true),
        (Tag::Ber, 0x00DF_8181, false),
    ] {
        let list = [Some(row(key, n(2), "", OPEN).resolve(&Dialect::BCD))].to_vec().leak();
        let found = fault_of_layout(b(99).lll(), Layout::tags(tag, None, list));
        assert_eq!(found.ends_with("the number is not available for data"), !is_sound, "{tag:?} {key:X}");
    }
}

#[test]
fn too_deep() {
    fn nest(depth: u32) -> Shape<'static> {
        match depth {
            0 => ans(9),
            _ => ans(9).of(Box::leak(Box::new(parts(row(1, nest(depth - 1), "", SECRET))))),
        }
    }
    let text = "spec, field 48, part 1, part 1, part 1: layouts are nested too deep";
    assert_eq!((fault_of(nest(7)), fault_of(nest(8))), ("sound".to_owned(), text.to_owned()));
    // codings over codings are fewer: hexadecimal digits of hexadecimal digits of ...
    fn hex_of_hex(depth: u32) -> Shape<'static> {
        let part: &'static [_] =
            text_parts([row(1, if depth == 0 { b(9) } else { hex_of_hex(depth - 1) }, "", SECRET)])
                .to_vec()
                .leak();
        b(99).lll().coding(Coding::Hex).of(Box::leak(Box::new(Layout::positions(1, part))))
    }
    assert_eq!((fault_of(hex_of_hex(2)), fault_of(hex_of_hex(3))), ("sound".to_owned(), text.to_owned()));
}

#[test]
fn coding_cannot_carry() {
    let text = "spec, field 48: the coding cannot carry the content class";
    for shape in [
        ans(4).coding(Coding::Bcd),
        b(4).coding(Coding::Ascii),
        n(4).coding(Coding::Raw),
        z(4).coding(Coding::Hex),
        n(4).coding(Coding::Zoned(Zone::C)),
    ] {
        assert_eq!(fault_of(shape), text);
    }
    // a sign needs a digit to lie on
    assert_eq!(fault_of(x_n(8).ll().coding(Coding::Zoned(Zone::F))), text);
    assert_eq!(fault_of(x_n(8).ll().coding(Coding::Bcd)), text);
    assert_eq!(fault_of(x_n(8).ll().min(2).coding(Coding::Bcd)), "sound");
    // parts of text are characters, and characters the text admits
    let text = "spec, field 48, part 1: the coding cannot carry the content class";
    assert_eq!(fault_of_part(n(4).coding(Coding::Bcd)), text);
    assert_eq!(fault_of_part(b(4).coding(Coding::Raw)), text);
    assert_eq!(fault_of_part(ansb(4)), text);
    assert_eq!(fault_of_part(n(4).ber()), text);
    let part = |shape| Layout::positions(1, Box::leak(Box::new(text_parts([row(1, shape, "", SECRET)]))));
    assert_eq!(fault_of_layout(n(4), part(ans(4))), text);
    assert_eq!(fault_of_layout(n(4), part(b(2))), text);
    assert_eq!(fault_of_layout(n(4), part(n(4))), "sound");
}

#[test]
fn mask_too_open() {
    let text = "spec, field 2: the mask shows more of the value than it hides";
    let of = |head, tail| fault(row(2, n(19).ll(), "", Privacy::Pan { head, tail }));
    assert_eq!((of(9, 4), of(6, 5), of(8, 4)), (text.to_owned(), text.to_owned(), "sound".to_owned()));
    // what is shown in full may hold nothing private
    let layout: &'static Layout<'static> = Box::leak(Box::new(parts(row(1, n(16), "", PAN))));
    assert_eq!(
        fault(row(48, ans(16).of(layout), "", OPEN)),
        "spec, field 48, part 1: the mask shows more of the value than it hides"
    );
    assert_eq!(fault(row(48, ans(16).of(layout), "", SECRET)), "sound");
    static CARD: Element<'static> = row(0, n(16).ll(), "", PAN).resolve(&Dialect::CHARACTERS);
    let unlisted: &'static Layout<'static> =
        Box::leak(Box::new(Layout::tags(Tag::Digits(2), Some(&CARD), &[])));
    let text = "spec, field 48: the mask shows more of the value than it hides";
    assert_eq!(fault(row(48, ans(99).lll().of(unlisted), "", OPEN)), text);
}

#[test]
fn layout_misplaced() {
    let text = "spec, field 48: the element cannot hold a layout of this kind";
    let digits = || parts(row(1, n(2), "", OPEN));
    assert_eq!(fault_of_layout(x_n(8), digits()), text);
    assert_eq!(fault_of_layout(z(8), digits()), text);
    for tag in [Tag::Ber, Tag::Octets(2), Tag::Digits(0), Tag::Digits(7), Tag::Text(0), Tag::Text(5)] {
        assert_eq!(fault_of_layout(ans(99).lll(), Layout::tags(tag, None, &[])), text, "{tag:?}");
    }
    assert_eq!(fault_of_layout(n(99).lll(), Layout::tags(Tag::Text(2), None, &[])), text);
    assert_eq!(fault_of_layout(b(99).lll(), Layout::tags(Tag::Octets(5), None, &[])), text);
    assert_eq!(
        fault_of_part(n(4).until(3)),
        "spec, field 48, part 1: the element cannot hold a layout of this kind"
    );
    assert_eq!(fault_of_part(n(4).until(b'\\')), "sound");
}

#[test]
fn open_length() {
    let text = "an element of open length must be the last";
    let two: &'static [_] =
        text_parts([row(1, n(2).rest(), "", OPEN), row(2, n(2), "", OPEN)]).to_vec().leak();
    assert_eq!(
        fault_of_layout(ans(99).lll(), Layout::positions(1, two)),
        format!("spec, field 48, part 1: {text}")
    );
    let tags = Layout::tags(Tag::Digits(2), None, &two[..1]);
    assert_eq!(fault_of_layout(ans(99).lll(), tags), format!("spec, field 48, part 01: {text}"));
    let unlisted = Layout::tags(Tag::Digits(2), two[0].as_ref(), &[]);
    assert_eq!(fault_of_layout(ans(99).lll(), unlisted), format!("spec, field 48: {text}"));
}

#[test]
fn prefix_width() {
    let text = "spec, field 48: the length prefix is too wide, or has no digits";
    assert_eq!(fault_of(n(9).var(0)), text);
    assert_eq!(fault_of(n(9).var(7)), text);
    for (coding, width) in [(PrefixCoding::Binary, 5), (PrefixCoding::Binary, 0), (PrefixCoding::Hex, 5)] {
        assert_eq!(
            fault_of(n(9).prefix(Prefix { coding, width, counts: LengthUnit::Units, includes: 0 })),
            text
        );
    }
}

#[test]
fn bitmap_form() {
    let of = |bitmap| fault_in(Dialect { bitmap, ..Dialect::ASCII }, row(3, n(6), "", OPEN));
    let text = "spec, message: the bitmap form is impossible";
    let raw = BitmapForm::new(Coding::Raw);
    for bitmap in [
        BitmapForm::new(Coding::Ascii),
        BitmapForm::single(Coding::Raw, 0),
        BitmapForm::single(Coding::Raw, 9),
        BitmapForm::single(Coding::Raw, 4).second(NextBitmap::Announced),
        raw.second(NextBitmap::InElement),
        raw.second(NextBitmap::Never).third(NextBitmap::Announced),
    ] {
        assert_eq!(of(bitmap), text, "{bitmap:?}");
    }
    assert_eq!(of(raw.third(NextBitmap::InElement)), "sound");
    // octets do not lie in text, nor hexadecimal digits in decimal ones
    let slots =
        || Box::leak(Box::new(numbered_parts::<1, 9>(&Dialect::CHARACTERS, [row(2, n(2), "", OPEN)])));
    let in_text = |coding| Layout::bitmap(BitmapForm::single(coding, 1), slots());
    let text = "spec, field 48: the bitmap form is impossible";
    assert_eq!(fault_of_layout(ans(99).lll(), in_text(Coding::Raw)), text);
    assert_eq!(fault_of_layout(n(99).lll(), in_text(Coding::Hex)), text);
    assert_eq!(fault_of_layout(ans(99).lll(), in_text(Coding::Hex)), "sound");
    let octets: &'static [_] = binary_parts([row(1, n(2), "", OPEN)]).to_vec().leak();
    assert_eq!(fault_of_layout(b(9).lll(), Layout::positions(1, octets)), "sound");
}

#[test]
fn a_fault_is_a_kind_and_a_side_is_free() {
    let filled = ans(9).fill(Side::Left, b'*');
    assert_eq!(fault_of(filled), "sound");
    let slots: &'static Slots<'static> =
        Box::leak(Box::new(table([row(3, n(0), "", OPEN)]).elements(&Dialect::BCD)));
    let error = Spec::try_new("test", &Dialect::BCD, slots).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Spec(SpecFault::ZeroLength), Some(3)));
}

/// What was an overflow, or octets that could not be read back: numbers of a spec made at run time.
#[test]
fn numbers_that_no_message_has() {
    let of = |size: Shape<'static>| fault_of(size);
    assert_eq!(of(n(0x8000_0000)), "spec, field 48: the length is beyond that of any message");
    assert_eq!(of(n(9).min(u32::MAX)), "spec, field 48: the minimum length exceeds the maximum");
    assert_eq!(of(n(9).ll().min(0x8000_0001)), "spec, field 48: the minimum length exceeds the maximum");
    assert_eq!(of(n(9).min(3)), "spec, field 48: a fixed length has no other minimum");
    for (header, is_sound) in [(0xFFFF, true), (0x1_0000, false), (usize::MAX, false)] {
        let dialect = Dialect { header, ..Dialect::BCD };
        let slots: &'static Slots<'static> =
            Box::leak(Box::new(table([row(3, n(6), "", OPEN)]).elements(&dialect)));
        let found = Spec::try_new("test", &dialect, slots).err().map(|error| error.kind());
        assert_eq!(found, (!is_sound).then_some(ErrorKind::Spec(SpecFault::TooLong)), "{header}");
    }
}
