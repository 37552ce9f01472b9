//! The classes and packagers of jPOS.

use cardwire::import::jpos::{Options, import};

use crate::common::kept;
use crate::{Alike, told};

/// A packager of messages: packed MTI, the bitmap, and some fields.
fn jpos_around(attributes: &str, bitmap: &str, fields: &str) -> String {
    format!(
        "<isopackager {attributes}>\n<isofield id=\"0\" length=\"4\" name=\"MTI\" class=\"IFB_NUMERIC\"/>\n{bitmap}\n{fields}\n</isopackager>"
    )
}

fn isofield(id: u32, class: &str, length: u32, more: &str) -> String {
    format!("<isofield id=\"{id}\" length=\"{length}\" name=\"F{id}\" class=\"{class}\" {more}/>")
}

fn in_jpos(text: &str) -> String {
    told(import(text, &Options::new()))
}

#[test]
fn bitmaps_of_jpos() {
    let mut alike = Alike::default();
    for class in ["IFB_BITMAP", "IFA_BITMAP", "IFE_BITMAP", "IFA_NUMERIC"] {
        for length in [4, 8, 16, 24] {
            for highest in [64, 65, 128, 129, 192] {
                for attributes in [
                    "",
                    "thirdBitmapField=\"65\"",
                    "thirdBitmapField=\"0\"",
                    "thirdBitmapField=\"-999\"",
                    "thirdBitmapField=\"66\"",
                ] {
                    if !attributes.is_empty() && highest != 129 {
                        continue;
                    }
                    let text = jpos_around(
                        attributes,
                        &isofield(1, class, length, ""),
                        &isofield(highest, "IFA_NUMERIC", 3, ""),
                    );
                    alike.add(format!("{class} {length} {highest} {attributes}"), in_jpos(&text));
                }
            }
        }
    }
    for (attributes, fields) in [
        ("bitmapField=\"2\"", isofield(1, "IFA_NUMERIC", 3, "") + &isofield(2, "IFB_BITMAP", 16, "")),
        (
            "bitmapField=\"2\"",
            isofield(1, "IFA_NUMERIC", 3, "")
                + &isofield(2, "IFB_BITMAP", 16, "")
                + &isofield(65, "IFA_NUMERIC", 3, ""),
        ),
        ("bitmapField=\"3\"", isofield(2, "IFB_BITMAP", 16, "")),
        ("emitBitmap=\"false\"", isofield(1, "IFB_BITMAP", 16, "")),
        ("emitBitmap=\"no\"", isofield(1, "IFB_BITMAP", 16, "")),
        ("headerLength=\"5\"", isofield(1, "IFB_BITMAP", 16, "")),
        ("headerLength=\"x\"", isofield(1, "IFB_BITMAP", 16, "")),
        (
            "",
            isofield(1, "IFB_BITMAP", 16, "")
                + &isofield(65, "IF_NOP", 1, "")
                + &isofield(129, "IFA_NUMERIC", 3, ""),
        ),
        (
            "",
            isofield(1, "IFB_BITMAP", 24, "")
                + &isofield(65, "IF_NOP", 1, "")
                + &isofield(129, "IFA_NUMERIC", 3, ""),
        ),
    ] {
        alike.add(format!("{attributes} {}", fields.len()), in_jpos(&jpos_around(attributes, "", &fields)));
    }
    for class in ["IFA_NUMERIC", "IFB_NUMERIC", "IFE_NUMERIC", "IF_CHAR", "IFB_BINARY", "IFA_LLNUM"] {
        for length in [2, 4] {
            let mti = isofield(0, class, length, "");
            let text = format!("<isopackager>\n{mti}\n{}\n</isopackager>", isofield(1, "IFB_BITMAP", 8, ""));
            alike.add(format!("MTI {class} {length}"), in_jpos(&text));
        }
    }
    kept("import_words/jpos_bitmaps.out", &alike.text());
}

const JPOS_PACKAGERS: [&str; 13] = [
    "GenericPackager",
    "GenericSubFieldPackager",
    "Base1SubFieldPackager",
    "CTCSubFieldPackager",
    "CTCSubElementPackager",
    "GenericTaggedFieldsPackager",
    "TaggedSequencePackager",
    "EuroSubFieldPackager",
    "GICCSubFieldPackager",
    "BERTLVBinaryPackager",
    "BERTLVAsciiHexPackager",
    "BERTLVEbcdicHexPackager",
    "DatasetPackager",
];

