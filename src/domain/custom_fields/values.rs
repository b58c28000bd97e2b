//! Values of custom fields: checked where there is a definition, kept as they are where there is none.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::{CustomField, CustomerId, FieldType};
use crate::store::{Conn, custom_fields as store};

const FIELD: &str = "customFieldsData";
const LONGEST_TEXT: usize = 10_000;

/// Checks the values of a ticket or a message. Names match exactly; `null` and an empty text mean that
/// the field is not filled in. Numbers and booleans may be given as text.
///
/// # Errors
/// `Invalid` for `customFieldsData` where it is no object, for `customFieldsData.<name>` where a value
/// does not fit its definition.
pub async fn check_values(conn: &mut Conn, customer: CustomerId, values: &Value) -> Result<()> {
    check_against(&store::all(conn, customer).await?, values)
}

/// As [`check_values`], with the definitions at hand.
pub fn check_against(definitions: &[CustomField], values: &Value) -> Result<()> {
    let Value::Object(values) = values else {
        return Err(Error::invalid(FIELD, "must be a JSON object"));
    };
    for definition in definitions {
        if let Some(value) = values.get(&definition.field_name)
            && let Err(why) = check(definition, value)
        {
            return Err(Error::invalid(format!("{FIELD}.{}", definition.field_name), why));
        }
    }
    Ok(())
}

fn check(definition: &CustomField, value: &Value) -> Result<(), String> {
    if value.is_null() || value.as_str().is_some_and(|it| it.trim().is_empty()) {
        return Ok(());
    }
    let (fits, wanted) = match definition.field_type {
        FieldType::Text => (is_text(value), format!("must be a text of at most {LONGEST_TEXT} characters")),
        FieldType::Number => (is_number(value), "must be a number".into()),
        FieldType::Date => (is_date(value), "must be a date in ISO 8601, for example 2026-03-02".into()),
        FieldType::Boolean => (is_boolean(value), "must be true or false".into()),
        FieldType::Dropdown => {
            let options = definition.options.as_ref().map_or(&[][..], |it| &it.0);
            (is_one_of(value, options), format!("must be one of {}", options.join(", ")))
        }
    };
    if fits { Ok(()) } else { Err(wanted) }
}

fn is_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= LONGEST_TEXT,
        Value::Number(_) => true,
        _ => false,
    }
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        value => value.is_number(),
    }
}

fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|it| answerpal_wire::time::parse(it).is_some())
}

fn is_boolean(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "false"),
        value => value.is_boolean(),
    }
}

fn is_one_of(value: &Value, options: &[String]) -> bool {
    match value {
        Value::String(text) => options.contains(text),
        Value::Number(number) => options.contains(&number.to_string()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{CustomFieldId, FieldOptions};

    #[test]
    fn values_fit_their_type() {
        let all = [
            (
                FieldType::Text,
                vec![json!("x"), json!(5), json!(null), json!("")],
                vec![json!([]), json!("x".repeat(10_001))],
            ),
            (
                FieldType::Number,
                vec![json!(5), json!(-1.5), json!("12")],
                vec![json!("many"), json!("inf"), json!(true)],
            ),
            (
                FieldType::Date,
                vec![json!("2026-03-02"), json!("2026-03-02T10:00:00Z")],
                vec![json!("tomorrow"), json!("2026-02-30"), json!(5)],
            ),
            (FieldType::Boolean, vec![json!(true), json!("False")], vec![json!("yes"), json!(1)]),
            (FieldType::Dropdown, vec![json!("a"), json!(7)], vec![json!("A"), json!("b"), json!(["a"])]),
        ];
        for (field_type, good, bad) in all {
            let definition = CustomField {
                custom_field_definition_id: CustomFieldId(1),
                field_name: "f".into(),
                field_type,
                display_name: None,
                description: None,
                sort_order: 0,
                options: Some(FieldOptions(vec!["a".into(), "7".into()])),
            };
            for value in good {
                assert!(check(&definition, &value).is_ok(), "{field_type:?} {value}");
            }
            for value in bad {
                assert!(check(&definition, &value).is_err(), "{field_type:?} {value}");
            }
        }
    }
}
