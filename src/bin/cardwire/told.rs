//! What the readers of files name, in the language of the screens: where a message was found, and what was not read.

use cardwire::codes::Lang;
use cardwire::input::{Origin, Reason, Refusal, Skipped};

use crate::lang::{lang, say};

/// Words for people; `Display` is for programs, and the same in each language.
pub(crate) trait Told {
    /// In the language that was chosen.
    fn told(&self) -> String;
}

impl Told for Origin {
    fn told(&self) -> String {
        match self {
            Self::Byte(file, at) => say!("{file}, byte {at}", "{file}，字节偏移{at}"),
            Self::Packet { file, number, from, to, moment, .. } => {
                let moment = moment.map_or_else(String::new, |moment| format!(", {moment}"));
                say!(
                    "{file}, packet {number}, {from} > {to}{moment}",
                    "{file}，第{number}个数据包，{from} > {to}{moment}"
                )
            }
            Self::Argument(index) => say!("message {index}", "第{index}条报文"),
            Self::Line(..) => self.to_string(),
        }
    }
}

impl Told for Refusal {
    fn told(&self) -> String {
        let text = self.words(lang());
        match self.byte {
            Some(byte) => say!("byte {byte}: {text}", "字节偏移{byte}：{text}"),
            None => text.to_owned(),
        }
    }
}

impl Told for Reason {
    fn told(&self) -> String {
        let words = match self {
            Self::Link(number) => return say!("{self}", "链路类型{number}"),
            Self::Protocol(4 | 41) => "IP封装的IP",
            Self::Fragment => "缺少同一数据包其余部分的分片",
            Self::Cut => "只抓到一部分（抓包长度限制）",
            Self::Malformed => "格式错误",
            Self::Interface => "接口未作说明",
            _ => return self.to_string(),
        };
        if lang() == Lang::Zh { words.into() } else { self.to_string() }
    }
}

impl Told for Skipped {
    fn told(&self) -> String {
        let Self { file, packets, .. } = self;
        let head = say!("{file}: not read of {packets} packets:", "{file}：{packets}个数据包中未读取的有：");
        let reasons = self.reasons.iter().map(|(reason, packets)| {
            let reason = reason.told();
            say!(" {packets} {reason}", " {packets}个{reason}")
        });
        head + &reasons.collect::<Vec<_>>().join(",")
    }
}
