//! Headers of requests are free-form and hold credentials: masked in answers, and kept where the mask
//! comes back.

use serde_json::{Map, Value};

use crate::domain::secrets::MASK;

/// What tells the entries of a list apart; it is no secret.
const NAMES: [&str; 2] = ["name", "key"];

/// The headers with every value masked; their names stay.
pub fn masked(headers: &Value) -> Value {
    match headers {
        Value::Null => Value::Null,
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, value)| (name.clone(), masked(value))).collect())
        }
        Value::Array(entries) => Value::Array(entries.iter().map(masked_entry).collect()),
        _ => Value::from(MASK),
    }
}

fn masked_entry(entry: &Value) -> Value {
    let Value::Object(object) = entry else { return masked(entry) };
    let entries = object.iter().map(|(name, value)| {
        let shown = if is_name(name) { value.clone() } else { masked(value) };
        (name.clone(), shown)
    });
    Value::Object(entries.collect())
}

fn is_name(property: &str) -> bool {
    NAMES.iter().any(|it| it.eq_ignore_ascii_case(property))
}

/// The headers after a change: what is masked in `given` is taken from `before`. None where there is no
/// secret behind a mask.
pub fn restored(given: Value, before: Option<&Value>) -> Option<Value> {
    match given {
        Value::String(text) if text == MASK => before.cloned(),
        Value::Object(object) => restored_object(object, before).map(Value::Object),
        Value::Array(entries) => {
            let before = before.and_then(Value::as_array);
            let entries = entries.into_iter().enumerate().map(|(index, entry)| {
                let same = before.and_then(|it| match name_of(&entry) {
                    Some(name) => it.iter().find(|it| name_of(it) == Some(name)),
                    None => it.get(index),
                });
                let same = same.cloned();
                restored(entry, same.as_ref())
            });
            entries.collect::<Option<_>>().map(Value::Array)
        }
        other => Some(other),
    }
}

fn restored_object(object: Map<String, Value>, before: Option<&Value>) -> Option<Map<String, Value>> {
    let before = before.and_then(Value::as_object);
    let entries = object.into_iter().map(|(name, value)| {
        let same = before.and_then(|it| it.get(&name));
        restored(value, same).map(|it| (name, it))
    });
    entries.collect()
}

fn name_of(entry: &Value) -> Option<&str> {
    entry.as_object()?.iter().find(|it| is_name(it.0))?.1.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_masked_and_restored_by_their_names() {
        let secret = json!({ "Authorization": "Bearer x", "n": 5 });
        assert_eq!(masked(&secret), json!({ "Authorization": MASK, "n": MASK }));
        assert_eq!(restored(masked(&secret), Some(&secret)), Some(secret.clone()));
        let change = json!({ "n": MASK, "X": "new" });
        assert_eq!(restored(change, Some(&secret)), Some(json!({ "n": 5, "X": "new" })));
        let list = json!([{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }]);
        assert_eq!(masked(&list)[1], json!({ "name": "B", "value": MASK }));
        let swapped = json!([{ "name": "B", "value": MASK }, { "name": "A", "value": "9" }]);
        let wanted = json!([{ "name": "B", "value": "2" }, { "name": "A", "value": "9" }]);
        assert_eq!(restored(swapped, Some(&list)), Some(wanted));
        assert_eq!(masked(&json!("Authorization: x")), json!(MASK));
        assert_eq!(restored(json!(MASK), Some(&secret)), Some(secret));
        assert_eq!(restored(json!({ "other": MASK }), Some(&json!({}))), None);
        assert_eq!(restored(json!(MASK), None), None);
    }
}
