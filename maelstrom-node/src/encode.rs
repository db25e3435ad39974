//! Writing payloads: `type` first, then the fields.

use serde::{
    Serialize, Serializer,
    ser::{self, Impossible, SerializeMap},
};

/// Field names that the body of every message may use, so that no payload may.
pub(crate) const RESERVED: [&str; 3] = ["type", "msg_id", "in_reply_to"];

/// A value that can stand in a message: anything that implements [`serde::Serialize`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written into a message",
    label = "this type has no JSON form",
    note = "put `#[derive(serde::Serialize)]` on it, or on the types it is made of",
    note = "a type parameter needs the bounds `serde::Serialize + serde::de::DeserializeOwned`"
)]
pub trait Encode: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Encode for T {}

/// Writes a payload as one JSON object: its `type`, then its fields in the order they are given.
///
/// This is what the generated payload enums are written with. The first failure is kept and told by
/// [`end`](Self::end).
///
/// ```
/// use maelstrom::Payload;
///
/// struct Gossip<'a> { seen: &'a [u64] }
///
/// impl serde::Serialize for Gossip<'_> {
///     fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
///         Payload::new(serializer, "gossip").field("seen", self.seen).end()
///     }
/// }
/// assert_eq!(serde_json::to_string(&Gossip { seen: &[1, 2] }).unwrap(), r#"{"type":"gossip","seen":[1,2]}"#);
/// ```
#[must_use = "a payload is written by `end`"]
pub struct Payload<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Payload<S> {
    /// Begins the object and writes its `type`.
    #[inline]
    pub fn new(serializer: S, kind: &str) -> Self {
        Self(serializer.serialize_map(None).and_then(|mut map| {
            map.serialize_entry("type", kind)?;
            Ok(map)
        }))
    }

    /// Writes one field.
    #[inline]
    pub fn field<T: Encode + ?Sized>(mut self, name: &'static str, value: &T) -> Self {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
        self
    }

    /// Writes the fields of a struct or the entries of a map. Anything else that is not empty is an error, and so is
    /// a field named `type`, `msg_id` or `in_reply_to`.
    pub fn fields<T: Encode + ?Sized>(mut self, value: &T) -> Self {
        if let Ok(map) = &mut self.0
            && let Err(error) = value.serialize(Flatten { map, reserved: &RESERVED })
        {
            self.0 = Err(error);
        }
        self
    }

    /// Ends the object, or tells what went wrong.
    #[inline]
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0.and_then(SerializeMap::end)
    }
}

impl<S: Serializer> std::fmt::Debug for Payload<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload").finish_non_exhaustive()
    }
}

/// Serialises a struct or a map into an object that is already open.
pub(crate) struct Flatten<'a, M> {
    pub(crate) map: &'a mut M,
    pub(crate) reserved: &'static [&'static str],
}

impl<M: SerializeMap> Flatten<'_, M> {
    fn only_fields<T>(what: &str) -> Result<T, M::Error> {
        Err(ser::Error::custom(format_args!(
            "it has no field names of its own, being {what}: give it one with `reply(name)`"
        )))
    }
}

macro_rules! not_fields {
    ($($method:ident($($argument:ty),*) = $what:literal;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<(), M::Error> {
            Self::only_fields($what)
        }
    )*};
}

impl<'a, M: SerializeMap> Serializer for Flatten<'a, M> {
    type Ok = ();
    type Error = M::Error;
    type SerializeSeq = Impossible<(), M::Error>;
    type SerializeTuple = Impossible<(), M::Error>;
    type SerializeTupleStruct = Impossible<(), M::Error>;
    type SerializeTupleVariant = Impossible<(), M::Error>;
    type SerializeMap = FlattenFields<'a, M>;
    type SerializeStruct = FlattenFields<'a, M>;
    type SerializeStructVariant = Impossible<(), M::Error>;

    not_fields! {
        serialize_bool(bool) = "a boolean";
        serialize_i8(i8) = "a number";
        serialize_i16(i16) = "a number";
        serialize_i32(i32) = "a number";
        serialize_i64(i64) = "a number";
        serialize_i128(i128) = "a number";
        serialize_u8(u8) = "a number";
        serialize_u16(u16) = "a number";
        serialize_u32(u32) = "a number";
        serialize_u64(u64) = "a number";
        serialize_u128(u128) = "a number";
        serialize_f32(f32) = "a number";
        serialize_f64(f64) = "a number";
        serialize_char(char) = "a string";
        serialize_str(&str) = "a string";
        serialize_bytes(&[u8]) = "bytes";
        serialize_unit_variant(&'static str, u32, &'static str) = "a variant without fields";
    }

    fn serialize_none(self) -> Result<(), M::Error> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), M::Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), M::Error> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        FlattenFields(self).put(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, M::Error> {
        Self::only_fields("a list")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, M::Error> {
        Self::only_fields("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, M::Error> {
        Self::only_fields("a tuple")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, M::Error> {
        Self::only_fields("a tuple variant")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<FlattenFields<'a, M>, M::Error> {
        Ok(FlattenFields(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<FlattenFields<'a, M>, M::Error> {
        Ok(FlattenFields(self))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, M::Error> {
        Self::only_fields("an enum variant")
    }
}

pub(crate) struct FlattenFields<'a, M>(Flatten<'a, M>);

impl<M: SerializeMap> FlattenFields<'_, M> {
    fn check(&self, name: &str) -> Result<(), M::Error> {
        if self.0.reserved.contains(&name) {
            return Err(ser::Error::custom(format_args!(
                "its field `{name}` would collide with the one that every message has: rename it"
            )));
        }
        Ok(())
    }

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.check(name)?;
        self.0.map.serialize_entry(name, value)
    }
}

impl<M: SerializeMap> ser::SerializeStruct for FlattenFields<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.put(name, value)
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

impl<M: SerializeMap> SerializeMap for FlattenFields<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        if let Ok(serde_json::Value::String(name)) = serde_json::to_value(key) {
            self.check(&name)?;
        }
        self.0.map.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        self.0.map.serialize_value(value)
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}