/// Packagers that read as another one does.
const JPOS_ALIKE: [(&str, &str); 5] = [
    ("GenericValidatingPackager", "GenericPackager"),
    ("PostPackager$PostPrivatePackager", "GenericSubFieldPackager"),
    ("PostPrivatePackager", "GenericSubFieldPackager"),
    ("MasterCardEBCDICSubFieldPackager", "EuroSubFieldPackager"),
    ("ICCDataPackager", "BERTLVBinaryPackager"),
];

#[test]
fn packagers_of_jpos() {
    let mut alike = Alike::default();
    let text = |id| isofield(id, "IF_CHAR", 3, "");
    let trimmed = |id| isofield(id, "IFE_CHAR", 3, "trim=\"true\"");
    let tagged = |id, class| isofield(id, class, 30, "");
    let token = |id, token: &str| isofield(id, "tlv.IFTA_LLLCHAR", 30, &format!("token=\"{token}\""));
    let sets: [(&str, Vec<String>); 12] = [
        ("none", vec![]),
        ("0, 1, 2", vec![text(0), text(1), text(2)]),
        ("1, 2", vec![text(1), trimmed(2)]),
        ("0", vec![text(0)]),
        ("bitmap 0", vec![isofield(0, "IFB_BITMAP", 3, ""), text(1), text(24)]),
        ("bitmap 1", vec![text(0), isofield(1, "IFB_BITMAP", 16, ""), text(2), text(65)]),
        ("bitmap 1 of 8", vec![isofield(1, "IFA_BITMAP", 8, ""), trimmed(2), trimmed(64)]),
        ("tags of digits", vec![text(0), tagged(1, "IFA_TTLLCHAR"), tagged(12, "IFA_TTLLCHAR")]),
        (
            "tags of EBCDIC",
            vec![
                isofield(0, "IFE_CHAR", 1, ""),
                tagged(1, "IFMC_TCC".replace("IFMC_TCC", "IFEPE_LLCHAR").as_str()),
            ],
        ),
        ("tags in two ways", vec![tagged(1, "IFA_TTLLCHAR"), tagged(2, "IFA_TTTLLCHAR")]),
        ("tokens", vec![text(0), token(1, "AB"), token(2, "##")]),
        ("wide tokens", vec![token(1, "123456"), token(2, "######")]),
    ];
    let attributes = [
        "",
        "emitBitmap=\"false\"",
        "firstField=\"2\"",
        "bitmapField=\"0\"",
        "headerLength=\"2\"",
        "headerLength=\"30\"",
        "tagSize=\"2\" lenSize=\"3\"",
        "tagSize=\"5\"",
        "tagSize=\"2\" lenSize=\"2\" swapTagAndLen=\"true\"",
        "tagMapper=\"TTDecimalTagMapper\"",
        "tagMapper=\"my.Mapper\" tagSize=\"2\" lenSize=\"3\"",
        "token=\"ABC\"",
    ];
    for (name, parts) in &sets {
        for attribute in attributes {
            for packager in JPOS_PACKAGERS {
                for class in ["IFA_LLCHAR", "IFB_LLHBINARY", "IF_CHAR"] {
                    if class != "IFA_LLCHAR" && !attribute.is_empty() {
                        continue;
                    }
                    let said = |packager: &str| {
                        let field = format!(
                            "<isofieldpackager id=\"48\" length=\"30\" name=\"48\" class=\"{class}\" packager=\"org.jpos.iso.packager.{packager}\" {attribute}>\n{}\n</isofieldpackager>",
                            parts.join("\n")
                        );
                        let said = in_jpos(&jpos_around("", &isofield(1, "IFB_BITMAP", 8, ""), &field));
                        said.replace(&format!("org.jpos.iso.packager.{packager}"), "…")
                    };
                    for (other, _) in JPOS_ALIKE.iter().filter(|(_, known)| *known == packager) {
                        assert_eq!(said(other), said(packager), "{other} {attribute} {name}");
                    }
                    let said = said(packager);
                    alike.add(format!("{packager} {attribute} {name} {class}"), said);
                }
            }
        }
    }
    kept("import_words/jpos_packagers.out", &alike.text());
}

