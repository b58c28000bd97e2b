//! Mailboxes of channels: trying them, asking for a fetch, how far they are read.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::channels::shapes::{ChannelIn, ConnectionIn};
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::channels::email::check::{self, Outcome};
use crate::domain::caller::Caller;
use crate::domain::channels as channel_domain;
use crate::domain::mailboxes as domain;
use crate::domain::transport::{self, Route};
use crate::error::{Error, Result};
use crate::model::{Channel, ChannelId, Timestamp};
use crate::store::{channels, mailboxes as store};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(test_connection))
        .routes(routes!(test_channel_connection))
        .routes(routes!(import_channel_emails))
        .routes(routes!(import_emails))
        .routes(routes!(get_mailbox))
}

/// What came of trying one server.
#[derive(Serialize, ToSchema)]
pub struct TriedOut {
    works: bool,
    /// What works, or what fails, in a sentence.
    #[schema(example = "imap.example.com:993 refuses the login of help: Authentication failed.")]
    message: String,
}

impl From<Outcome> for TriedOut {
    fn from(it: Outcome) -> Self {
        Self { works: it.works, message: it.message }
    }
}

/// What came of trying the servers of a channel.
#[derive(Serialize, ToSchema)]
pub struct ConnectionOut {
    /// Whether all that is set works.
    success: bool,
    /// The first thing that fails, or what works.
    message: String,
    /// Null where no mailbox is set.
    imap: Option<TriedOut>,
    /// Null where no mail server is set: mail goes to the sink, or by the installation's server.
    smtp: Option<TriedOut>,
}

/// Tries mail servers before they are saved: signs in, reads and sends nothing.
#[utoipa::path(post, path = "/api/Channels/test-connection", tag = "Channels", request_body = ConnectionIn,
    responses((status = 200, body = ConnectionOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn test_connection(
    State(app): State<App>,
    Change { caller, input, .. }: Change<ConnectionIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let kept = match input.channel_id {
        Some(id) => {
            let mut conn = app.store.read().await?;
            let found = channels::get(&mut conn, caller.customer, ChannelId(id)).await;
            Some(found.map_err(|it| it.unknown("channelID"))?)
        }
        None => None,
    };
    let channel = channel_domain::tried(&app, caller.customer, kept, ChannelIn::from(input).into())?;
    tried(&app, &channel).await
}

/// Tries the mail servers of a channel with the secrets that are kept for it.
#[utoipa::path(post, path = "/api/Channels/{id}/test-connection", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 200, body = ConnectionOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn test_channel_connection(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let channel = channels::get(&mut *app.store.read().await?, caller.customer, ChannelId(id)).await?;
    tried(&app, &channel).await
}

async fn tried(app: &App, channel: &Channel) -> Result<Response> {
    let imap = match domain::server(app, channel) {
        Ok(server) => Some(check::imap(&app.network, &server).await),
        Err(Error::Conflict(_)) => None,
        Err(error) => return Err(error),
    };
    let smtp = match transport::of_channel(app, channel)? {
        Route::Smtp(server) if channel.settings.smtp.server.is_some() => {
            Some(check::smtp(&app.network, &server).await)
        }
        _ => None,
    };
    let outcomes = [&imap, &smtp];
    let failed = outcomes.into_iter().flatten().find(|it| !it.works);
    let message = match (failed, &imap, &smtp) {
        (Some(failed), ..) => failed.message.clone(),
        (None, None, None) => "No mail server is set: give imapServer or smtpServer.".into(),
        _ => outcomes.into_iter().flatten().map(|it| it.message.as_str()).collect::<Vec<_>>().join(" "),
    };
    json(&ConnectionOut {
        success: failed.is_none() && (imap.is_some() || smtp.is_some()),
        message,
        imap: imap.map(Into::into),
        smtp: smtp.map(Into::into),
    })
}

/// What was queued.
#[derive(Serialize, ToSchema)]
pub struct QueuedOut {
    #[schema(example = "1 mailbox will be fetched.")]
    message: String,
    /// How many mailboxes.
    queued: usize,
}

impl QueuedOut {
    fn new(queued: usize) -> Self {
        let word = if queued == 1 { "mailbox" } else { "mailboxes" };
        Self { message: format!("{queued} {word} will be fetched."), queued }
    }
}

/// Queues a fetch of this channel's mailbox. 409 where it has none.
#[utoipa::path(post, path = "/api/Channels/{id}/import-emails", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 202, body = QueuedOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn import_channel_emails(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::request(tx, caller.customer, caller.actor(), ChannelId(id)).await?;
                accepted(&QueuedOut::new(1))
            })
        })
        .await
}

/// Queues a fetch of every active mailbox of the tenant.
#[utoipa::path(post, path = "/api/ticketMessages/import-emails", tag = "TicketMessages",
    responses((status = 202, body = QueuedOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn import_emails(State(app): State<App>, Change { caller, guard, .. }: Change) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let queued = domain::request_all(tx, caller.customer, caller.actor()).await?;
                accepted(&QueuedOut::new(queued))
            })
        })
        .await
}

fn accepted(out: &QueuedOut) -> Result<Reply> {
    Ok(Reply { status: axum::http::StatusCode::ACCEPTED, ..Reply::ok(out)? })
}

/// How far a channel's mailbox is read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailboxOut {
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    folder: String,
    /// When a fetch last went to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_fetched_at: Option<Timestamp>,
    /// Why the last fetch did not work, in a sentence; null where it did.
    last_fetch_error: Option<String>,
    /// Fetches that failed since one worked.
    failures: i64,
    /// Not before then, after a failure.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_fetch_at: Option<Timestamp>,
    #[serde(rename = "uidValidity")]
    uid_validity: i64,
    #[serde(rename = "lastUID")]
    last_uid: i64,
}

/// How far a channel's mailbox is read, and what fails.
#[utoipa::path(get, path = "/api/Channels/{id}/mailbox", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 200, body = MailboxOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_mailbox(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let channel = channels::get(&mut conn, caller.customer, ChannelId(id)).await?;
    let state = store::get(&mut conn, caller.customer, channel.channel_id).await?.unwrap_or_default();
    json(&MailboxOut {
        channel_id: channel.channel_id,
        folder: channel.settings.fetch.folder,
        last_fetched_at: state.last_fetched_at,
        last_fetch_error: state.last_fetch_error,
        failures: state.failures,
        next_fetch_at: Some(state.next_fetch_at).filter(|_| state.failures > 0),
        uid_validity: state.uid_validity,
        last_uid: state.last_uid,
    })
}
