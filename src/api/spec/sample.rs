//! What properties mean and examples of them, by their names; and examples of whole bodies, put together
//! from those.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayItems, Object, Schema, SchemaType, Type};

use super::{examples, words};

/// Bodies nest no deeper than this in examples.
const DEEPEST: usize = 5;

struct Word {
    says: &'static str,
    example: Option<Value>,
}

static WORDS: LazyLock<HashMap<&'static str, Word>> = LazyLock::new(|| {
    let read = |it: &str| serde_json::from_str(it).ok();
    words::PROPERTIES
        .iter()
        .map(|(name, says, example)| (*name, Word { says, example: read(example) }))
        .collect()
});

/// Says of each property within what it is, where the property does not say it itself, and gives it an example.
pub fn describe(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(it) => {
            for (name, property) in &mut it.properties {
                describe_property(name, property);
                describe(property);
            }
        }
        Schema::Array(it) => {
            if let ArrayItems::RefOrSchema(it) = &mut it.items {
                describe(it);
            }
        }
        Schema::OneOf(it) => it.items.iter_mut().for_each(describe),
        Schema::AllOf(it) => it.items.iter_mut().for_each(describe),
        Schema::AnyOf(it) => it.items.iter_mut().for_each(describe),
        _ => {}
    }
}

fn describe_property(name: &str, property: &mut RefOr<Schema>) {
    let word = WORDS.get(name);
    let says = word.map(|it| it.says).filter(|it| !it.is_empty());
    match property {
        RefOr::Ref(it) => {
            if it.description.is_empty() {
                says.unwrap_or_default().clone_into(&mut it.description);
            }
        }
        RefOr::T(Schema::Object(it)) => {
            it.description = it.description.take().or(says.map(str::to_owned));
            if it.example.is_none() && it.properties.is_empty() {
                it.example = word.and_then(|it| it.example.clone()).filter(|example| fits(example, it));
            }
        }
        RefOr::T(Schema::Array(it)) => it.description = it.description.take().or(says.map(str::to_owned)),
        RefOr::T(Schema::OneOf(it)) => {
            // `null` or something that says what it is: the property says it.
            let inner = it.items.iter_mut().find_map(|it| match it {
                RefOr::Ref(it) if !it.description.is_empty() => Some(std::mem::take(&mut it.description)),
                _ => None,
            });
            it.description = it.description.take().or(inner).or(says.map(str::to_owned));
        }
        RefOr::T(_) => {}
    }
}

/// Whether an example is of the type that a schema wants.
fn fits(example: &Value, object: &Object) -> bool {
    if let Some(words) = &object.enum_values {
        return words.contains(example);
    }
    let types: &[Type] = match &object.schema_type {
        SchemaType::Type(it) => std::slice::from_ref(it),
        SchemaType::Array(it) => it,
        SchemaType::AnyValue => return true,
    };
    let is_date = object.format.as_ref().is_some_and(|it| json!(it) == "date-time");
    types.iter().any(|it| match it {
        Type::String => example.as_str().is_some_and(|it| !is_date || it.len() == 20 && it.ends_with('Z')),
        Type::Integer => example.is_i64() || example.is_u64(),
        Type::Number => example.is_number(),
        Type::Boolean => example.is_boolean(),
        Type::Object => example.is_object(),
        Type::Array => example.is_array(),
        Type::Null => example.is_null(),
    })
}

/// Makes examples of what the schemas say.
pub struct Samples<'a> {
    schemas: &'a BTreeMap<String, RefOr<Schema>>,
    bodies: HashMap<&'static str, Value>,
}

