//! The least program that could answer the five requests of the load bench: axum and hand-written SQL
//! over a database that `answerpal bench-data` filled. No authentication, no checks, no events.
//!
//! `answerpal-floor ADDR sqlite FILE` or `answerpal-floor ADDR postgres URL`.

mod postgres;
mod sqlite;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A ticket as a list shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    ticket_id: i64,
    date_created: i64,
    status: String,
    subject: Option<String>,
    channel_id: i64,
    channel_name: Option<String>,
    end_user_id: Option<i64>,
    end_user_name: Option<String>,
    customer_rep_id: i64,
    customer_rep_name: Option<String>,
    is_closed: bool,
    last_message_date: i64,
    uid: Option<String>,
    preview: Option<String>,
    topic_ids: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Ticket>,
    total_count: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: i64,
    date_created: i64,
    sender_type: String,
    from_address: Option<String>,
    from_name: Option<String>,
    subject: Option<String>,
    message: Option<String>,
    text_body: Option<String>,
}

#[derive(Serialize)]
struct Conversation {
    ticket: Ticket,
    messages: Vec<Message>,
}

/// What the create request gives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage {
    #[serde(rename = "channelID")]
    channel: i64,
    from_address: String,
    from_name: String,
    subject: String,
    text_body: String,
}

/// A full-text term as the index has it: of tenant 1.
fn term(word: &str) -> String {
    format!("1z{}", word.to_lowercase())
}

/// The words of some texts, as the index has them.
fn document(texts: &[&str]) -> String {
    let words =
        texts.iter().flat_map(|it| it.split(|it: char| !it.is_alphanumeric())).filter(|it| !it.is_empty());
    words.map(term).collect::<Vec<_>>().join(" ")
}

const TICKET: &str =
    "t.ticket_id, t.date_created, t.status, t.subject, t.channel_id, c.name, t.end_user_id, e.name,
    t.customer_rep_id, r.name, t.is_closed, t.last_message_date, t.uid, t.preview, t.topic_ids";
const NAMES: &str = "LEFT JOIN channels c ON c.customer_id = 1 AND c.channel_id = t.channel_id
    LEFT JOIN end_users e ON e.customer_id = 1 AND e.end_user_id = t.end_user_id
    LEFT JOIN customer_reps r ON r.customer_id = 1 AND r.customer_rep_id = t.customer_rep_id";

fn list_sql() -> String {
    format!(
        "SELECT {TICKET} FROM (SELECT ticket_id FROM tickets WHERE customer_id = 1 AND status = 'Open'
         ORDER BY last_message_date DESC, ticket_id DESC LIMIT 10 OFFSET $1) p
         CROSS JOIN tickets t {NAMES} WHERE t.customer_id = 1 AND t.ticket_id = p.ticket_id
         ORDER BY t.last_message_date DESC, t.ticket_id DESC"
    )
}

fn ticket_sql() -> String {
    format!("SELECT {TICKET} FROM tickets t {NAMES} WHERE t.customer_id = 1 AND t.ticket_id = $1")
}

const COUNT: &str =
    "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_counts WHERE customer_id = 1 AND status = 'Open'";
const MESSAGES: &str =
    "SELECT message_id, date_created, sender_type, from_address, from_name, subject, message, text_body
    FROM ticket_messages WHERE customer_id = 1 AND ticket_id = $1 ORDER BY message_date, message_id";

enum Store {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, engine, database] = args.as_slice() else {
        return Err("usage: answerpal-floor ADDR sqlite|postgres DATABASE".into());
    };
    let store = match engine.as_str() {
        "sqlite" => Store::Sqlite(sqlite::Database::open(database)?),
        _ => Store::Postgres(postgres::Database::open(database)?),
    };
    let router = Router::new()
        .route("/tickets", get(list))
        .route("/tickets/{id}", get(conversation))
        .route("/search", get(search))
        .route("/create", post(create))
        .with_state(Arc::new(store));
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}

fn json<T: Serialize>(answer: Result<T, Failure>) -> Response {
    let body = answer.and_then(|it| Ok(serde_json::to_vec(&it)?));
    match body {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn list(State(store): State<Arc<Store>>, RawQuery(query): RawQuery) -> Response {
    let page = query.and_then(|it| it.strip_prefix("page=")?.parse().ok()).unwrap_or(1i64);
    json(match store.as_ref() {
        Store::Sqlite(database) => database.list((page - 1) * 10),
        Store::Postgres(database) => database.list((page - 1) * 10).await,
    })
}

async fn conversation(State(store): State<Arc<Store>>, Path(id): Path<i64>) -> Response {
    json(match store.as_ref() {
        Store::Sqlite(database) => database.conversation(id),
        Store::Postgres(database) => database.conversation(id).await,
    })
}

async fn search(State(store): State<Arc<Store>>, RawQuery(query): RawQuery) -> Response {
    let word = query.and_then(|it| it.strip_prefix("q=").map(str::to_owned)).unwrap_or_default();
    json(match store.as_ref() {
        Store::Sqlite(database) => database.search(&word),
        Store::Postgres(database) => database.search(&word).await,
    })
}

async fn create(State(store): State<Arc<Store>>, body: Bytes) -> Response {
    let new: NewMessage = match serde_json::from_slice(&body) {
        Ok(new) => new,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let answer = match store.as_ref() {
        Store::Sqlite(database) => database.create(new).await,
        Store::Postgres(database) => database.create(new).await,
    };
    json(answer.map(|(ticket, message)| serde_json::json!({ "ticketID": ticket, "messageID": message })))
}
