//! Documents: what drafts are grounded in.

mod headers;
mod placeholders;

pub use headers::masked;
pub use placeholders::fill;

use serde_json::Value;

use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, passages, secrets};
use crate::error::{Error, Result};
use crate::model::{Actor, ApiMethod, CustomerId, Document, DocumentId, DocumentSecrets, Event, OverrideApi};
use crate::store::{Tx, documents as store};

const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 10_000;
const LONGEST_TEMPLATE: usize = 100_000;
const LARGEST_HEADERS: usize = 64 * 1024;

/// What a change of a document gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct DocumentChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub content: Option<String>,
    pub is_data_retrieval_process: Option<bool>,
    pub field_mapping: Option<Value>,
    pub custom_field_definitions: Option<Value>,
    pub api: ApiChange,
    pub override_api: ApiChange,
}

/// How data is requested.
#[derive(Default)]
pub struct ApiChange {
    pub endpoint: Option<String>,
    pub method: Option<String>,
    pub headers: Option<Value>,
    pub body_template: Option<String>,
}

/// The headers of a document's requests, decrypted.
pub fn document_secrets(app: &App, document: &Document) -> Result<DocumentSecrets> {
    secrets::open(app, document.api_headers.as_deref())
}

pub async fn create(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    change: DocumentChange,
) -> Result<Document> {
    if change.name.is_none() {
        return Err(Error::invalid("name", "is required"));
    }
    let blank = Document {
        document_id: DocumentId(0),
        name: String::new(),
        description: None,
        content: None,
        is_data_retrieval_process: false,
        api_endpoint: None,
        api_method: None,
        api_headers: None,
        api_body_template: None,
        field_mapping: None,
        custom_field_definitions: None,
        override_api: OverrideApi::default(),
        creation_date: tx.now,
        last_modified_date: tx.now,
    };
    let (document, _) = applied(app, &blank, change)?;
    let id = store::insert(tx, customer, &document).await?;
    note(tx, customer, actor, &[Event::new("document.created", "document", id.0)]).await?;
    let document = store::get(tx, customer, id).await?;
    passages::index(tx, customer, &document).await?;
    Ok(document)
}

pub async fn update(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    before: Document,
    change: DocumentChange,
) -> Result<Document> {
    let (mut after, secrets_changed) = applied(app, &before, change)?;
    let changes = differences(&before, &after, secrets_changed);
    if changes.is_empty() {
        return Ok(before);
    }
    after.last_modified_date = tx.now;
    store::update(tx, customer, &after).await?;
    passages::index(tx, customer, &after).await?;
    let event = Event::new("document.updated", "document", after.document_id.0).with(changes.into_value());
    note(tx, customer, actor, &[event]).await?;
    Ok(after)
}

/// The document and its links to topics.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, document: DocumentId) -> Result<()> {
    store::delete(tx, customer, document).await?;
    passages::remove(tx, customer, document).await?;
    note(tx, customer, actor, &[Event::new("document.deleted", "document", document.0)]).await
}

/// The document with the change, and whether a secret is another one now.
fn applied(app: &App, before: &Document, change: DocumentChange) -> Result<(Document, bool)> {
    let mut after = before.clone();
    if let Some(name) = change.name {
        after.name = fields::name("name", &name, LONGEST_NAME)?;
    }
    after.description =
        fields::text("description", change.description, &before.description, LONGEST_DESCRIPTION)?;
    if let Some(content) = change.content {
        after.content = Some(content).filter(|it| !it.is_empty());
    }
    after.is_data_retrieval_process =
        change.is_data_retrieval_process.unwrap_or(before.is_data_retrieval_process);
    after.field_mapping = change.field_mapping.or(after.field_mapping);
    after.custom_field_definitions = change.custom_field_definitions.or(after.custom_field_definitions);
    let known: DocumentSecrets = secrets::open(app, before.api_headers.as_deref())?;
    let (api, other) = (change.api, change.override_api);
    after.api_endpoint = endpoint("apiEndpoint", api.endpoint, &before.api_endpoint)?;
    after.api_method = method("apiMethod", api.method, before.api_method)?;
    after.api_body_template = template("apiBodyTemplate", api.body_template, &before.api_body_template)?;
    let old = &before.override_api;
    after.override_api = OverrideApi {
        endpoint: endpoint("overrideApiEndpoint", other.endpoint, &old.endpoint)?,
        method: method("overrideApiMethod", other.method, old.method)?,
        body_template: template("overrideApiBodyTemplate", other.body_template, &old.body_template)?,
    };
    let secrets = DocumentSecrets {
        api_headers: request_headers("apiHeaders", api.headers, &known.api_headers)?,
        override_api_headers: request_headers(
            "overrideApiHeaders",
            other.headers,
            &known.override_api_headers,
        )?,
    };
    let changed = secrets != known;
    if changed {
        after.api_headers = Some(secrets::seal(app, &secrets)?);
    }
    Ok((after, changed))
}

