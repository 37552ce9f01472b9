//! No card number that stands anywhere in an input is in a record, whatever the form of the input.

#[path = "../examples/make_day/capture.rs"]
mod capture;
mod read;

use cardwire::ipm::{Encoding, Format, PdsList, RecordWriter};
use cardwire::spec::{ISO87_ASCII, UNIONPAY_POS};
use cardwire::{Builder, Framing};
use cardwire_recon::read::{Column, Options};
use cardwire_recon::record::{Side, Token};
use read::{Read, drawn as all, options};

const CARDS: [&str; 5] =
    ["4111111111111111", "4242424242424242", "5555444433331111", "6212345678901232", "378282246310005"];

/// Holds that neither digits of a card, nor digits that say more of it than its ends, are shown.
fn hides(read: &Read, card: &str, what: &str) {
    let tokens: Vec<Token> = read.messages().iter().filter_map(|message| message.token).collect();
    let shown = format!("{:?} {:?} {tokens:?}", read.records, read.report);
    let digits: String = shown.chars().filter(|found| !matches!(found, ' ' | '-' | '.')).collect();
    for text in [&shown, &digits] {
        assert!(!text.contains(card), "{what}: the card number is in {shown}");
        // more digits in a row than the first six
        let mut pieces = (0..card.len() - 6).map(|at| &card[at..at + 7]);
        assert!(!pieces.any(|piece| text.contains(piece)), "{what}: too much is in {shown}");
    }
}