impl<'a> Samples<'a> {
    pub fn new(schemas: &'a BTreeMap<String, RefOr<Schema>>) -> Self {
        let read = |(name, it): &(&'static str, &str)| Some((*name, serde_json::from_str(it).ok()?));
        Self { schemas, bodies: examples::BODIES.iter().filter_map(read).collect() }
    }

    /// The example of its own that a body or an answer has, or that all of its content type have.
    pub fn body(&self, place: &str, kind: &str) -> Option<Value> {
        let both = format!("{place} {kind}");
        let found = self.bodies.get(both.as_str()).or_else(|| self.bodies.get(place));
        found.or_else(|| self.bodies.get(kind)).cloned()
    }

    pub fn of(&self, schema: &RefOr<Schema>) -> Value {
        self.make(schema, "", 0).unwrap_or_default()
    }

    /// An example of a property of this name; None where it would nest too deep.
    fn make(&self, schema: &RefOr<Schema>, name: &str, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let schema = match schema {
            RefOr::Ref(it) => {
                let target = it.ref_location.rsplit('/').next().unwrap_or_default();
                if let Some(body) = self.bodies.get(target) {
                    return Some(body.clone());
                }
                return self.make(self.schemas.get(target)?, name, depth);
            }
            RefOr::T(it) => it,
        };
        match schema {
            Schema::Object(it) => self.make_object(it, name, depth),
            Schema::Array(it) => {
                let ArrayItems::RefOrSchema(items) = &it.items else { return Some(json!([])) };
                let word = WORDS.get(name).and_then(|it| it.example.as_ref()).and_then(Value::as_array);
                let own = it.example.clone();
                own.or_else(|| {
                    word.filter(|it| it.iter().all(|it| self.is_of(it, items))).map(|it| json!(it))
                })
                .or_else(|| Some(json!([self.make(items, name, depth + 1)?])))
                .or_else(|| Some(json!([])))
            }
            Schema::OneOf(it) => {
                if is_null(name) {
                    return Some(Value::Null);
                }
                it.items.iter().find_map(|it| self.make(it, name, depth)).or(Some(Value::Null))
            }
            Schema::AllOf(it) => {
                let parts = it.items.iter().filter_map(|it| self.make(it, name, depth));
                let members = parts.filter_map(|it| it.as_object().cloned()).flatten();
                Some(Value::Object(members.collect()))
            }
            _ => None,
        }
    }

    fn make_object(&self, it: &Object, name: &str, depth: usize) -> Option<Value> {
        if let Some(own) = &it.example {
            return Some(own.clone());
        }
        if let Some(word) = WORDS.get(name).and_then(|it| it.example.as_ref())
            && it.properties.is_empty()
            && fits(word, it)
        {
            return Some(word.clone());
        }
        if let Some(words) = &it.enum_values {
            return words.first().cloned();
        }
        if !it.properties.is_empty() {
            let make = |(name, property): (&String, &RefOr<Schema>)| {
                Some((name.clone(), self.make(property, name, depth + 1)?))
            };
            return Some(Value::Object(it.properties.iter().filter_map(make).collect::<Map<_, _>>()));
        }
        let wanted = |kind: &Type| match &it.schema_type {
            SchemaType::Type(it) => it == kind,
            SchemaType::Array(it) => it.contains(kind),
            SchemaType::AnyValue => false,
        };
        let is_date = it.format.as_ref().is_some_and(|it| json!(it) == "date-time");
        Some(match () {
            () if wanted(&Type::Null) => Value::Null,
            () if wanted(&Type::String) && is_date => json!("2024-04-01T10:00:00Z"),
            () if wanted(&Type::String) => json!("text"),
            () if wanted(&Type::Integer) => json!(1),
            () if wanted(&Type::Number) => json!(0.5),
            () if wanted(&Type::Boolean) => json!(false),
            () => json!({}),
        })
    }

    fn is_of(&self, example: &Value, schema: &RefOr<Schema>) -> bool {
        match schema {
            RefOr::Ref(it) => {
                let target = it.ref_location.rsplit('/').next().unwrap_or_default();
                self.schemas.get(target).is_some_and(|it| self.is_of(example, it))
            }
            RefOr::T(Schema::Object(it)) => it.properties.is_empty() && fits(example, it),
            RefOr::T(_) => false,
        }
    }
}

/// Whether the example of a property is that there is none.
fn is_null(name: &str) -> bool {
    WORDS.get(name).is_some_and(|it| it.example == Some(Value::Null))
}
