//! `answerpal explain`: why something is as it is.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::Context;
use crate::domain::inbound::{Envelope, Evidence};
use crate::error::{Error, Result};
use crate::model::MessageId;
use crate::store::received_mails::{self, ReceivedMail};
use crate::store::{inbound, messages};

#[derive(Subcommand)]
pub enum ExplainCommand {
    /// Why a mail is in the ticket that it is in
    Message {
        /// Id of the message
        id: i64,
    },
}

pub async fn run(context: &Context, command: ExplainCommand) -> Result<ExitCode> {
    let ExplainCommand::Message { id } = command;
    let app = context.open().await?;
    let mut conn = app.store.read().await?;
    let id = MessageId(id);
    let customer = inbound::customer_of_message(&mut conn, id).await.map_err(|it| match it {
        Error::NotFound => Error::invalid("message", "does not exist"),
        other => other,
    })?;
    let message = messages::get(&mut conn, customer, id).await?;
    let mail = received_mails::of_message(&mut conn, customer, id).await?;
    drop(conn);
    app.store.close().await;
    let ticket = message.ticket_id;
    let Some(mail) = mail else {
        let text = format!(
            "Message {id} is in ticket {ticket}. It did not come by mail, so whoever made it chose the ticket."
        );
        context.print(&text, &json!({ "messageID": id, "ticketID": ticket, "mail": null }));
        return Ok(ExitCode::SUCCESS);
    };
    let evidence: Evidence =
        mail.evidence.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let envelope: Envelope =
        mail.envelope.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let json = json!({
        "messageID": id,
        "ticketID": ticket,
        "mail": {
            "receivedMailID": mail.received_mail_id,
            "source": mail.source,
            "receivedAt": mail.received_at,
            "messageIdentifier": mail.message_identifier,
            "envelope": envelope,
            "evidence": evidence,
        },
    });
    context.print(&told(id, ticket.0, &mail, &evidence), &json);
    Ok(ExitCode::SUCCESS)
}

fn told(id: MessageId, ticket: i64, mail: &ReceivedMail, evidence: &Evidence) -> String {
    let mut text = format!("Message {id} is in ticket {ticket}. {}", evidence.because);
    // Writing into a String cannot fail.
    if let Some(linked) = evidence.linked_ticket_id {
        let _ = write!(text, "\nIt is linked to ticket {linked}.");
    }
    for look in &evidence.looked_at {
        let ticket = look.ticket_id.map_or_else(String::new, |it| format!(" -> ticket {it}"));
        let _ = write!(text, "\n  {}: {}{ticket}: {}", look.rule, look.value, look.outcome);
    }
    let _ = write!(text, "\nSender: {}", evidence.sender.as_deref().unwrap_or("none"));
    if let Some(kind) = &evidence.automatic {
        let because = evidence.automatic_because.as_deref().unwrap_or_default();
        let _ = write!(text, "\nAutomatic mail ({kind}): {because}");
    }
    if let Some(it) = &evidence.authentication {
        let word = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".into());
        let (spf, dkim, dmarc) = (word(&it.spf), word(&it.dkim), word(&it.dmarc));
        let _ = write!(text, "\nAuthentication by {}: SPF {spf}, DKIM {dkim}, DMARC {dmarc}", it.by);
        if !it.details.is_empty() {
            let _ = write!(text, " ({})", it.details);
        }
    }
    for note in &evidence.notes {
        let _ = write!(text, "\nNote: {note}");
    }
    let _ = write!(
        text,
        "\nRaw mail {}, received by {} at {}",
        mail.received_mail_id, mail.source, mail.received_at
    );
    text
}