/// A card number as people write it.
fn forms(card: &str) -> Vec<String> {
    let groups: Vec<&str> = (0..card.len()).step_by(4).map(|at| &card[at..card.len().min(at + 4)]).collect();
    vec![
        card.to_owned(),
        format!("CARD {card}"),
        format!("PO{card}X"),
        format!("7{card}"),
        format!("{card}=29121011234567"),
        format!("B{card}^NAME/A^29121011234"),
        groups.join(" "),
        groups.join("-"),
    ]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn every_column_of_every_table() {
    let usual = |side| match side {
        Side::Switch => vec![(Column::Mti, "0200"), (Column::Stan, "000101"), (Column::Amount, "100")],
        Side::Clearing => vec![(Column::Rrn, "607510000101"), (Column::Amount, "100")],
        Side::Bank => vec![(Column::Booked, "2026-03-17"), (Column::Amount, "100")],
    };
    for side in [Side::Switch, Side::Clearing, Side::Bank] {
        for (index, column) in Column::ALL.iter().enumerate() {
            let card = CARDS[index % CARDS.len()];
            for form in forms(card) {
                let mut cells: Vec<(&str, String)> =
                    usual(side).into_iter().map(|(known, value)| (known.name(), value.to_owned())).collect();
                cells.retain(|(name, _)| *name != column.name());
                cells.push((column.name(), form.clone()));
                let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
                let values: Vec<String> = cells.iter().map(|(_, value)| quoted(value)).collect();
                let csv = format!("{}\n{}\n", names.join(","), values.join(","));
                let what = format!("{side:?} {}", column.name());
                hides(&all(&options(side), csv.as_bytes()), card, &what);
                let members: Vec<String> =
                    cells.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
                hides(&all(&options(side), format!("{{{}}}\n", members.join(",")).as_bytes()), card, &what);
            }
        }
    }
}

/// As short as a card number can be. An RRN has as many digits, and is none.
#[test]
fn a_number_of_twelve_digits() {
    let card = "676770123450";
    for side in [Side::Switch, Side::Clearing, Side::Bank] {
        for column in Column::ALL {
            if matches!(column, Column::Rrn | Column::OriginalRrn) {
                continue;
            }
            let csv = format!("mti,booked,amount,{}\n0200,2026-03-17,100,{card}\n", column.name());
            hides(&all(&options(side), csv.as_bytes()), card, &format!("{side:?} {}", column.name()));
        }
    }
}

#[test]
fn names_of_columns_and_lines_that_are_none() {
    for card in CARDS {
        for side in [Side::Switch, Side::Clearing, Side::Bank] {
            for text in [
                format!("{card},{card}\n1,2\n"),
                format!("booked,amount,mti,rrn,{card}\n{card}\n"),
                format!("{{\"mti\":\"0200\",\"{card}\":1}}\n"),
                format!("{{\"mti\":{card}\n"),
                format!("{{\"error\":\"{card}\"}}\n"),
                format!("{card}\n"),
            ] {
                hides(&all(&options(side), text.as_bytes()), card, &text);
            }
        }
    }
}

/// A statement with a text at a place that is marked `@`.
const CAMT: &str = "<Document><BkToCstmrStmt><GrpHdr><MsgId>@</MsgId></GrpHdr><Stmt><Id>@</Id><ElctrncSeqNb>@</ElctrncSeqNb>\
    <Acct><Id><IBAN>@</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>@</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">@</Amt>\
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-17</Dt></Dt></Bal><Ntry><NtryRef>@</NtryRef><Amt Ccy=\"EUR\">5.00</Amt>\
    <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-17</Dt></BookgDt><AcctSvcrRef>@</AcctSvcrRef><BkTxCd>\
    <Prtry><Cd>@</Cd></Prtry></BkTxCd><NtryDtls><Btch><PmtInfId>@</PmtInfId></Btch><TxDtls><Refs><EndToEndId>@</EndToEndId>\
    <InstrId>@</InstrId><AcctSvcrRef>@</AcctSvcrRef></Refs><RltdPties><Dbtr><Nm>@</Nm></Dbtr><DbtrAcct><Id><Othr><Id>@</Id>\
    </Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>@</Ustrd><Ustrd>@</Ustrd><Strd><CdtrRefInf><Ref>@</Ref></CdtrRefInf>\
    </Strd></RmtInf><RtrInf><Rsn><Prtry>@</Prtry></Rsn></RtrInf><AddtlTxInf>@</AddtlTxInf><CardTx><Card><PlainCardData>\
    <PAN>@</PAN></PlainCardData></Card></CardTx></TxDtls></NtryDtls><AddtlNtryInf>@</AddtlNtryInf></Ntry></Stmt>\
    </BkToCstmrStmt></Document>";

const MT940: &str = ":20:@\n:25:@\n:28C:@\n:60F:C260316EUR0,\n:61:260317C5,NTRF@//@\n@\n:86:@\n:61:260317C5,NTRFNONREF\n\
    :86:166?00@?20@?21EREF+@?30@?31@?32@\n:61:260317C5,NTRFNONREF\n:86:/EREF/@/REMI/@/NAME/@/RTRN/@\n:62F:C260317EUR15,\n-\n";

#[test]
fn every_place_of_statements() {
    for template in [CAMT, MT940] {
        let places = template.matches('@').count();
        for place in 0..places {
            for card in [CARDS[place % CARDS.len()]] {
                for form in forms(card) {
                    let mut index = 0;
                    let text: String = template.split('@').fold(String::new(), |mut text, part| {
                        if index > 0 {
                            text.push_str(if index - 1 == place { &form } else { "x" });
                        }
                        index += 1;
                        text + part
                    });
                    hides(
                        &all(&options(Side::Bank), text.as_bytes()),
                        card,
                        &format!("place {place} of {}", &template[..4]),
                    );
                }
            }
        }
    }
    // in two lines
    let cut = "<Ustrd>PAID 41111111</Ustrd><Ustrd>11111111 BY</Ustrd>";
    let text = CAMT.replace("<Ustrd>@</Ustrd><Ustrd>@</Ustrd>", cut).replace('@', "x");
    hides(&all(&options(Side::Bank), text.as_bytes()), CARDS[0], "two lines");
    let text = MT940.replace("?20@?21EREF+@", "?20PAID CARD NO 4111111111\n?2111111111 BY").replace('@', "x");
    assert!(!format!("{:?}", all(&options(Side::Bank), text.as_bytes()).records).contains("4111111"));
}

#[test]
fn every_element_of_clearing_files() {
    for card in [CARDS[0], CARDS[4]] {
        for number in (2..=127).filter(|number| !matches!(number, 24 | 48 | 55 | 62 | 71)) {
            for value in [card.to_owned(), format!("X{card} "), format!("{card}=2912")] {
                let format = Format { blocked: false, encoding: Encoding::Ascii };
                let mut writer = RecordWriter::new(Vec::new(), format);
                let mut builder = Builder::new(format.encoding.spec(), "1240".parse().unwrap());
                let mut list = PdsList::new();
                list.push(23, &value).unwrap().push(158, &value).unwrap().push(105, &value).unwrap();
                builder.set(24, 200).set(71, 1).set(4, 100).set(37, "607510000101").set(49, "978");
                list.set(&mut builder);
                builder.set(number, value.as_str());
                // where the value has no room there is nothing to test
                if writer.write(&builder).is_ok() {
                    let octets = writer.finish().unwrap();
                    hides(&all(&options(Side::Clearing), &octets), card, &format!("DE {number}"));
                }
            }
        }
    }
}

#[test]
fn every_element_of_messages() {
    for spec in [&ISO87_ASCII, &UNIONPAY_POS] {
        for card in [CARDS[0], CARDS[4]] {
            for number in (2..=127).filter(|number| !matches!(number, 11 | 65)) {
                for value in [card.to_owned(), format!("X{card} "), format!("{card}=29121011234")] {
                    let mut builder = Builder::new(spec, "0200".parse().unwrap());
                    builder.set(11, "000101").set(number, value.as_str());
                    let Ok(message) = builder.to_vec() else { continue };
                    let options = Options { spec: Some(spec), ..options(Side::Switch) };
                    let digits: String = message.iter().map(|octet| format!("{octet:02x}")).collect();
                    hides(&all(&options, format!("{digits}\n").as_bytes()), card, &format!("DE {number}"));
                    // spoilt
                    hides(
                        &all(&options, &digits.as_bytes()[..digits.len() - 2]),
                        card,
                        &format!("DE {number}, cut"),
                    );
                }
            }
        }
    }
    let mut builder = Builder::new(&ISO87_ASCII, "0200".parse().unwrap());
    builder.set(2, CARDS[0]).set(11, "000101").set(35, "4111111111111111=29121011234567");
    let message = builder.to_vec().unwrap();
    let mut capture = capture::Capture::new();
    let ends = ["10.0.0.1:40001".parse().unwrap(), "10.0.0.2:9000".parse().unwrap()];
    capture.send("2026-03-16T02:02:11Z".parse().unwrap(), ends, Framing::BINARY2, b"", &message);
    let options = Options { spec: Some(&ISO87_ASCII), ..options(Side::Switch) };
    hides(&all(&options, &capture.octets()), CARDS[0], "a capture");
    let xml = format!(
        "<isomsg><field id=\"0\" value=\"0200\"/><field id=\"11\" value=\"1\"/><field id=\"42\" value=\"{}\"/></isomsg>",
        CARDS[4]
    );
    hides(&all(&options, xml.as_bytes()), CARDS[4], "isomsg");
}
