//! What the prober suggests where messages do not parse. Options are tried on the input, as a
//! command would read it, before they are shown.

use std::path::Path;

use cardwire::frame::Station;
use cardwire::probe::{Envelope, Explanation, Hint, explain, probe};
use cardwire::{
    Framing, Inspection, Mti, Spec,
    model::{Class, Function, Origin, Version},
    spec,
};

use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, InputArgs, Item, Kind, Payload, Refusal};
use crate::lang::{lang, say};

/// Options that read an input.
#[derive(Clone)]
pub(super) struct Reading {
    /// The spec, as the user named it.
    pub(super) name: String,
    pub(super) spec: &'static Spec<'static>,
    /// The framing, if it has to be said.
    pub(super) framing: Option<Framing>,
}

impl Reading {
    /// How an explanation reads the input: the spec by the name that the user gave it, a framing only
    /// where something stands around the message.
    pub(super) fn of(name: &str, explanation: &Explanation<'static>, args: &InputArgs) -> Self {
        let framing = combined(args.framing, explanation.envelope());
        Self { name: name.to_owned(), spec: explanation.spec(), framing }
    }

    /// Whether every message of the input parses so, as `cardwire decode` reads it. `false` where the
    /// input cannot be read again.
    pub(super) fn works(&self, args: &InputArgs) -> bool {
        if args.reads_stdin() && !input::is_kept() {
            return false;
        }
        let args = InputArgs { framing: self.framing.or(args.framing), is_quiet: true, ..args.clone() };
        let mut messages = args.messages(Some(self.spec));
        let mut total = 0_u64;
        while let Ok(item) = messages.next() {
            let Some(item) = item else { return total > 0 };
            let Ok(payload) = item.content else { return false };
            if Inspection::of(self.spec, &payload.message).error().is_some() {
                return false;
            }
            total += 1;
        }
        false
    }

    /// The options of a command.
    pub(super) fn options(&self) -> String {
        let spec = format!("--spec {}", quoted(&plain(&self.name)));
        match self.framing.and_then(|framing| framing.notation()) {
            Some(notation) => format!("{spec} --framing {notation}"),
            None => spec,
        }
    }

    /// The files and the form of an input, as they are typed after a command.
    fn input(args: &InputArgs) -> String {
        let mut words = String::new();
        if args.input != Kind::Auto {
            let form = clap::ValueEnum::to_possible_value(&args.input);
            words += &form.map_or(String::new(), |form| format!(" --input {}", form.get_name()));
        }
        for file in &args.files {
            words += " ";
            words += &quoted_path(file);
        }
        words
    }

    /// What to type; the options alone where the messages are arguments, which nobody types again.
    pub(super) fn command(&self, args: &InputArgs) -> String {
        if !args.message.is_empty() {
            return self.options();
        }
        format!("cardwire decode {}{}", self.options(), Self::input(args))
    }
}

/// A spec with one thing put right, and options that read an input with it.
pub(super) struct Mended {
    /// The spec that is wrong, as the user named it.
    wrong: String,
    /// With the file that the spec is to be written to.
    reading: Reading,
}

impl Mended {
    /// What the best hint of an explanation leads to, if that reads the whole input.
    pub(super) fn of(name: &str, explanation: &Explanation<'static>, args: &InputArgs) -> Option<Self> {
        let (complete, messages) = explanation.hints().first()?.explains();
        let doc = explanation.mended(0).filter(|_| complete == messages && messages > 0)?;
        let spec = doc.leak().ok()?;
        let mut reading = Reading::of(&unused("mended.toml"), explanation, args);
        reading.spec = spec;
        reading.works(args).then(|| Self { wrong: name.to_owned(), reading })
    }

    /// What to type: first the spec is written, then it is used. `None` where the input cannot be read
    /// twice.
    pub(super) fn command(&self, args: &InputArgs) -> Option<String> {
        if args.reads_stdin() || !args.message.is_empty() {
            return None;
        }
        let framing = args.framing.and_then(|framing| framing.notation());
        let said = framing.map_or(String::new(), |notation| format!(" --framing {notation}"));
        Some(format!(
            "cardwire probe --spec {}{said} --mend {}{} && {}",
            quoted(&plain(&self.wrong)),
            quoted(&self.reading.name),
            Reading::input(args),
            self.reading.command(args)
        ))
    }
}

