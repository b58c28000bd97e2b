//! A document: what drafts are grounded in, or how data for them is retrieved.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DocumentId, Timestamp};
use crate::error::Error;
use crate::{column_via, row};

row! {
    /// A document as it is stored.
    #[derive(Clone, Debug)]
    pub struct Document {
        pub document_id: DocumentId,
        pub name: String,
        pub description: Option<String>,
        /// Markdown.
        pub content: Option<String>,
        pub is_data_retrieval_process: bool,
        pub api_endpoint: Option<String>,
        pub api_method: Option<ApiMethod>,
        /// Encrypted [`DocumentSecrets`].
        pub api_headers: Option<Vec<u8>>,
        pub api_body_template: Option<String>,
        /// Free-form, as the client gave it.
        pub field_mapping: Option<Value>,
        /// Free-form, as the client gave it.
        pub custom_field_definitions: Option<Value>,
        pub override_api: OverrideApi,
        pub creation_date: Timestamp,
        pub last_modified_date: Timestamp,
    }
}

/// What takes the place of the API settings where the client asks so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OverrideApi {
    pub endpoint: Option<String>,
    pub method: Option<ApiMethod>,
    pub body_template: Option<String>,
}

column_via!(OverrideApi, String, |it| serde_json::from_str(&it)?);

impl crate::store::ToColumn for OverrideApi {
    fn to_column(&self) -> crate::store::Value<'_> {
        serde_json::to_string(self).expect("plain fields always serialise").into()
    }
}

/// The headers of a document's requests: they hold credentials.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentSecrets {
    pub api_headers: Option<Value>,
    pub override_api_headers: Option<Value>,
}

/// How data is requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApiMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl ApiMethod {
    const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

column_via!(ApiMethod, String, |it| {
    ApiMethod::parse(&it).ok_or_else(|| Error::internal(format!("{it:?} is no method")))?
});

impl crate::store::ToColumn for ApiMethod {
    fn to_column(&self) -> crate::store::Value<'_> {
        self.as_str().into()
    }
}
