//! The key that a channel's mail is signed with (DKIM).

use super::{fields_of, mail_secrets};
use crate::app::App;
use crate::channels::email::dkim::{self, DkimKey};
use crate::domain::events::note;
use crate::domain::{fields, secrets};
use crate::error::{Error, Result};
use crate::model::{Actor, Channel, ChannelId, CustomerId, Event};
use crate::store::Tx;
use crate::store::channels as store;

const SELECTOR: &str = "answerpal";

/// The key of a channel; None where its mail is not signed.
pub fn key(app: &App, channel: &Channel) -> Result<Option<DkimKey>> {
    let sending = &channel.settings.sending;
    let (Some(domain), Some(selector), Some(key)) =
        (&sending.dkim_domain, &sending.dkim_selector, mail_secrets(app, channel)?.dkim_key)
    else {
        return Ok(None);
    };
    DkimKey::new(domain, selector, &key).map(Some).map_err(Error::internal)
}

/// A new private key. Takes its time: to be made before the transaction.
pub async fn generate() -> Result<String> {
    tokio::task::spawn_blocking(dkim::generate).await?.map_err(Error::internal)
}

/// Signs the channel's mail with this key from now on, in place of any before it.
pub async fn set(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    id: ChannelId,
    key: String,
    (domain, selector): (Option<String>, Option<String>),
) -> Result<Channel> {
    let channel = store::get(tx, customer, id).await?;
    let own = channel.email_address.as_deref().and_then(|it| it.rsplit_once('@')).map(|it| it.1.to_owned());
    let domain = domain.filter(|it| !it.trim().is_empty()).or(own);
    let domain =
        domain.ok_or_else(|| Error::invalid("domain", "is required: the channel has no emailAddress"))?;
    let domain = fields::hostname("domain", domain.trim())?;
    let selector = selector.filter(|it| !it.trim().is_empty()).unwrap_or_else(|| SELECTOR.into());
    let selector = fields::hostname("selector", selector.trim())?;
    let mut kept = mail_secrets(app, &channel)?;
    kept.dkim_key = Some(key);
    let mut fields = fields_of(&channel);
    fields.settings.sending.dkim_domain = Some(domain);
    fields.settings.sending.dkim_selector = Some(selector);
    fields.secrets = Some(secrets::seal(app, &kept)?);
    store::update(tx, customer, id, &fields).await?;
    note(tx, customer, actor, &[Event::new("channel.dkimKeyMade", "channel", id.0)]).await?;
    store::get(tx, customer, id).await
}

/// Signs no more.
pub async fn clear(tx: &mut Tx, app: &App, customer: CustomerId, actor: Actor, id: ChannelId) -> Result<()> {
    let channel = store::get(tx, customer, id).await?;
    let mut kept = mail_secrets(app, &channel)?;
    if kept.dkim_key.take().is_none() {
        return Err(Error::NotFound);
    }
    let mut fields = fields_of(&channel);
    fields.settings.sending.dkim_domain = None;
    fields.settings.sending.dkim_selector = None;
    fields.secrets = Some(secrets::seal(app, &kept)?);
    store::update(tx, customer, id, &fields).await?;
    note(tx, customer, actor, &[Event::new("channel.dkimKeyRemoved", "channel", id.0)]).await
}
