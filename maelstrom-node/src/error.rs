//! Errors with Maelstrom's codes.

use std::{error::Error as StdError, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::{Map, Value};

/// What handlers and [`run`](crate::run) return; the error is an [`Error`] unless it is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure with one of Maelstrom's [codes](ErrorCode), a text, and further fields if wanted.
///
/// Returned by a handler, it becomes the reply `{"type": "error", "code": …, "text": …}`; its further fields stand
/// beside those. From a message that expects no reply, a timer or an event, it becomes a line on stderr.
///
/// ```
/// use maelstrom::{Error, ErrorCode};
///
/// let error = Error::precondition_failed("expected 3, had 4").with("actual", 4);
/// assert_eq!(error.code(), ErrorCode::PreconditionFailed);
/// assert!(error.is_definite());
/// assert_eq!(error.to_string(), "precondition-failed (22): expected 3, had 4");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: ErrorCode,
    text: String,
    fields: Map<String, Value>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The meaning of an [`Error`], as a number on the wire.
///
/// Source: Maelstrom's protocol page, "Errors". Codes below 1000 belong to Maelstrom; a node's own begin at 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// 0: no answer in time. The operation may still happen.
    Timeout,
    /// 1: the destination does not exist.
    NodeNotFound,
    /// 10: this node does not know this type of message.
    NotSupported,
    /// 11: not now; another try may succeed.
    TemporarilyUnavailable,
    /// 12: the request lacks a field, or one of the wrong shape.
    MalformedRequest,
    /// 13: something went wrong inside the node. The operation may have happened.
    Crash,
    /// 14: the operation was given up and will not happen.
    Abort,
    /// 20: there is no such key.
    KeyDoesNotExist,
    /// 21: the key is there already.
    KeyAlreadyExists,
    /// 22: the requested condition does not hold, as in a compare-and-set whose `from` differs.
    PreconditionFailed,
    /// 30: the transaction was given up because of another one.
    TxnConflict,
    /// Any other number. A node's own begin at 1000.
    Other(i64),
}

impl ErrorCode {
    const NAMED: [(Self, i64, &'static str); 11] = [
        (Self::Timeout, 0, "timeout"),
        (Self::NodeNotFound, 1, "node-not-found"),
        (Self::NotSupported, 10, "not-supported"),
        (Self::TemporarilyUnavailable, 11, "temporarily-unavailable"),
        (Self::MalformedRequest, 12, "malformed-request"),
        (Self::Crash, 13, "crash"),
        (Self::Abort, 14, "abort"),
        (Self::KeyDoesNotExist, 20, "key-does-not-exist"),
        (Self::KeyAlreadyExists, 21, "key-already-exists"),
        (Self::PreconditionFailed, 22, "precondition-failed"),
        (Self::TxnConflict, 30, "txn-conflict"),
    ];

    /// The number on the wire.
    pub fn number(self) -> i64 {
        match self {
            Self::Other(number) => number,
            named => {
                Self::NAMED.iter().find(|row| row.0 == named).expect("every named code is in the table").1
            }
        }
    }

    /// Maelstrom's name for the code, or `"unknown"`.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|row| row.0 == self).map_or("unknown", |row| row.2)
    }

    /// Whether the operation certainly did not and will not happen. Only [`Timeout`](Self::Timeout),
    /// [`Crash`](Self::Crash) and codes that Maelstrom does not know leave that open.
    pub fn is_definite(self) -> bool {
        !matches!(self, Self::Timeout | Self::Crash | Self::Other(_))
    }
}

impl From<i64> for ErrorCode {
    fn from(number: i64) -> Self {
        Self::NAMED.iter().find(|row| row.1 == number).map_or(Self::Other(number), |row| row.0)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(number) => write!(f, "error {number}"),
            named => write!(f, "{} ({})", named.name(), named.number()),
        }
    }
}

