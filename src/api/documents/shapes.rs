//! What is sent and answered of documents.

use answerpal_wire::paging::Paging;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::documents::{self as domain, ApiChange, DocumentChange};
use crate::error::Result;
use crate::model::{ApiMethod, Document, DocumentId, DocumentSecrets, Timestamp};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentOut {
    #[serde(rename = "documentID")]
    document_id: DocumentId,
    #[schema(example = "Returns")]
    name: String,
    description: Option<String>,
    /// Markdown.
    #[schema(example = "# Returns\n\nWithin 30 days.")]
    content: Option<String>,
    is_data_retrieval_process: bool,
    #[schema(value_type = String, format = DateTime)]
    creation_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_modified_date: Timestamp,
    api_endpoint: Option<String>,
    api_method: Option<ApiMethod>,
    /// Free-form; the values are masked.
    api_headers: Option<Value>,
    api_body_template: Option<String>,
    /// Free-form.
    field_mapping: Option<Value>,
    /// Free-form.
    custom_field_definitions: Option<Value>,
    override_api_endpoint: Option<String>,
    override_api_method: Option<ApiMethod>,
    /// Free-form; the values are masked.
    override_api_headers: Option<Value>,
    override_api_body_template: Option<String>,
}

impl DocumentOut {
    pub fn new(app: &App, it: Document) -> Result<Self> {
        let DocumentSecrets { api_headers, override_api_headers } = domain::document_secrets(app, &it)?;
        Ok(Self {
            document_id: it.document_id,
            name: it.name,
            description: it.description,
            content: it.content,
            is_data_retrieval_process: it.is_data_retrieval_process,
            creation_date: it.creation_date,
            last_modified_date: it.last_modified_date,
            api_endpoint: it.api_endpoint,
            api_method: it.api_method,
            api_headers: api_headers.as_ref().map(domain::masked),
            api_body_template: it.api_body_template,
            field_mapping: it.field_mapping,
            custom_field_definitions: it.custom_field_definitions,
            override_api_endpoint: it.override_api.endpoint,
            override_api_method: it.override_api.method,
            override_api_headers: override_api_headers.as_ref().map(domain::masked),
            override_api_body_template: it.override_api.body_template,
        })
    }
}

/// A page of documents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPage {
    items: Vec<DocumentOut>,
    /// How many there are on all pages, exactly.
    total_count: u64,
    total_pages: u64,
    page_number: u64,
    page_size: u64,
}

impl DocumentPage {
    pub fn new(items: Vec<DocumentOut>, total: u64, paging: &Paging) -> Self {
        Self {
            items,
            total_count: total,
            total_pages: paging.total_pages(total),
            page_number: paging.number,
            page_size: paging.size,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentIn {
    /// Required when it is made; at most 200 characters.
    name: Option<String>,
    description: Option<String>,
    /// Markdown.
    content: Option<String>,
    is_data_retrieval_process: Option<bool>,
    /// `http` or `https`.
    api_endpoint: Option<String>,
    #[schema(value_type = Option<ApiMethod>)]
    api_method: Option<String>,
    /// Free-form: an object, a list or a text. A value sent back as its mask stays as it is.
    api_headers: Option<Value>,
    api_body_template: Option<String>,
    /// Free-form.
    field_mapping: Option<Value>,
    /// Free-form.
    custom_field_definitions: Option<Value>,
    /// `http` or `https`.
    override_api_endpoint: Option<String>,
    #[schema(value_type = Option<ApiMethod>)]
    override_api_method: Option<String>,
    /// As `apiHeaders`.
    override_api_headers: Option<Value>,
    override_api_body_template: Option<String>,
}

impl From<DocumentIn> for DocumentChange {
    fn from(input: DocumentIn) -> Self {
        Self {
            name: input.name,
            description: input.description,
            content: input.content,
            is_data_retrieval_process: input.is_data_retrieval_process,
            field_mapping: input.field_mapping,
            custom_field_definitions: input.custom_field_definitions,
            api: ApiChange {
                endpoint: input.api_endpoint,
                method: input.api_method,
                headers: input.api_headers,
                body_template: input.api_body_template,
            },
            override_api: ApiChange {
                endpoint: input.override_api_endpoint,
                method: input.override_api_method,
                headers: input.override_api_headers,
                body_template: input.override_api_body_template,
            },
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct DocumentQuery {
    #[param(value_type = Option<i64>)]
    pub page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    pub page_size: Option<answerpal_wire::paging::PageNumber>,
    /// `name`, `documentID`, `description`, `content`, `isDataRetrievalProcess`, `creationDate`,
    /// `lastModifiedDate`, `apiEndpoint`, `apiMethod` or `apiBodyTemplate`.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// Words that name or description contain, in any case.
    pub search: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct OneDocumentQuery {
    /// Fills `{{TopicList}}`, `{{ChannelList}}` and `{{CustomerName}}` in the content.
    pub replace_placeholders: Option<bool>,
}
