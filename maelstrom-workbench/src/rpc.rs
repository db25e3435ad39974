//! Error replies, as clients see them.

use std::fmt;

use crate::Value;
use maelstrom::ErrorCode;

/// An error reply.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RpcError {
    code: ErrorCode,
    text: Value,
}

impl RpcError {
    /// Reads the body of an error reply. Only `code` and `text` are looked at.
    pub(crate) fn from_body(body: &Value) -> Self {
        // A missing code, or one that is no integer, is none of Maelstrom's.
        let code =
            body.get("code").and_then(Value::as_integer).and_then(|code| code.to_string().parse().ok());
        Self {
            code: ErrorCode::from(code.unwrap_or(-1)),
            text: body.get("text").cloned().unwrap_or_default(),
        }
    }

    /// Whether the operation certainly did not happen.
    pub(crate) fn is_definite(&self) -> bool {
        self.code.is_definite()
    }

    /// As histories have it: name and text.
    pub(crate) fn to_json(&self) -> Value {
        Value::List(vec![self.code.name().into(), self.text.clone()])
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)
    }
}
