//! JSON-RPC 2.0: what comes in, and errors.

use serde_json::{Value, json};

use super::tools::masked;

/// A message that came in.
pub(super) enum Incoming<'v> {
    Request {
        id: &'v Value,
        method: &'v str,
        params: &'v Value,
    },
    /// A notification, or a response: nothing is said to it.
    Nothing,
    /// No message of JSON-RPC: its identifier if it has one, and what is wrong.
    Wrong(Value, &'static str),
}

/// Why a request has no result.
pub(super) struct Fault {
    code: i32,
    words: String,
}

impl<'v> Incoming<'v> {
    pub(super) fn of(message: &'v Value) -> Self {
        let Some(members) = message.as_object() else {
            return Self::Wrong(Value::Null, "a message is an object");
        };
        let id = members.get("id");
        let known = || id.filter(|id| id.is_string() || id.is_number()).cloned().unwrap_or(Value::Null);
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Self::Wrong(known(), "\"jsonrpc\" is \"2.0\"");
        }
        let is_response = members.contains_key("result") || members.contains_key("error");
        let method = match members.get("method") {
            None if is_response => return Self::Nothing,
            None => return Self::Wrong(known(), "a request has a method"),
            Some(method) => method.as_str(),
        };
        let Some(method) = method else { return Self::Wrong(known(), "the method is a text") };
        let params = members.get("params").unwrap_or(&Value::Null);
        if !(params.is_object() || params.is_null()) {
            return Self::Wrong(known(), "the parameters are an object");
        }
        match id {
            None => Self::Nothing,
            Some(id) if id.is_string() || id.is_number() => Self::Request { id, method, params },
            Some(_) => Self::Wrong(Value::Null, "the identifier is a text or a number"),
        }
    }
}

impl Fault {
    /// Text that is no JSON.
    pub(super) fn parse() -> Self {
        Self { code: -32700, words: "the line is no JSON".into() }
    }

    /// JSON that is no request.
    pub(super) fn request(words: impl Into<String>) -> Self {
        Self { code: -32600, words: words.into() }
    }

    /// A method that is not there.
    pub(super) fn method() -> Self {
        let words = "there is no such method; there are initialize, ping, tools/list and tools/call";
        Self { code: -32601, words: words.into() }
    }

    /// Parameters that a method does not take.
    pub(super) fn params(words: impl Into<String>) -> Self {
        Self { code: -32602, words: words.into() }
    }

    /// What the server could not do.
    pub(super) fn internal(words: impl Into<String>) -> Self {
        Self { code: -32603, words: words.into() }
    }

    pub(super) fn response(&self, id: &Value) -> Value {
        let error = json!({ "code": self.code, "message": masked(&self.words) });
        json!({ "jsonrpc": "2.0", "id": id, "error": error })
    }
}
