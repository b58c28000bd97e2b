//! `/api/Channels`. Answers a bare array, not a page.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::channels::{self as domain, ChannelChange, MailServerChange};
use crate::domain::secrets::masked;
use crate::error::Result;
use crate::model::{Channel, ChannelId, ChannelType, CustomerId, MailSecrets};
use crate::store::channels as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_channels, create_channel)).routes(routes!(
        get_channel,
        update_channel,
        delete_channel
    ))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelOut {
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    #[serde(rename = "customerID")]
    customer_id: CustomerId,
    channel_type: ChannelType,
    #[schema(example = "Support mail")]
    name: String,
    is_active: bool,
    #[schema(example = "help@example.com")]
    email_address: Option<String>,
    /// Names the channel in chat pages.
    token: String,
    #[schema(example = "shop.example.com,www.example.com")]
    hostnames: Option<String>,
    phone_number: Option<String>,
    is_default_translation_channel: bool,
    auto_retrieve_emails: bool,
    /// Free-form; for Administrators only, null to others.
    connection_details: Option<Value>,
    imap_server: Option<String>,
    imap_port: Option<u16>,
    imap_username: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    imap_password: Option<&'static str>,
    #[serde(rename = "imapUseSSL")]
    imap_use_ssl: Option<bool>,
    smtp_server: Option<String>,
    smtp_port: Option<u16>,
    smtp_username: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    smtp_password: Option<&'static str>,
    #[serde(rename = "smtpUseSSL")]
    smtp_use_ssl: Option<bool>,
}

impl ChannelOut {
    fn new(app: &App, caller: &Caller, channel: Channel) -> Result<Self> {
        let MailSecrets { imap_password, smtp_password } = domain::mail_secrets(app, &channel)?;
        let (imap, smtp) = (channel.settings.imap, channel.settings.smtp);
        let details = channel.connection_details.filter(|_| caller.may_manage_settings().is_ok());
        Ok(Self {
            channel_id: channel.channel_id,
            customer_id: channel.customer_id,
            channel_type: channel.channel_type,
            name: channel.name,
            is_active: channel.is_active,
            email_address: channel.email_address,
            token: channel.token,
            hostnames: channel.hostnames,
            phone_number: channel.phone_number,
            is_default_translation_channel: channel.is_default_translation_channel,
            auto_retrieve_emails: channel.auto_retrieve_emails,
            connection_details: details,
            imap_server: imap.server,
            imap_port: imap.port,
            imap_username: imap.username,
            imap_password: masked(imap_password.as_deref()),
            imap_use_ssl: imap.use_ssl,
            smtp_server: smtp.server,
            smtp_port: smtp.port,
            smtp_username: smtp.username,
            smtp_password: masked(smtp_password.as_deref()),
            smtp_use_ssl: smtp.use_ssl,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelIn {
    /// Required when it is made; fixed once tickets are in it.
    channel_type: Option<ChannelType>,
    /// Required when it is made; at most 200 characters.
    name: Option<String>,
    is_active: Option<bool>,
    /// An empty text clears it, as with every text here.
    email_address: Option<String>,
    /// Comma-separated: the sites whose pages may open a chat.
    hostnames: Option<String>,
    phone_number: Option<String>,
    /// At most one channel of a tenant has it: setting it takes it from the other.
    is_default_translation_channel: Option<bool>,
    auto_retrieve_emails: Option<bool>,
    connection_details: Option<Value>,
    imap_server: Option<String>,
    /// 1 to 65535; 0 clears it.
    imap_port: Option<i64>,
    imap_username: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    imap_password: Option<String>,
    #[serde(rename = "imapUseSSL")]
    imap_use_ssl: Option<bool>,
    smtp_server: Option<String>,
    /// 1 to 65535; 0 clears it.
    smtp_port: Option<i64>,
    smtp_username: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    smtp_password: Option<String>,
    #[serde(rename = "smtpUseSSL")]
    smtp_use_ssl: Option<bool>,
}

impl From<ChannelIn> for ChannelChange {
    fn from(input: ChannelIn) -> Self {
        Self {
            channel_type: input.channel_type,
            name: input.name,
            is_active: input.is_active,
            email_address: input.email_address,
            hostnames: input.hostnames,
            phone_number: input.phone_number,
            is_default_translation_channel: input.is_default_translation_channel,
            auto_retrieve_emails: input.auto_retrieve_emails,
            connection_details: input.connection_details,
            imap: MailServerChange {
                server: input.imap_server,
                port: input.imap_port,
                username: input.imap_username,
                password: input.imap_password,
                use_ssl: input.imap_use_ssl,
            },
            smtp: MailServerChange {
                server: input.smtp_server,
                port: input.smtp_port,
                username: input.smtp_username,
                password: input.smtp_password,
                use_ssl: input.smtp_use_ssl,
            },
        }
    }
}

/// Every channel of the tenant, oldest first.
#[utoipa::path(get, path = "/api/Channels", tag = "Channels",
    responses((status = 200, body = Vec<ChannelOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_channels(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let channels = store::list(&mut conn, caller.customer).await?;
    let out = channels.into_iter().map(|it| ChannelOut::new(&app, &caller, it));
    json(&out.collect::<Result<Vec<_>>>()?)
}

/// One channel.
#[utoipa::path(get, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 200, body = ChannelOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_channel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let channel = store::get(&mut conn, caller.customer, ChannelId(id)).await?;
    single(&headers, &ChannelOut::new(&app, &caller, channel)?)
}

/// Makes a channel and its token.
#[utoipa::path(post, path = "/api/Channels", tag = "Channels", request_body = ChannelIn,
    responses((status = 201, body = ChannelOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_channel(
    State(app): State<App>,
    Change { caller, input, guard }: Change<ChannelIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let channel =
                    domain::create(tx, &state, caller.customer, caller.actor(), input.into()).await?;
                let location = format!("/api/Channels/{}", channel.channel_id);
                Reply::created(location, &ChannelOut::new(&state, &caller, channel)?)
            })
        })
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)), request_body = ChannelIn,
    responses((status = 200, body = ChannelOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_channel(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<ChannelIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, ChannelId(id)).await?;
                guard.check(&ChannelOut::new(&state, &caller, before.clone())?)?;
                let channel =
                    domain::update(tx, &state, caller.customer, caller.actor(), before, input.into()).await?;
                Reply::ok(&ChannelOut::new(&state, &caller, channel)?)
            })
        })
        .await
}

/// Deletes a channel that no ticket is in.
#[utoipa::path(delete, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn delete_channel(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, ChannelId(id)).await?;
                guard.check(&ChannelOut::new(&state, &caller, before)?)?;
                domain::delete(tx, caller.customer, caller.actor(), ChannelId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
