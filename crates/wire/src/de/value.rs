//! The deserialiser of one value.

use serde::de::{self, Deserializer, Visitor};
use serde_json::Value;

use super::access::{Elements, Entries, Fields, Variant};
use super::{Context, Source, scalar};
use crate::error::Error;

/// Reads one value, as leniently as what is wanted allows.
pub(super) struct Reader<'c> {
    value: Value,
    context: Context<'c>,
    /// Inside a free-form value, which has been checked as a whole.
    free: bool,
}

impl<'c> Reader<'c> {
    pub(super) fn new(value: Value, context: Context<'c>) -> Self {
        Self { value, context, free: false }
    }

    pub(super) fn free_if(mut self, free: bool) -> Self {
        self.free = free;
        self
    }

    /// The value where a single one is wanted: of a query's values the last.
    fn single(&mut self) -> &Value {
        if self.context.source == Source::Query
            && let Value::Array(values) = &mut self.value
        {
            self.value = values.pop().unwrap_or(Value::Null);
        }
        &self.value
    }

    fn text(mut self) -> Result<String, Error> {
        self.single();
        match self.value {
            Value::String(text) => {
                if !self.free {
                    scalar::without_nul(&text)?;
                }
                Ok(text)
            }
            _ => Err(Error::new("must be a string")),
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(scalar::whole(self.single())?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    integers! {
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_i128 visit_i128
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_u128 visit_u128
    }

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.single();
        if !self.free {
            scalar::without_nul_inside(&self.value)?;
        }
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => Err(Error::new("must be a number")),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(elements) => Elements::new(elements, true, self.context).visit(visitor),
            Value::Object(object) => visitor.visit_map(Entries::new(object, true, self.context)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let source = self.context.source;
        visitor.visit_bool(scalar::boolean(self.single(), source)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f32(scalar::single(self.single())?)
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(scalar::float(self.single())?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            // The empty body is an object too.
            Value::Null | Value::Object(_) => visitor.visit_unit(),
            _ => Err(Error::new("must be null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(elements) => Elements::new(elements, self.free, self.context).visit(visitor),
            _ => Err(Error::new("must be a list")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::Array(elements) if elements.len() == length => self.deserialize_seq(visitor),
            _ => Err(Error::new(format!("must be a list of length {length}"))),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(object) => visitor.visit_map(Entries::new(object, self.free, self.context)),
            _ => Err(Error::new("must be a JSON object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(object) => Fields::new(object, name, fields, self.context).visit(visitor),
            _ => Err(Error::new("must be a JSON object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single();
        let (name, value) = match self.value {
            Value::String(name) => (name, None),
            Value::Object(object) if object.len() == 1 => {
                let mut entries = object.into_iter();
                match entries.next() {
                    Some((name, value)) => (name, Some(value)),
                    None => return Err(de::Error::unknown_variant("", variants)),
                }
            }
            _ => return Err(de::Error::unknown_variant("", variants)),
        };
        visitor.visit_enum(Variant::new(name, value, variants, self.context))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}
