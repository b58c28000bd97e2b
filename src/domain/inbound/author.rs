//! Who a mail counts as written by, and the person that the conversation is with.

use answerpal_mail::{Address, Mail};

use super::addresses::key;
use crate::domain::end_users;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, EndUserId, Message, UidType};
use crate::store::Tx;
use crate::store::search::bulk;

/// Who a mail counts as written by.
pub struct Author {
    pub address: Option<String>,
    pub name: Option<String>,
    /// It was sent from one of the tenant's own addresses, by other means than this program.
    pub is_ours: bool,
}

/// `From`, else who else says to have sent it. A form on a website writes in our own name or in that of a
/// robot, and names the person in `Reply-To`.
pub fn author(mail: &Mail, own: &[String]) -> Author {
    let is_own = |it: &Address| own.contains(&key(&it.address));
    let return_path = mail.header("Return-Path").map(|it| it.trim_matches(['<', '>', ' ']).to_owned());
    let return_path =
        return_path.filter(|it| it.contains('@')).map(|address| Address { name: None, address });
    let from = mail.from.first().or(mail.sender.as_ref()).or(mail.reply_to.first()).or(return_path.as_ref());
    let Some(from) = from else { return Author { address: None, name: None, is_ours: false } };
    let local = from.address.split('@').next().unwrap_or_default().to_lowercase();
    let is_robot =
        ["noreply", "no-reply", "donotreply", "do-not-reply"].iter().any(|it| local.starts_with(it));
    let person = mail.reply_to.first().filter(|it| (is_own(from) || is_robot) && !is_own(it));
    let author = person.unwrap_or(from);
    Author {
        address: Some(author.address.chars().take(1000).collect()),
        name: author.name.as_ref().map(|it| it.chars().take(300).collect()),
        is_ours: is_own(author) && mail.to.iter().chain(&mail.cc).any(|it| !is_own(it)),
    }
}

/// The person that the conversation is with: who wrote it, or whom we wrote to.
pub fn contact(mail: &Mail, author: &Author, own: &[String]) -> Option<Address> {
    if author.is_ours {
        return mail.to.iter().chain(&mail.cc).find(|it| !own.contains(&key(&it.address))).cloned();
    }
    author.address.clone().map(|address| Address { name: author.name.clone(), address })
}

/// The end user with the contact's address, whether they were known, and what search finds them by.
pub async fn end_user(
    tx: &mut Tx,
    customer: CustomerId,
    contact: Option<&Address>,
    is_forged: bool,
    message: &mut Message,
) -> Result<Option<(EndUserId, Vec<String>)>> {
    let Some(contact) = contact else { return Ok(None) };
    let name = contact.name.as_deref();
    let found = end_users::find_or_make(
        tx,
        customer,
        Actor::EndUser,
        &contact.address,
        Some(UidType::Email),
        name,
        !is_forged,
    )
    .await;
    let (id, known) = match found {
        Ok(found) => found,
        // What is no address of a person: the message keeps what it says.
        Err(Error::Invalid { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    message.uid = Some(contact.address.clone());
    if message.incoming {
        message.is_known_end_user = Some(known);
    }
    let texts = if known { bulk::end_user_texts(tx, customer, vec![id.0]).await? } else { Vec::new() };
    Ok(Some((id, texts.into_iter().map(|it| it.1).collect())))
}
