//! `/api/CustomerCustomFields`: definitions of custom fields.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{Listing, REFERENCE_LIST};
use super::problem::Problem;
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::custom_fields::{self as domain, CustomFieldChange};
use crate::error::Result;
use crate::model::{CustomField, CustomFieldId, FieldType};
use crate::store::custom_fields as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_custom_fields, create_custom_field)).routes(routes!(
        get_custom_field,
        update_custom_field,
        delete_custom_field
    ))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldOut {
    #[serde(rename = "customFieldDefinitionID")]
    custom_field_definition_id: CustomFieldId,
    /// The name of its values in `customFieldsData`.
    #[schema(example = "orderNumber")]
    field_name: String,
    field_type: FieldType,
    #[schema(example = "Order number")]
    display_name: Option<String>,
    description: Option<String>,
    /// Where it stands among the others.
    order: i64,
    /// What a dropdown offers; empty for the other types.
    options: Vec<String>,
}

impl From<CustomField> for CustomFieldOut {
    fn from(field: CustomField) -> Self {
        Self {
            custom_field_definition_id: field.custom_field_definition_id,
            field_name: field.field_name,
            field_type: field.field_type,
            display_name: field.display_name,
            description: field.description,
            order: field.sort_order,
            options: field.options.unwrap_or_default().0,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldIn {
    /// Required when it is made and fixed then; at most 100 characters, unique in any case.
    field_name: Option<String>,
    /// Required when it is made and fixed then.
    field_type: Option<FieldType>,
    display_name: Option<String>,
    description: Option<String>,
    order: Option<i64>,
    /// Required for a dropdown; other types have none.
    options: Option<Vec<String>>,
}

impl From<CustomFieldIn> for CustomFieldChange {
    fn from(input: CustomFieldIn) -> Self {
        Self {
            field_name: input.field_name,
            field_type: input.field_type,
            display_name: input.display_name,
            description: input.description,
            order: input.order,
            options: input.options,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// `order`, `customFieldDefinitionID`, `fieldName`, `fieldType`, `displayName` or `description`.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Every definition of the tenant, in their order.
#[utoipa::path(get, path = "/api/CustomerCustomFields", tag = "Custom fields", params(CustomFieldQuery),
    responses((status = 200, body = Page<CustomFieldOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_custom_fields(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CustomFieldQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, REFERENCE_LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("order", false),
    )?;
    let mut conn = app.store.read().await?;
    let items = store::list(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(CustomFieldOut::from).collect(), total, &listing))
}

/// One definition.
#[utoipa::path(get, path = "/api/CustomerCustomFields/{id}", tag = "Custom fields", params(("id" = i64, Path)),
    responses((status = 200, body = CustomFieldOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_custom_field(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let field = store::get(&mut conn, caller.customer, CustomFieldId(id)).await?;
    single(&headers, &CustomFieldOut::from(field))
}

/// Makes a definition.
#[utoipa::path(post, path = "/api/CustomerCustomFields", tag = "Custom fields", request_body = CustomFieldIn,
    responses((status = 201, body = CustomFieldOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_custom_field(
    State(app): State<App>,
    Change { caller, input, guard }: Change<CustomFieldIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let field = domain::create(tx, caller.customer, caller.actor(), input.into()).await?;
                let location = format!("/api/CustomerCustomFields/{}", field.custom_field_definition_id);
                Reply::created(location, &CustomFieldOut::from(field))
            })
        })
        .await
}

/// Changes the fields given; `fieldName` and `fieldType` stay as they are.
#[utoipa::path(put, path = "/api/CustomerCustomFields/{id}", tag = "Custom fields", params(("id" = i64, Path)), request_body = CustomFieldIn,
    responses((status = 200, body = CustomFieldOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_custom_field(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<CustomFieldIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, CustomFieldId(id)).await?;
                guard.check(&CustomFieldOut::from(before.clone()))?;
                let field = domain::update(tx, caller.customer, caller.actor(), before, input.into()).await?;
                Reply::ok(&CustomFieldOut::from(field))
            })
        })
        .await
}

/// Deletes a definition; the values that tickets and messages have of it stay.
#[utoipa::path(delete, path = "/api/CustomerCustomFields/{id}", tag = "Custom fields", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_custom_field(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, CustomFieldId(id)).await?;
                guard.check(&CustomFieldOut::from(before))?;
                domain::delete(tx, caller.customer, caller.actor(), CustomFieldId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