/// A name like this that no file has.
fn unused(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let names =
        std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{stem}-{number}.{extension}")));
    names.take(1000).find(|name| !Path::new(name).exists()).unwrap_or_else(|| name.to_owned())
}

/// The framing to be said where messages that were cut by one have something around them still.
fn combined(said: Option<Framing>, envelope: Envelope) -> Option<Framing> {
    let found = envelope.framing();
    match said {
        _ if envelope.is_bare() => said,
        Some(said) if !found.is_delimited() && said.header() == Station::None => {
            Some(said.with_header(found.header()))
        }
        _ => Some(found),
    }
}

/// What stands around a message that was taken for a bare one.
pub(super) fn around(envelope: Envelope) -> String {
    let header = match (envelope.header(), envelope.header_name()) {
        (0, _) => String::new(),
        (size, Some(name)) => say!("{size} bytes of header ({name})", "{size}字节报文头（{name}）"),
        (size, None) => say!("{size} bytes of header", "{size}字节报文头"),
    };
    let framing = envelope.framing();
    let notation = framing.notation().map_or(String::new(), |notation| notation.to_string());
    let length = framing.overhead().saturating_sub(envelope.header());
    match (framing.is_delimited(), header.as_str()) {
        (false, header) => say!(
            "{header} stand before the MTI (framing {notation})",
            "报文类型标识之前有{header}（帧格式{notation}）"
        ),
        (true, _) if framing.terminator().is_some() => say!(
            "the frame still stands around the message (framing {notation})",
            "报文之外还有帧（帧格式{notation}）"
        ),
        (true, "") => say!(
            "a length of {length} bytes stands before the MTI (framing {notation})",
            "报文类型标识之前有{length}字节长度（帧格式{notation}）"
        ),
        (true, header) => say!(
            "a length of {length} bytes and {header} stand before the MTI (framing {notation})",
            "报文类型标识之前有{length}字节长度和{header}（帧格式{notation}）"
        ),
    }
}

/// What explains a message of which nothing is known.
pub(super) fn best(message: &[u8]) -> Option<Explanation<'static>> {
    explain(&[message], spec::builtin()).filter(Explanation::is_complete)
}

/// The spec that explains the first message, when none was said.
pub(super) fn guessed(first: Option<&Item>, args: &InputArgs) -> Outcome<&'static Spec<'static>> {
    let ask = crate::specs::ask();
    let Some(Ok(payload)) = first.map(|item| &item.content) else { return Err(Failure::usage(ask)) };
    let Some(found) = best(&payload.message) else {
        return Err(Failure::usage(say!(
            "{ask}; `cardwire probe` tells how far each gets",
            "{ask}；`cardwire probe`会说明各规范能解析到何处"
        )));
    };
    let reading = Reading::of(found.spec().name(), &found, args);
    let options = reading.options();
    if found.envelope().is_bare() {
        complain(say!(
            "no spec was said; the first message fits {options}",
            "未指定规范；第一条报文符合：{options}"
        ));
        return Ok(found.spec());
    }
    Err(match reading.works(args) {
        true => Failure::usage(say!("no spec was said; try {options}", "未指定规范；请试：{options}")),
        false => {
            let (name, around) = (found.spec().name(), found.envelope().in_lang(lang()));
            Failure::usage(say!(
                "{ask}; the first message is one of {name}, {around}",
                "{ask}；第一条报文属于{name}，{around}"
            ))
        }
    })
}

/// A message and what it parses to, or words in its place.
pub(super) type Seen<'i> = Result<(&'i Payload, Inspection<'i>), Refusal>;

