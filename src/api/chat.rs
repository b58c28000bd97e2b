//! `/api/tickets/createchatticket` and `/api/tickets/chat`: the visitor's side of a chat channel.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attachments::access_token;
use super::change::PublicChange;
use super::extract::{Query, Text};
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::crypto;
use crate::domain::chat::{self as domain, Opening};
use crate::domain::html;
use crate::domain::limits::Rate;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, Message, MessageId, SenderType, TicketId, Timestamp};
use crate::store::attachments::{self, Attachment};
use crate::store::chat::{self as store, ChatSession};
use crate::store::{Conn, channels, refs};

/// Conversations that one address may open in one channel.
const OPENINGS: Rate = Rate { calls: 10, seconds: 600 };
/// Messages that one visitor may write.
const WRITES: Rate = Rate { calls: 30, seconds: 60 };
/// Most messages of one answer.
const MESSAGES: i64 = 200;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_chat_ticket))
        .routes(routes!(list_chat_messages, create_chat_message))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatTicketIn {
    /// Required: the token of the chat channel.
    channel_token: Option<String>,
    #[schema(example = "Anna")]
    name: Option<String>,
    /// Not proven: it is kept with the message, and joins nobody's record.
    #[schema(example = "anna@example.com")]
    email: Option<String>,
    /// Required; at most 20,000 characters.
    #[schema(example = "Where is my parcel?")]
    message: Option<String>,
    #[serde(rename = "pageURL")]
    page_url: Option<String>,
    /// How the page knows its visitor. Not proven either.
    uid: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ChatTicketOut {
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    /// Opens the conversation to the visitor; ends 30 days after its last use.
    #[serde(rename = "ticketToken")]
    ticket_token: String,
    #[serde(rename = "messageID")]
    message_id: MessageId,
}

/// What an idempotency key keeps of the answer: the token only encrypted.
#[derive(Serialize, Deserialize)]
struct KeptTicket {
    ticket: i64,
    message: i64,
    token: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ChatMessageIn {
    /// Required; at most 20,000 characters.
    message: Option<String>,
}

/// A message as the visitor sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessageOut {
    #[serde(rename = "messageID")]
    message_id: MessageId,
    sender_type: SenderType,
    name: Option<String>,
    message: Option<String>,
    /// Sanitised; only of answers.
    html_body: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    attachments: Vec<ChatAttachmentOut>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatAttachmentOut {
    file_name: String,
    content_type: String,
    file_size_bytes: i64,
    /// Opens `/api/File/{accessToken}`.
    access_token: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChatQuery {
    /// Only messages after the one with this id.
    after: Option<i64>,
}

/// Opens a conversation in a chat channel: always a new ticket.
#[utoipa::path(post, path = "/api/tickets/createchatticket", tag = "Chat", security(()), request_body = ChatTicketIn,
    responses((status = 200, body = ChatTicketOut), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn create_chat_ticket(
    State(app): State<App>,
    client: ClientAddress,
    mut change: PublicChange<ChatTicketIn>,
) -> Result<Response> {
    let given = change.input.channel_token.take().unwrap_or_default();
    if given.is_empty() {
        return Err(Error::invalid("channelToken", "is required"));
    }
    let channel = store::channel(&mut *app.store.read().await?, &given).await?;
    domain::check_origin(&channel, change.headers.get(header::ORIGIN).and_then(|it| it.to_str().ok()))?;
    let counter = format!("chat {} {}", channel.channel_id, client.0);
    app.limits.count(counter, OPENINGS, app.clock.now())?;
    let guard = change.guard("/api/tickets/createchatticket", &domain::identity(&given))?;
    let input = change.input;
    let opening = Opening::new(input.name, input.email, input.uid, input.page_url, input.message)?;
    let (token, visitor) = (app.random.token(), app.random.token());
    let sealed = STANDARD.encode(app.key.seal(&app.random, token.as_bytes())?);
    let reply = guard
        .reply(&app, channel.customer_id, move |tx, _| {
            Box::pin(async move {
                let (ticket, message) = domain::open(tx, &channel, opening, &token, &visitor).await?;
                Reply::ok(&KeptTicket { ticket: ticket.0, message: message.0, token: sealed })
            })
        })
        .await?;
    let kept: KeptTicket = serde_json::from_str(reply.body.as_deref().unwrap_or_default())?;
    let sealed = STANDARD.decode(kept.token).map_err(|it| Error::internal(it.to_string()))?;
    json(&ChatTicketOut {
        ticket_id: TicketId(kept.ticket),
        ticket_token: String::from_utf8_lossy(&app.key.open(&sealed)?).into_owned(),
        message_id: MessageId(kept.message),
    })
}

/// The conversation as its visitor sees it, newest last; at most 200 messages.
#[utoipa::path(get, path = "/api/tickets/chat/{ticketToken}/messages", tag = "Chat", security(()),
    params(("ticketToken" = String, Path), ChatQuery),
    responses((status = 200, body = Vec<ChatMessageOut>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_chat_messages(
    State(app): State<App>,
    Text(token): Text,
    Query(query): Query<ChatQuery>,
) -> Result<Response> {
    let mut conn = app.store.read().await?;
    let session = find(&app, &mut conn, &token).await?;
    let after = query.after.map(MessageId);
    let found = store::messages(&mut conn, session.customer_id, session.ticket_id, after, MESSAGES).await?;
    let out = outs(&app, &mut conn, session.customer_id, found).await?;
    drop(conn);
    if domain::is_stale(&session, app.clock.now()) {
        app.store.write(move |tx| Box::pin(async move { domain::touch(tx, &session).await })).await?;
    }
    json(&out)
}

/// The visitor writes on. A closed ticket opens again.
#[utoipa::path(post, path = "/api/tickets/chat/{ticketToken}/messages", tag = "Chat", security(()),
    params(("ticketToken" = String, Path)), request_body = ChatMessageIn,
    responses((status = 200, body = ChatMessageOut), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn create_chat_message(
    State(app): State<App>,
    Text(token): Text,
    change: PublicChange<ChatMessageIn>,
) -> Result<Response> {
    let mut conn = app.store.read().await?;
    let session = find(&app, &mut conn, &token).await?;
    let channel = channels::get(&mut conn, session.customer_id, session.channel_id).await?;
    drop(conn);
    app.limits.count(format!("chat message {}", session.token_hash), WRITES, app.clock.now())?;
    let guard = change.guard("/api/tickets/chat/messages", &domain::identity(&token))?;
    let text = domain::said(change.input.message)?;
    guard
        .write(&app, session.customer_id, move |tx, _| {
            Box::pin(async move {
                let message = domain::write(tx, &session, &channel, &text).await?;
                Reply::ok(&out(message, None, Vec::new()))
            })
        })
        .await
}

/// Whether a canonical path is one that pages with a chat call.
pub fn is_chat_path(path: &str) -> bool {
    path == "/api/tickets/createchatticket" || path.starts_with("/api/tickets/chat/")
}

/// Whether an active chat channel of any tenant names the host of this origin.
pub async fn may_chat(app: &App, origin: &str) -> bool {
    let Some(host) = domain::host_of(origin) else { return false };
    let bare = host.rsplit_once(':').map_or(host, |it| it.0);
    let lists = async { store::hostnames_like(&mut *app.store.read().await?, bare).await };
    match lists.await {
        Ok(lists) => lists.iter().any(|it| domain::stands_in(it, host)),
        Err(error) => {
            tracing::warn!(%error, "the hosts of chat channels could not be read");
            false
        }
    }
}

async fn find(app: &App, conn: &mut Conn, token: &str) -> Result<ChatSession> {
    store::find(conn, &crypto::token_hash(token), app.clock.now()).await
}

async fn outs(
    app: &App,
    conn: &mut Conn,
    customer: CustomerId,
    messages: Vec<Message>,
) -> Result<Vec<ChatMessageOut>> {
    let ids = messages.iter().filter(|it| it.has_attachment).map(|it| it.message_id.0).collect();
    let mut files: HashMap<MessageId, Vec<ChatAttachmentOut>> = HashMap::new();
    for file in attachments::list_many(conn, customer, ids).await? {
        let access_token = access_token(&app.key, &file);
        let Attachment { message_id, file_name, content_type, file_size_bytes, .. } = file;
        let file = ChatAttachmentOut { file_name, content_type, file_size_bytes, access_token };
        files.entry(message_id).or_default().push(file);
    }
    let version = refs::version(conn, customer).await?;
    let names = app.refs.at(conn, customer, version).await?;
    let name_of = |rep: Option<CustomerRepId>| rep.and_then(|it| names.reps.get(&it).cloned());
    let mut out_of = |it: Message| {
        let (name, files) = (name_of(it.customer_rep_id), files.remove(&it.message_id));
        out(it, name, files.unwrap_or_default())
    };
    Ok(messages.into_iter().map(&mut out_of).collect())
}

fn out(message: Message, rep: Option<String>, attachments: Vec<ChatAttachmentOut>) -> ChatMessageOut {
    let name = if message.incoming { message.from_name } else { rep };
    ChatMessageOut {
        message_id: message.message_id,
        sender_type: message.sender_type,
        name,
        message: message.message,
        html_body: message.html_body.filter(|_| !message.incoming).map(|it| html::sanitised(&it)),
        date: message.message_date,
        attachments,
    }
}

/// Where a request comes from, to count by. A proxy on the same machine or network is believed about
/// whom it forwards for.
pub struct ClientAddress(pub String);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_canonical());
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|it| it.to_str().ok());
        let forwarded = forwarded.and_then(|it| it.rsplit(',').next()?.trim().parse().ok());
        Ok(Self(match (peer, forwarded) {
            (Some(peer), Some(client)) if is_near(peer) => network(client),
            (Some(peer), _) => network(peer),
            (None, _) => String::new(),
        }))
    }
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => it.is_loopback() || it.is_private(),
        IpAddr::V6(it) => it.is_loopback() || it.is_unique_local(),
    }
}

/// One customer of a provider has one IPv4 address or one /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(it) => it.to_string(),
        IpAddr::V6(it) => crypto::hex(&it.octets()[..8]),
    }
}