/// As it is given: a slash at the end and placeholders matter to the other side.
fn endpoint(field: &str, given: Option<String>, before: &Option<String>) -> Result<Option<String>> {
    fields::checked(given, before, |it| fields::web_address(field, it).map(|_| it.to_owned()))
}

fn method(field: &str, given: Option<String>, before: Option<ApiMethod>) -> Result<Option<ApiMethod>> {
    match given {
        None => Ok(before),
        Some(given) if given.trim().is_empty() => Ok(None),
        Some(given) => {
            let wrong = || Error::invalid(field, "must be one of GET, POST, PUT, PATCH, DELETE");
            ApiMethod::parse(&given).ok_or_else(wrong).map(Some)
        }
    }
}

fn template(field: &str, given: Option<String>, before: &Option<String>) -> Result<Option<String>> {
    let Some(given) = given else { return Ok(before.clone()) };
    if given.chars().count() > LONGEST_TEMPLATE {
        return Err(Error::invalid(field, format!("must have at most {LONGEST_TEMPLATE} characters")));
    }
    Ok(Some(given).filter(|it| !it.is_empty()))
}

/// Nothing in them clears them; masks stand for what was there.
fn request_headers(field: &str, given: Option<Value>, before: &Option<Value>) -> Result<Option<Value>> {
    let Some(given) = given else { return Ok(before.clone()) };
    let is_empty = match &given {
        Value::String(text) => text.trim().is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => return Err(Error::invalid(field, "must be a JSON object, a list or a text")),
    };
    if is_empty {
        return Ok(None);
    }
    if given.to_string().len() > LARGEST_HEADERS {
        return Err(Error::invalid(field, "must have at most 64 kB"));
    }
    let restored = headers::restored(given, before.as_ref());
    restored.ok_or_else(|| Error::invalid(field, "has a mask where there is no secret")).map(Some)
}

/// What the audit trail says of a change: long texts and what may hold a secret only that they changed.
fn differences(before: &Document, after: &Document, secrets_changed: bool) -> Changes {
    let mut changes = Changes::default();
    changes.compare("name", &before.name, &after.name);
    changes.compare("description", &before.description, &after.description);
    changes.hidden("content", before.content != after.content);
    changes.compare(
        "isDataRetrievalProcess",
        &before.is_data_retrieval_process,
        &after.is_data_retrieval_process,
    );
    changes.hidden("apiEndpoint", before.api_endpoint != after.api_endpoint);
    changes.compare("apiMethod", &before.api_method, &after.api_method);
    changes.hidden("apiBodyTemplate", before.api_body_template != after.api_body_template);
    changes.hidden("fieldMapping", before.field_mapping != after.field_mapping);
    changes
        .hidden("customFieldDefinitions", before.custom_field_definitions != after.custom_field_definitions);
    changes.hidden("overrideApi", before.override_api != after.override_api);
    changes.hidden("secrets", secrets_changed);
    changes
}

/// Addresses of the pictures in markdown and its HTML, each once, in their order.
pub fn image_urls(markdown: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    let mut rest = markdown;
    while let Some(at) = ["![", "<img"].iter().filter_map(|it| rest.find(it)).min() {
        rest = &rest[at..];
        let url = if rest.starts_with("![") {
            let address = rest.split_once("](").map(|it| it.1).unwrap_or_default();
            address.split([')', ' ', '\n']).next()
        } else {
            let tag = rest.split('>').next().unwrap_or_default();
            tag.split_once("src=")
                .and_then(|it| it.1.trim_start_matches(['"', '\'']).split(['"', '\'', ' ']).next())
        };
        if let Some(url) = url.filter(|it| it.starts_with("https://") || it.starts_with("http://"))
            && !urls.iter().any(|it| it == url)
        {
            urls.push(url.to_owned());
        }
        rest = &rest[2..];
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::image_urls;

    #[test]
    fn pictures_are_found_in_markdown_and_html() {
        let text = "![a](https://x.example/a.png \"A\") ![b](/local.png) <img alt=x src='https://x.example/b.png'> ![a](https://x.example/a.png)";
        assert_eq!(image_urls(text), ["https://x.example/a.png", "https://x.example/b.png"]);
        assert!(image_urls("no ![picture] <img> ![").is_empty());
    }
}
