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

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes in as a word: the method, nothing, or the identifier that an error repeats and its words.
    fn told(text: &str) -> String {
        match Incoming::of(&serde_json::from_str(text).expect("JSON")) {
            Incoming::Request { id, method, params } => format!("{id} {method} {params}"),
            Incoming::Nothing => "nothing".into(),
            Incoming::Wrong(id, words) => format!("{id}: {words}"),
        }
    }

    /// JSON-RPC 2.0, sections 4 and 5; an identifier that is none is `null` in the error.
    #[test]
    fn what_comes_in_is_a_request_nothing_or_wrong() {
        for (text, wanted) in [
            ("7", "null: a message is an object"),
            ("{}", "null: \"jsonrpc\" is \"2.0\""),
            (r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, "3: \"jsonrpc\" is \"2.0\""),
            (r#"{"jsonrpc":2.0,"id":"a","method":"ping"}"#, "\"a\": \"jsonrpc\" is \"2.0\""),
            (r#"{"jsonrpc":"2.0","id":3}"#, "3: a request has a method"),
            (r#"{"jsonrpc":"2.0","id":[3]}"#, "null: a request has a method"),
            (r#"{"jsonrpc":"2.0","id":3,"result":{}}"#, "nothing"),
            (r#"{"jsonrpc":"2.0","id":3,"error":{}}"#, "nothing"),
            (r#"{"jsonrpc":"2.0","id":3,"method":null}"#, "3: the method is a text"),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping","params":[]}"#, "3: the parameters are an object"),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping","params":"a"}"#, "3: the parameters are an object"),
            (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, "null: the identifier is a text or a number"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "null: the identifier is a text or a number"),
            (r#"{"jsonrpc":"2.0","method":"ping"}"#, "nothing"),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#, "3 ping null"),
            (r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":null}"#, "\"a\" ping null"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"a","params":{"b":1}}"#, "1.5 a {\"b\":1}"),
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
    }

    /// The codes of section 5.1.
    #[test]
    fn each_fault_has_its_code() {
        for (fault, code, words) in [
            (Fault::parse(), -32700, "the line is no JSON"),
            (Fault::request("a"), -32600, "a"),
            (
                Fault::method(),
                -32601,
                "there is no such method; there are initialize, ping, tools/list and tools/call",
            ),
            (Fault::params("b"), -32602, "b"),
            (Fault::internal("c"), -32603, "c"),
        ] {
            let wanted = json!({ "jsonrpc": "2.0", "id": 3, "error": { "code": code, "message": words } });
            assert_eq!(fault.response(&json!(3)), wanted);
        }
        let text = Fault::params("not 4111111111111111").response(&Value::Null).to_string();
        assert!(!text.contains("4111111111111111"), "{text}");
    }
}