/// What may be wrong with messages that do not parse with a spec.
pub(super) struct Advisor {
    args: InputArgs,
    name: String,
    spec: &'static Spec<'static>,
    /// Broken messages that were looked into for their frame, in vain.
    looked_at: u32,
    hinted_at: u32,
    readings: Vec<Reading>,
    /// Whether a change to the spec would carry some message to its end.
    is_hinted: bool,
    /// Whether the framing that was said cuts no message off some input.
    is_cut_wrong: bool,
}

/// How many ways to read the input are tried at its end.
const MOST_READINGS: usize = 4;

/// How many messages in a row are looked into for a frame or a header that was not said.
const MOST_LOOKS: u32 = 64;

/// How many messages are looked into for what is wrong with the spec, which takes longer.
const MOST_HINTS: u32 = 3;

impl Advisor {
    pub(super) fn new(args: &InputArgs, name: &str, spec: &'static Spec<'static>) -> Self {
        Self {
            args: args.clone(),
            name: name.to_owned(),
            spec,
            looked_at: 0,
            hinted_at: 0,
            readings: Vec::new(),
            is_hinted: false,
            is_cut_wrong: false,
        }
    }

    /// What an item parses to; where a length or a header was taken for the start of the message, words
    /// about that in its place: nothing that is read at the wrong place means anything.
    pub(super) fn look<'i>(&mut self, item: &'i Item) -> Seen<'i> {
        let payload = match &item.content {
            Ok(payload) => payload,
            Err(refusal) => {
                self.is_cut_wrong |= self.args.framing.is_some();
                return Err(refusal.clone());
            }
        };
        let here = Inspection::of(self.spec, &payload.message);
        match here.error().and_then(|_| self.misread(&here, payload)) {
            Some(words) => Err(Refusal::new(0, words)),
            None => Ok((payload, here)),
        }
    }

    /// What stands before the MTI of a message that does not parse, in words.
    fn misread(&mut self, here: &Inspection<'_>, payload: &Payload) -> Option<String> {
        if self.looked_at >= MOST_LOOKS {
            return None;
        }
        let (message, cut_by) = (payload.message.as_slice(), payload.framing);
        let found = explain(&[message], [self.spec]).filter(|found| is_sure(found, here));
        let Some(found) = found else {
            self.looked_at += 1;
            return None;
        };
        self.looked_at = 0;
        let framing = combined(cut_by.or(self.args.framing), found.envelope());
        self.keep(self.name.clone(), self.spec, framing);
        let words = around(found.envelope());
        let Some(error) = found.error() else { return Some(words) };
        let error = error.in_lang(lang());
        Some(say!("{words}; after that, {error}", "{words}；其后，{error}"))
    }

    fn keep(&mut self, name: String, spec: &'static Spec<'static>, framing: Option<Framing>) {
        let is_known = |known: &Reading| known.name == name && known.framing == framing;
        if self.readings.len() < MOST_READINGS && !self.readings.iter().any(is_known) {
            self.readings.push(Reading { name, spec, framing });
        }
    }

    /// What may be wrong with the spec where this message is broken, in words.
    pub(super) fn hint(&mut self, message: &[u8]) -> Option<String> {
        if self.hinted_at >= MOST_HINTS {
            return None;
        }
        self.hinted_at += 1;
        if let Some(other) = best(message) {
            let name = other.spec().name();
            self.keep(name.into(), other.spec(), combined(self.args.framing, other.envelope()));
            let around = other.envelope().in_lang(lang());
            return Some(say!("it reads as {name}, {around}", "可按{name}解析，{around}"));
        }
        let mine = probe(&[message], [self.spec]).into_iter().next()?;
        // a change that does not carry the message to its end is a guess: `cardwire probe` tells those
        let hint = mine.hints().iter().find(|hint| hint.explains().0 > 0 || hint.is_third_bitmap())?;
        self.is_hinted = true;
        Some(hint_words(mine.envelope(), hint))
    }

    /// What reads the whole input, if something was found that does: a line, or two.
    pub(super) fn end(&self) -> Vec<String> {
        if let Some(found) = self.readings.iter().find(|reading| reading.works(&self.args)) {
            return vec![parses_with(found)];
        }
        if let Some(found) = self.recut() {
            return vec![parses_with(&found)];
        }
        self.mended().unwrap_or_default()
    }

    /// What the input is without the framing that was said, where that cut nothing.
    fn recut(&self) -> Option<Reading> {
        if !self.is_cut_wrong {
            return None;
        }
        let args = InputArgs { framing: None, is_quiet: true, ..self.args.clone() };
        let inputs = super::probe::inputs(&args).ok()?;
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let found = explain(&inputs, [self.spec]).filter(Explanation::is_complete)?;
        Some(Reading::of(&self.name, &found, &args)).filter(|reading| reading.works(&args))
    }

    /// The spec with one thing put right, as `cardwire probe` finds it.
    fn mended(&self) -> Option<Vec<String>> {
        if !self.is_hinted && self.readings.is_empty() {
            return None;
        }
        let again = InputArgs { is_quiet: true, ..self.args.clone() };
        let inputs = super::probe::inputs(&again).ok()?;
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let mine = probe(&inputs, [self.spec]).into_iter().next()?;
        let command = Mended::of(&self.name, &mine, &self.args)?.command(&self.args)?;
        let hint = mine.hints().first().filter(|_| !self.is_hinted);
        let hint = hint.map(|hint| hint_words(mine.envelope(), hint));
        let advice = say!(
            "this mends the spec and reads the input: {command}",
            "以下命令修正规范并解析输入：{command}"
        );
        Some(hint.into_iter().chain([advice]).collect())
    }
}

