//! `answerpal explain`: why something is as it is.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Context;
use crate::domain::inbound::{Envelope, Evidence};
use crate::error::{Error, Result};
use crate::model::{MessageId, MessageStage};
use crate::store::received_mails::{self, ReceivedMail};
use crate::store::{inbound, message_stages, messages};

#[derive(Subcommand)]
pub enum ExplainCommand {
    /// Why a mail is in the ticket that it is in, and what the spam filter made of it
    Message {
        /// Id of the message
        id: i64,
    },
}

pub async fn run(context: &Context, command: ExplainCommand) -> Result<ExitCode> {
    let ExplainCommand::Message { id } = command;
    let app = context.existing().await?;
    let mut conn = app.store.read().await?;
    let id = MessageId(id);
    let customer = inbound::customer_of_message(&mut conn, id).await.map_err(|it| match it {
        Error::NotFound => Error::invalid("message", "does not exist"),
        other => other,
    })?;
    let message = messages::get(&mut conn, customer, id).await?;
    let mail = received_mails::of_message(&mut conn, customer, id).await?;
    let stages = message_stages::of_message(&mut conn, customer, id).await?;
    drop(conn);
    app.store.close().await;
    let (ticket, stages) = (message.ticket_id, told_stages(stages)?);
    let Some(mail) = mail else {
        let text = format!(
            "Message {id} is in ticket {ticket}. It did not come by mail, so whoever made it chose the ticket."
        );
        let json = json!({ "messageID": id, "ticketID": ticket, "mail": null, "stages": stages.1 });
        context.print(&(text + &stages.0), &json);
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
        "stages": stages.1,
    });
    context.print(&(told(id, ticket.0, &mail, &evidence) + &stages.0), &json);
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

/// How the pipeline went, as text and as JSON: of the spam stages with what spoke for the verdict.
fn told_stages(stages: Vec<MessageStage>) -> Result<(String, Vec<Value>)> {
    let (mut text, mut json) = (String::new(), Vec::new());
    for it in stages {
        let evidence: Option<Value> = it.evidence.as_deref().map(serde_json::from_str).transpose()?;
        let reason = it.reason.as_deref().map_or_else(String::new, |it| format!(": {it}"));
        // Writing into a String cannot fail.
        let _ = write!(text, "\nStage {}: {}{reason}", it.stage, it.status);
        if let Some(evidence) = evidence.as_ref().filter(|_| it.stage.to_lowercase().ends_with("spam")) {
            text.push_str(&told_spam(evidence));
        }
        json.push(json!({
            "stage": it.stage, "status": it.status, "reason": it.reason, "evidence": evidence, "tries": it.tries,
        }));
    }
    Ok((text, json))
}

/// What a spam stage found; nothing of other stages.
fn told_spam(evidence: &Value) -> String {
    let mut text = String::new();
    let verdict = if evidence["isSpam"] == true { "spam" } else { "no spam" };
    if let (Some(score), Some(threshold)) = (evidence["score"].as_f64(), evidence["threshold"].as_f64()) {
        let rules: Vec<&str> =
            evidence["rules"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let _ = write!(text, "\n  SpamAssassin: {verdict}, {score} of {threshold}: {}", rules.join(", "));
    }
    if let Some(probability) = evidence["probability"].as_f64() {
        let _ = write!(
            text,
            "\n  The filter: {verdict}, probability {probability} (spam from {}), {} without SpamAssassin's score, {} lessons and {} mails that people took on",
            evidence["threshold"], evidence["ownProbability"], evidence["lessons"], evidence["takenOn"]
        );
    }
    for tag in evidence["tags"].as_array().into_iter().flatten() {
        if let (Some(says), Some(share)) = (tag["says"].as_str(), tag["share"].as_f64()) {
            let _ = write!(text, "\n  {share:+.2} {says}");
        }
    }
    text
}
