//! Structs, maps, lists and enums of the lenient deserialiser.

use std::borrow::Cow;
use std::vec;

use serde::de::{
    self, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Value, map};

use super::value::Reader;
use super::{Context, Source, names};
use crate::alias::{self, Group, Slot};
use crate::error::Error;

/// An object read into a struct: the entries its fields want, in the order of the fields.
pub(super) struct Fields<'c> {
    structure: &'static str,
    names: &'static [&'static str],
    slots: Vec<Option<Slot>>,
    current: Option<usize>,
    previous: Option<usize>,
    context: Context<'c>,
}

impl<'c> Fields<'c> {
    pub(super) fn new(
        object: Map<String, Value>,
        structure: &'static str,
        names: &'static [&'static str],
        context: Context<'c>,
    ) -> Self {
        let mut slots: Vec<Option<Slot>> = Vec::new();
        slots.resize_with(names.len(), || None);
        let mut hint = 0;
        for (position, (name, value)) in object.into_iter().enumerate() {
            if value.is_null() {
                continue;
            }
            let Some((index, exact)) = names::find(names, &name, hint) else {
                continue;
            };
            hint = index + 1;
            // A query's names come in lower case, so their spelling says nothing.
            let exact = exact && context.source == Source::Body;
            if exact || !slots[index].as_ref().is_some_and(|slot| slot.exact) {
                slots[index] = Some(Slot { value, exact, position });
            }
        }
        alias::resolve(context.groups, structure, names, &mut slots);
        Self { structure, names, slots, current: None, previous: None, context }
    }

    pub(super) fn visit<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let result = visitor.visit_map(&mut self);
        result.map_err(|error| error.in_struct(|canonical| self.clash(canonical)))
    }

    /// Fields are visited in order and the names of one stand side by side, so a duplicate is
    /// always the field visited just before.
    fn clash(&self, canonical: &str) -> Option<Group> {
        let pair = (self.previous?, self.current?);
        Some(Group::new(self.structure, self.names, pair, canonical))
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let start = self.current.map_or(0, |index| index + 1);
        let Some(index) = (start..self.slots.len()).find(|&index| self.slots[index].is_some()) else {
            return Ok(None);
        };
        self.previous = self.current;
        self.current = Some(index);
        seed.deserialize(self.names[index].into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let index = self.current.ok_or_else(value_before_key)?;
        let slot = self.slots[index].take().ok_or_else(value_before_key)?;
        seed.deserialize(Reader::new(slot.value, self.context))
            .map_err(|error| error.in_field(self.names[index]))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.slots.iter().flatten().count())
    }
}

/// An object read into a map: every entry as it stands.
pub(super) struct Entries<'c> {
    entries: map::IntoIter,
    /// The entry whose name was read; no name in free-form objects, whose values fit as
    /// they are.
    value: Option<(Option<String>, Value)>,
    free: bool,
    context: Context<'c>,
}

impl<'c> Entries<'c> {
    pub(super) fn new(object: Map<String, Value>, free: bool, context: Context<'c>) -> Self {
        Self { entries: object.into_iter(), value: None, free, context }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.entries.next() else {
            return Ok(None);
        };
        let path = (!self.free).then(|| name.clone());
        self.value = Some((path, value));
        let key = Reader::new(Value::String(name), self.context).free_if(self.free);
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (path, value) = self.value.take().ok_or_else(value_before_key)?;
        seed.deserialize(Reader::new(value, self.context).free_if(self.free)).map_err(|error| match path {
            Some(name) => error.in_field(&name),
            None => error,
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

fn value_before_key() -> Error {
    Error::new("is read out of order")
}

/// The elements of a list.
pub(super) struct Elements<'c> {
    elements: vec::IntoIter<Value>,
    index: usize,
    free: bool,
    context: Context<'c>,
}

impl<'c> Elements<'c> {
    pub(super) fn new(elements: Vec<Value>, free: bool, context: Context<'c>) -> Self {
        Self { elements: elements.into_iter(), index: 0, free, context }
    }

    /// Lets the visitor read the list, which must then be at its end.
    pub(super) fn visit<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let result = visitor.visit_seq(&mut self)?;
        if self.elements.len() == 0 {
            return Ok(result);
        }
        let read = self.index;
        Err(Error::new(format!("must be a list of length {read}")))
    }
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(value) = self.elements.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Reader::new(value, self.context).free_if(self.free)).map(Some).map_err(|error| {
            match self.context.source {
                Source::Body => error.in_element(index),
                // Whoever wrote the query gave one of several values of a name, not a list.
                Source::Query => error,
            }
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

/// An enum: the name of its variant, and the value where the variant has one.
pub(super) struct Variant<'c> {
    name: Cow<'static, str>,
    value: Option<Value>,
    context: Context<'c>,
}

impl<'c> Variant<'c> {
    pub(super) fn new(
        name: String,
        value: Option<Value>,
        variants: &'static [&'static str],
        context: Context<'c>,
    ) -> Self {
        // An unknown name goes on as it is: the visitor may have a variant for all others.
        let name = match names::find(variants, &name, 0) {
            Some((index, _)) => Cow::Borrowed(variants[index]),
            None => Cow::Owned(name),
        };
        Self { name, value, context }
    }

    fn value(self) -> Reader<'c> {
        Reader::new(self.value.unwrap_or(Value::Null), self.context)
    }
}

impl<'de, 'c> EnumAccess<'de> for Variant<'c> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let deserializer: de::value::StrDeserializer<'_, Error> = self.name.as_ref().into_deserializer();
        Ok((seed.deserialize(deserializer)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        de::Deserialize::deserialize(self.value())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let name = self.name.clone();
        seed.deserialize(self.value()).map_err(|error| error.in_field(&name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let name = self.name.clone();
        de::Deserializer::deserialize_tuple(self.value(), length, visitor)
            .map_err(|error| error.in_field(&name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = self.name.clone();
        de::Deserializer::deserialize_struct(self.value(), "", names, visitor)
            .map_err(|error| error.in_field(&name))
    }
}