macro_rules! constructors {
    ($($(#[doc = $doc:literal])* $name:ident => $code:ident;)*) => {$(
        $(#[doc = $doc])*
        pub fn $name(text: impl fmt::Display) -> Self {
            Self::new(ErrorCode::$code, text)
        }
    )*};
}

impl Error {
    /// An error of this code with this text.
    pub fn new(code: ErrorCode, text: impl fmt::Display) -> Self {
        Self(Box::new(Inner { code, text: text.to_string(), fields: Map::new(), source: None }))
    }

    constructors! {
        /// Code 0: no answer in time; whether the operation happens is open.
        timeout => Timeout;
        /// Code 1: the destination does not exist.
        node_not_found => NodeNotFound;
        /// Code 10: this node does not know this type of message.
        not_supported => NotSupported;
        /// Code 11: not now; another try may succeed.
        temporarily_unavailable => TemporarilyUnavailable;
        /// Code 12: the request lacks a field, or one of the wrong shape.
        malformed_request => MalformedRequest;
        /// Code 13: something went wrong inside the node; whether the operation happened is open.
        crash => Crash;
        /// Code 14: the operation was given up and will not happen.
        abort => Abort;
        /// Code 20: there is no such key.
        key_does_not_exist => KeyDoesNotExist;
        /// Code 21: the key is there already.
        key_already_exists => KeyAlreadyExists;
        /// Code 22: the requested condition does not hold.
        precondition_failed => PreconditionFailed;
        /// Code 30: the transaction was given up because of another one.
        txn_conflict => TxnConflict;
    }

    /// An error of the node's own, with a code from 1000 up. Maelstrom counts its outcome as open.
    ///
    /// # Panics
    /// If `code` is below 1000: those belong to Maelstrom.
    pub fn custom(code: u32, text: impl fmt::Display) -> Self {
        assert!(code >= 1000, "error codes below 1000 belong to Maelstrom, so {code} can't be a node's own");
        Self::new(ErrorCode::Other(i64::from(code)), text)
    }

    /// Adds a field to the error's reply, beside `code` and `text`.
    ///
    /// # Panics
    /// If `value` can't be written as JSON, or `name` is one of `type`, `code`, `text`, `msg_id`, `in_reply_to`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        assert!(
            !["type", "code", "text", "msg_id", "in_reply_to"].contains(&name),
            "`{name}` is a field that every error reply has; call this one something else"
        );
        let value =
            serde_json::to_value(value).expect("the value of an error's field can be written as JSON");
        self.0.fields.insert(name.to_owned(), value);
        self
    }

    /// Puts what was being done before the text: `"what: text"`.
    #[must_use]
    pub fn context(mut self, what: impl fmt::Display) -> Self {
        self.0.text = format!("{what}: {}", self.0.text);
        self
    }

    /// What kind of failure this is.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The text, for people.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The fields beside `code` and `text`.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0.fields
    }

    /// Whether the operation certainly did not and will not happen; see [`ErrorCode::is_definite`].
    pub fn is_definite(&self) -> bool {
        self.0.code.is_definite()
    }

    /// The [`Error`] inside any error, however deep it is wrapped.
    pub fn find<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    fn caused_by(what: &str, source: impl StdError + Send + Sync + 'static) -> Self {
        let mut error = Self::crash(format_args!("{what}: {source}"));
        error.0.source = Some(Arc::new(source));
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.text)
    }
}

/// As [`Display`](fmt::Display), with the further fields and the chain of causes below: this is what `main` prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        for (name, value) in &self.0.fields {
            write!(f, "\n    {name}: {value}")?;
        }
        let mut cause = self.source().and_then(StdError::source);
        while let Some(error) = cause {
            write!(f, "\n    caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(source: std::io::Error) -> Self {
        Self::caused_by("input or output failed", source)
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::caused_by("JSON failed", source)
    }
}

/// Writes the payload of an error reply: `type`, `code`, `text`, and the further fields.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "error")?;
        map.serialize_entry("code", &self.0.code.number())?;
        map.serialize_entry("text", &self.0.text)?;
        for (name, value) in &self.0.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Reads the payload of an error reply. A missing text is empty, a missing code is 13.
impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        if fields.remove("type").as_ref().and_then(Value::as_str) != Some("error") {
            return Err(de::Error::custom("not an error reply: its type is not `error`"));
        }
        let code =
            fields.remove("code").and_then(|code| code.as_i64()).map_or(ErrorCode::Crash, ErrorCode::from);
        let text = match fields.remove("text") {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        fields.remove("msg_id");
        fields.remove("in_reply_to");
        Ok(Self(Box::new(Inner { code, text, fields, source: None })))
    }
}