fn parses_with(reading: &Reading) -> String {
    let options = reading.options();
    say!("it parses with {options}", "以下选项可以解析：{options}")
}

/// Whether an explanation is right about what stands before a message, which was read without it.
fn is_sure(found: &Explanation<'_>, here: &Inspection<'_>) -> bool {
    let envelope = found.envelope();
    // a length that counts what follows it, or the content of a header, is no coincidence
    let is_evident =
        (envelope.framing().is_delimited() && found.left() == 0) || envelope.header_name().is_some();
    let is_message_here = here.mti().is_some_and(is_usual);
    let is_message_there = found.reaches().iter().all(|reach| reach.is_plausible() && reach.read > 0);
    match (envelope.is_bare(), found.is_complete()) {
        (true, _) => false,
        // digits are soon a whole message after a header that may hold anything
        (false, true) => is_evident || !is_message_here,
        (false, false) => is_evident && !is_message_here && is_message_there,
    }
}

/// A hint, and what it takes for granted.
pub(super) fn hint_words(envelope: Envelope, hint: &Hint) -> String {
    let hint = hint.in_lang(lang());
    match envelope.framing().notation() {
        Some(notation) if !envelope.is_bare() => {
            say!("with --framing {notation}, {hint}", "加 --framing {notation} 时，{hint}")
        }
        _ => hint.to_string(),
    }
}

fn is_usual(mti: Mti) -> bool {
    !matches!(mti.version(), Version::Reserved(_))
        && !matches!(mti.class(), Class::Reserved(_))
        && !matches!(mti.function(), Function::Reserved(_))
        && !matches!(mti.origin(), Origin::Reserved(_))
}

/// A text as a shell reads it back.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"_-./=+,:@%".contains(&octet);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    escaped(text.as_bytes())
}

/// Octets as bash and zsh read them back, none of which a terminal would obey.
fn escaped(octets: &[u8]) -> String {
    let mut out = String::from("$'");
    for octet in octets {
        match octet {
            b'\'' | b'\\' => out.extend(['\\', char::from(*octet)]),
            0x20..=0x7E => out.push(char::from(*octet)),
            other => out += &format!("\\x{other:02x}"),
        }
    }
    out + "'"
}

fn quoted_path(path: &Path) -> String {
    match path.to_str() {
        Some(text) => quoted(&plain(text)),
        None => escaped(path.as_os_str().as_encoded_bytes()),
    }
}

/// A name that is not taken for an option.
fn plain(name: &str) -> String {
    if name.starts_with('-') && name.len() > 1 { format!("./{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
