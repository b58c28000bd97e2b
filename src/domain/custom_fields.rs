//! Custom fields: their definitions, and the check of the values that tickets and messages carry.

mod values;

pub use values::{check_against, check_values};

use crate::domain::events::{Changes, note};
use crate::domain::{fields, refs};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomField, CustomFieldId, CustomerId, Event, FieldOptions, FieldType};
use crate::store::{Tx, custom_fields as store};

const LONGEST_NAME: usize = 100;
const LONGEST_DISPLAY_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 10_000;
const MOST_OPTIONS: usize = 1000;
const LONGEST_OPTION: usize = 200;
const TAKEN: &str = "There is a custom field with this fieldName already.";

/// What a change of a definition gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct CustomFieldChange {
    pub field_name: Option<String>,
    pub field_type: Option<FieldType>,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub order: Option<i64>,
    pub options: Option<Vec<String>>,
}

pub async fn create(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    change: CustomFieldChange,
) -> Result<CustomField> {
    let name = change.field_name.as_deref().ok_or_else(|| Error::invalid("fieldName", "is required"))?;
    let field_name = fields::name("fieldName", name, LONGEST_NAME)?;
    if field_name.contains(char::is_control) {
        return Err(Error::invalid("fieldName", "must not contain control characters"));
    }
    let field_type = change.field_type.ok_or_else(|| Error::invalid("fieldType", "is required"))?;
    let blank = CustomField {
        custom_field_definition_id: CustomFieldId(0),
        field_name,
        field_type,
        display_name: None,
        description: None,
        sort_order: 0,
        options: None,
    };
    let field = applied(&blank, change)?;
    if field_type == FieldType::Dropdown && field.options.is_none() {
        return Err(Error::invalid("options", "is required for a dropdown"));
    }
    let id = store::insert(tx, customer, &field).await.map_err(|it| it.or_conflict(TAKEN))?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("customField.created", "customField", id.0)]).await?;
    store::get(tx, customer, id).await
}

pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: CustomField,
    change: CustomFieldChange,
) -> Result<CustomField> {
    if change.field_name.as_ref().is_some_and(|it| it.trim() != before.field_name) {
        return Err(Error::invalid("fieldName", "cannot be changed: it is fixed when the field is made"));
    }
    if change.field_type.is_some_and(|it| it != before.field_type) {
        return Err(Error::invalid("fieldType", "cannot be changed: it is fixed when the field is made"));
    }
    let after = applied(&before, change)?;
    let mut changes = Changes::default();
    changes.compare("displayName", &before.display_name, &after.display_name);
    changes.compare("description", &before.description, &after.description);
    changes.compare("order", &before.sort_order, &after.sort_order);
    changes.compare("options", &before.options, &after.options);
    if changes.is_empty() {
        return Ok(before);
    }
    store::update(tx, customer, &after).await?;
    refs::changed(tx, customer).await?;
    let id = after.custom_field_definition_id.0;
    let event = Event::new("customField.updated", "customField", id).with(changes.into_value());
    note(tx, customer, actor, &[event]).await?;
    Ok(after)
}

/// Values that tickets and messages have of it stay, as those of a field without a definition.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, field: CustomFieldId) -> Result<()> {
    store::delete(tx, customer, field).await?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("customField.deleted", "customField", field.0)]).await
}

fn applied(before: &CustomField, change: CustomFieldChange) -> Result<CustomField> {
    Ok(CustomField {
        display_name: fields::text(
            "displayName",
            change.display_name,
            &before.display_name,
            LONGEST_DISPLAY_NAME,
        )?,
        description: fields::text(
            "description",
            change.description,
            &before.description,
            LONGEST_DESCRIPTION,
        )?,
        sort_order: change.order.unwrap_or(before.sort_order),
        options: match change.options {
            Some(options) => valid_options(before.field_type, &options)?,
            None => before.options.clone(),
        },
        ..before.clone()
    })
}

/// Trimmed, each once. An empty list means none, which a dropdown cannot have.
fn valid_options(field_type: FieldType, given: &[String]) -> Result<Option<FieldOptions>> {
    if field_type != FieldType::Dropdown {
        let none = given.is_empty();
        return none
            .then_some(None)
            .ok_or_else(|| Error::invalid("options", "must be empty: only a dropdown has options"));
    }
    if given.is_empty() || given.len() > MOST_OPTIONS {
        return Err(Error::invalid(
            "options",
            format!("must have 1 to {MOST_OPTIONS} entries for a dropdown"),
        ));
    }
    let mut options: Vec<String> = Vec::with_capacity(given.len());
    for (index, option) in given.iter().enumerate() {
        let option = fields::name(&format!("options[{index}]"), option, LONGEST_OPTION)?;
        if !options.contains(&option) {
            options.push(option);
        }
    }
    Ok(Some(FieldOptions(options)))
}
