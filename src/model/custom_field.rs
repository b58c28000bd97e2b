//! A custom field: what tickets and messages of a tenant carry besides the fields that all have.

use serde::{Deserialize, Serialize};

use super::CustomFieldId;
use crate::error::Error;
use crate::store::{ToColumn, Value};
use crate::{column_via, row};

/// What a custom field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    Text,
    Number,
    Date,
    Dropdown,
    Boolean,
}

impl FieldType {
    const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Date, Self::Dropdown, Self::Boolean];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Dropdown => "dropdown",
            Self::Boolean => "boolean",
        }
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| Error::internal(format!("{text:?} is no type of a custom field")))
    }
}

column_via!(FieldType, String, |it| FieldType::parse(&it)?);

impl From<FieldType> for Value<'_> {
    fn from(it: FieldType) -> Self {
        it.as_str().into()
    }
}

impl ToColumn for FieldType {
    fn to_column(&self) -> Value<'_> {
        (*self).into()
    }
}

/// What a dropdown offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldOptions(pub Vec<String>);

column_via!(FieldOptions, String, |it| serde_json::from_str(&it)?);

impl ToColumn for FieldOptions {
    fn to_column(&self) -> Value<'_> {
        serde_json::to_string(self).expect("a list of texts always serialises").into()
    }
}

row! {
    /// The definition of a custom field.
    #[derive(Clone, Debug)]
    pub struct CustomField {
        pub custom_field_definition_id: CustomFieldId,
        pub field_name: String,
        pub field_type: FieldType,
        pub display_name: Option<String>,
        pub description: Option<String>,
        pub sort_order: i64,
        /// Of a dropdown only.
        pub options: Option<FieldOptions>,
    }
}
