//! Mail that comes in: what is kept, and what it becomes.

mod content;
mod corpus;
mod fuzz;
mod history;
mod receive;
mod senders;
mod threading;

use answerpal::domain::inbound::{self, Envelope, Incoming, Receipt};
use answerpal::model::{ChannelId, MailSource};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::Installation;

impl Installation {
    /// An e-mail channel of the first tenant, with this address.
    pub async fn mail_channel(&self, address: &str) -> ChannelId {
        let body = json!({ "channelType": "Email", "name": "Support", "emailAddress": address });
        let channel = self.admin.post("/api/Channels", body).await.expect(201);
        ChannelId(channel["channelID"].as_i64().unwrap())
    }

    /// Takes a raw mail in as if IMAP had fetched it.
    pub async fn receive(&self, channel: ChannelId, raw: &str) -> Receipt {
        let raw = Bytes::from(raw.replace('\n', "\r\n"));
        let incoming = Incoming::new(raw, MailSource::Imap, Envelope::default());
        inbound::receive(&self.app, self.customer, channel, incoming).await.unwrap()
    }

    /// The same, and lets it become a message: the newest one.
    pub async fn deliver(&self, channel: ChannelId, raw: &str) -> Value {
        self.receive(channel, raw).await;
        self.run_jobs().await;
        let newest = self.count("ticket_messages").await;
        self.admin.get(&format!("/api/ticketMessages/{newest}")).await.expect(200)
    }
}
