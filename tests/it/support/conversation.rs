//! Tickets and reps that other tests need, made below the API.

use answerpal::domain::{messages, reps};
use answerpal::model::{
    Actor, ChannelId, ChannelType, CustomerId, CustomerRepId, Message, MessageId, NewRep, Role, SenderType,
    Ticket,
};
use serde_json::json;

use super::{Client, Installation, PASSWORD};

impl Installation {
    /// A ticket of the first tenant with one incoming message.
    pub async fn message(&self, rep: CustomerRepId) -> MessageId {
        let customer = self.customer;
        self.message_of(&self.admin, customer, rep).await
    }

    /// The same, in another tenant.
    pub async fn message_of(&self, admin: &Client, customer: CustomerId, rep: CustomerRepId) -> MessageId {
        let channel =
            admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let channel = ChannelId(channel["channelID"].as_i64().unwrap());
        self.app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let mut ticket = Ticket::new(channel, ChannelType::Email, tx.now);
                    ticket.customer_rep_id = rep;
                    let mut message = Message::new(channel, ChannelType::Email, SenderType::EndUser, tx.now);
                    messages::open_ticket(tx, customer, Actor::System, &mut ticket, &mut message, &[], None)
                        .await
                })
            })
            .await
            .unwrap()
    }

    /// A rep of the first tenant, signed in.
    pub async fn rep(&self, username: &str, role: Role) -> (CustomerRepId, Client) {
        let password_hash = reps::hash_password(&self.app, PASSWORD).await.unwrap();
        let new = NewRep { username: username.into(), role, password_hash, ..NewRep::default() };
        let customer = self.customer;
        let rep = self
            .app
            .store
            .write(move |tx| Box::pin(async move { reps::insert(tx, customer, Actor::System, &new).await }))
            .await
            .unwrap();
        (rep, self.login(username, PASSWORD).await)
    }
}
