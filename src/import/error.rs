//! Why the file of a spec or a profile was refused: file, line, element, and what is wrong with it.

use alloc::string::{String, ToString};
use core::fmt;

use crate::model::error::Error;
use crate::model::lang::{Lang, Tell, Told, Tongue, say};

/// Why the file of a spec or a profile was refused.
///
/// Unlike [`Error`] it holds text: names and values of a spec file, never of a message.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// let error = cardwire::import::toml::parse("name = 'x'\n[elements]\n2 = { is = 'n..199', length = 'LL' }")
///     .unwrap_err()
///     .in_file("links/x.toml");
/// assert_eq!(
///     error.to_string(),
///     "links/x.toml, line 3, element 2: the length prefix cannot express the maximum length"
/// );
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct ImportError {
    file: String,
    line: Option<u32>,
    element: String,
    message: String,
    /// The same in Chinese, where it has words of its own.
    zh: String,
}

impl ImportError {
    /// An error that is told nowhere yet. Of a long message only the ends are kept: it may repeat
    /// any part of a file.
    pub fn new(message: impl Into<String>) -> Self {
        let (file, element, zh) = (String::new(), String::new(), String::new());
        Self { file, line: None, element, message: shortened(message.into()), zh }
    }

    /// The same, in a line. The innermost line stays.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = self.line.or(Some(line));
        self
    }

    /// The same, in an element, named by its path such as `48.3`. The innermost path stays.
    #[must_use]
    pub fn in_element(mut self, path: &str) -> Self {
        if self.element.is_empty() {
            self.element = shortened(path.to_string());
        }
        self
    }

    /// The same, in a rule of a profile, by its place in the file.
    #[cfg(feature = "toml")]
    pub(crate) fn in_rule(mut self, number: u32) -> Self {
        self.message = alloc::format!("rule {number}: {}", self.message);
        if !self.zh.is_empty() {
            self.zh = alloc::format!("规则{number}：{}", self.zh);
        }
        self
    }

    /// The same, in a file, for whoever read it.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = file.to_string();
        self
    }

    /// The line, from 1, if it is known.
    #[must_use]
    pub const fn line(&self) -> Option<u32> {
        self.line
    }

    /// The path of the element, such as `48.3`; empty when the file as a whole is meant.
    #[must_use]
    pub fn element(&self) -> &str {
        &self.element
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A text without its middle, if it is long.
fn shortened(text: String) -> String {
    const END: usize = 80;
    let count = text.chars().count();
    if count <= 3 * END {
        return text;
    }
    let head: String = text.chars().take(END).collect();
    let tail: String = text.chars().skip(count - END).collect();
    head + " ... " + &tail
}

/// A document that contradicts itself: the fault, and the path of the element that has it.
impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        let (message, zh) = match error.kind() {
            crate::ErrorKind::Spec(fault) => {
                (fault.sentence().to_string(), fault.words(Lang::Zh).to_string())
            }
            _ => (error.to_string(), error.in_lang(Lang::Zh).to_string()),
        };
        let mut path = error.field().map_or_else(String::new, |number| number.to_string());
        for part in error.parts() {
            path.push('.');
            path.push_str(&part.to_string());
        }
        Self { zh, ..Self::new(message) }.in_element(&path)
    }
}

impl ImportError {
    /// The same in a language: where it is, and what is wrong where a document contradicts itself. What a reader of
    /// files found is told in English in each.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> impl fmt::Display + use<'_> {
        Told(self, lang)
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.in_lang(Lang::En), f)
    }
}

impl Tell for ImportError {
    fn tell<L: Tongue>(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, element, message, zh } = self;
        let (comma, colon) = (L::LANG.of(", ", "，"), L::LANG.of(": ", "："));
        let mut separator = "";
        if !file.is_empty() {
            f.write_str(file)?;
            separator = comma;
        }
        if let Some(line) = line {
            say!(L, f, "{separator}line {line}", "{separator}第{line}行")?;
            separator = comma;
        }
        if !element.is_empty() {
            say!(L, f, "{separator}element {element}", "{separator}域{element}")?;
            separator = comma;
        }
        f.write_str(if separator.is_empty() { "" } else { colon })?;
        f.write_str(match L::LANG {
            Lang::Zh if !zh.is_empty() => zh,
            _ => message,
        })
    }
}
