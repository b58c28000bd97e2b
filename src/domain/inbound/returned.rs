//! Reports about mail that was sent from here: they go to the message that they are about.

use super::evidence::Evidence;
use super::read::Read;
use super::settle::{Processed, finish};
use super::thread::identifier;
use crate::app::App;
use crate::domain::attachments::NewFile;
use crate::domain::{delivery, messages};
use crate::error::{Error, Result};
use crate::model::{Actor, Channel, CustomerId, Message, SenderType};
use crate::store::received_mails::ReceivedMail;
use crate::store::{Tx, inbound, messages as message_store, tickets as ticket_store};

/// A report about a message of ours goes to that message, which then shows that it came back.
#[expect(clippy::too_many_arguments, reason = "they are the parts of one mail")]
pub async fn report(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    row: &ReceivedMail,
    read: &Read,
    message: &mut Message,
    evidence: &mut Evidence,
    files: &[NewFile],
) -> Result<Option<Processed>> {
    let Some(report) = &read.report else { return Ok(None) };
    let original = match &report.original {
        Some(id) => {
            inbound::named(tx, customer, vec![identifier(id)]).await?.into_iter().find(|it| !it.incoming)
        }
        None => None,
    };
    let of_token = read.mail.recipients().find_map(|it| crate::domain::reply_tokens::find(app, it));
    let ticket = original.as_ref().map(|it| it.ticket_id);
    let ticket = ticket.or(of_token.filter(|it| it.0 == customer).map(|it| it.1));
    let Some(ticket) = ticket else { return Ok(None) };
    let ticket = match ticket_store::lock(tx, customer, ticket).await {
        Ok(ticket) => ticket,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    message.sender_type = SenderType::System;
    message.incoming = true;
    message.ticket_id = ticket.ticket_id;
    message.channel_id = channel.channel_id;
    message.reply_to_message_id = original.as_ref().map(|it| it.message_id);
    if let (Some(original), true) = (&original, report.is_failure) {
        let sent = message_store::get(tx, customer, original.message_id).await?;
        delivery::bounced(tx, customer, &sent, &told(report)).await?;
    }
    let id = messages::add(tx, customer, Actor::System, &ticket, message).await?;
    evidence.rule = "report".into();
    evidence.because = match &original {
        Some(it) => format!("It is a report about message {}.", it.message_id),
        None => format!("It is a report that came to the reply address of ticket {}.", ticket.ticket_id),
    };
    evidence.ticket_id = Some(ticket.ticket_id.0);
    evidence.other_message_id = original.map(|it| it.message_id.0);
    finish(tx, customer, row, read, message, id, files, evidence).await?;
    Ok(Some(Processed::Message(id)))
}

/// What a delivery report says, for people.
fn told(report: &answerpal_mail::Report) -> String {
    let said = report.diagnostic.as_ref().or(report.status.as_ref());
    said.map_or_else(|| "The mail came back.".to_owned(), ToString::to_string)
}