#[test]
fn fields_of_jpos() {
    let mut alike = Alike::default();
    let classes = [
        "IF_CHAR",
        "IFA_NUMERIC",
        "IFA_LLNUM",
        "IFA_AMOUNT",
        "IFA_LLLBINARY",
        "IFB_NUMERIC",
        "IFB_LLNUM",
        "IFB_LLHNUM",
        "IFB_LLHFBINARY",
        "IFB_AMOUNT",
        "IFB_HEX",
        "IFB_LLHBINARY",
        "IFB_LLBINARY",
        "IFE_CHAR",
        "IFE_NUMERIC",
        "IFE_LLNUM",
        "IFE_SIGNED_NUMERIC",
        "IFB_FLLNUM",
        "IF_TCHAR",
        "IF_TBASE1",
        "IFB_LLHECHAR",
        "IFEB_LLNUM",
        "IF_NOP",
        "IF_UNUSED",
        "IFX_NOTHING",
        "IFEP_LLCHAR",
        "IFB_BINARY",
    ];
    for class in classes {
        for (id, name) in [(2, "PAN"), (4, "Amount"), (35, "T2"), (45, "Track 1 data"), (104, "F")] {
            for length in [1, 12, 19, 37, 255, 999] {
                if length != 19 && id != 104 {
                    continue;
                }
                let field =
                    format!("<isofield id=\"{id}\" length=\"{length}\" name=\"{name}\" class=\"{class}\"/>");
                let said = in_jpos(&jpos_around("", &isofield(1, "IFB_BITMAP", 16, ""), &field));
                alike.add(format!("{class} {id} {length}"), said);
            }
        }
        for more in [
            "pad=\"true\"",
            "trim=\"true\"",
            "inclusive=\"true\"",
            "token=\"1C\"",
            "token=\"|\"",
            "token=\"xyz\"",
            "pad=\"yes\"",
        ] {
            let fields = isofield(103, class, 7, more) + &isofield(104, class, 7, more);
            let said = in_jpos(&jpos_around("", &isofield(1, "IFB_BITMAP", 16, ""), &fields));
            alike.add(format!("{class} {more}"), said);
        }
    }
    for length in [0, 9_999_999, 10_000_000] {
        let field = isofield(104, "IF_CHAR", length, "");
        alike.add(
            format!("IF_CHAR {length}"),
            in_jpos(&jpos_around("", &isofield(1, "IFB_BITMAP", 16, ""), &field)),
        );
    }
    kept("import_words/jpos_fields.out", &alike.text());
}

/// Which names are classes, of all that the language of names could make.
#[test]
fn names_of_jpos() {
    let mut alike = Alike::default();
    let kinds = ["CHAR", "NUM", "NUMERIC", "AMOUNT", "HEX", "BINARY", "BITMAP", "AMOUNT2003", "OTHER"];
    let fills = [("", ""), ("F", ""), ("", "F"), ("F", "F")];
    for family in ["IFA", "IFB", "IFE", "IFEB", "IFEP", "IFX"] {
        for tag in ["", "T", "TT", "TTTTT"] {
            for digits in ["", "LL", "LLH", "LLLLLLL"] {
                for (first, inner) in fills {
                    for other in ["", "A", "E", "B"] {
                        for kind in kinds {
                            let is_plain = tag.is_empty() && first.len() + inner.len() < 2;
                            if !is_plain && (!other.is_empty() || !["CHAR", "NUM", "BINARY"].contains(&kind))
                            {
                                continue;
                            }
                            let class = format!("{family}_{first}{tag}{digits}{inner}{other}{kind}");
                            let field = isofield(104, &class, 20, "");
                            let said = in_jpos(&jpos_around("", &isofield(1, "IFB_BITMAP", 16, ""), &field));
                            alike.add(class.clone(), said.replace(&class, "…"));
                        }
                    }
                }
            }
        }
    }
    kept("import_words/jpos_names.out", &alike.text());
}
