//! `/api/tickets`.

mod bulk;
mod counts;
mod history;
mod list;
mod patch;
mod search;
mod sorted;
mod states;
mod summary;
mod undo;
mod write;

use serde_json::{Value, json};

use crate::support::Client;

/// Makes a channel; gives its id.
pub async fn channel(client: &Client, kind: &str) -> i64 {
    let made =
        client.post("/api/Channels", json!({ "channelType": kind, "name": format!("{kind} desk") })).await;
    made.expect(201)["channelID"].as_i64().unwrap()
}

/// Makes a ticket with these fields in addition to a channel.
pub async fn ticket(client: &Client, channel: i64, mut fields: Value) -> Value {
    fields["channelID"] = channel.into();
    client.post("/api/tickets", fields).await.expect(201)
}

pub fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|it| it["ticketID"].as_i64().unwrap()).collect()
}
