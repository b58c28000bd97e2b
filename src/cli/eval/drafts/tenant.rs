//! On what became of a tenant's drafts.

use super::super::DAY_MICROS;
use super::{DraftsArgs, Figures, is_grounded, share};
use crate::app::App;
use crate::domain::drafts::{Citation, is_made_of, same_words, was_right};
use crate::error::Result;
use crate::model::{CustomerId, MessageId, Timestamp};
use crate::store::{bulk, drafts as draft_store, messages as message_store};

const MOST: i64 = 100_000;

/// What became of a tenant's drafts.
pub async fn measure(app: &App, args: &DraftsArgs) -> Result<Figures> {
    let days = super::super::days(&args.last)?;
    let customer = bulk::find_customer(&mut *app.store.read().await?, args.customer.as_deref()).await?;
    let since = Timestamp(app.clock.now().0 - days * DAY_MICROS);
    let fates = draft_store::fates(&mut *app.store.read().await?, customer, since, 0, 0, MOST).await?;
    let skipped = draft_store::count_skipped(&mut *app.store.read().await?, customer, since).await?;
    let questions = fates.len() + usize::try_from(skipped).unwrap_or_default();
    let mut figures = Figures { questions, ..Figures::default() };
    let (mut grounded, mut unchanged, mut edited, mut discarded, mut complained) = (0, 0, 0, 0, 0);
    for fate in &fates {
        let (sentences, good) = stored(app, customer, fate.message_id).await?;
        figures.sentences += sentences;
        grounded += good;
        if !fate.is_answered {
            continue;
        }
        match &fate.modified {
            None => unchanged += 1,
            Some(sent) if same_words(sent, &fate.drafted) => unchanged += 1,
            Some(sent) if is_made_of(&fate.drafted, sent) => edited += 1,
            Some(_) => discarded += 1,
        }
        complained += usize::from(!was_right(fate) && (fate.is_liked == Some(false) || fate.is_escalated));
    }
    let answered = unchanged + edited + discarded;
    figures.coverage = share(fates.len(), questions);
    figures.grounded = share(grounded, figures.sentences);
    figures.sent_unchanged = share(unchanged, answered);
    figures.sent_edited = share(edited, answered);
    figures.discarded = share(discarded, answered);
    figures.complained_of = share(complained, answered);
    Ok(figures)
}

async fn stored(app: &App, customer: CustomerId, id: MessageId) -> Result<(usize, usize)> {
    let message = message_store::get(&mut *app.store.read().await?, customer, id).await?;
    let citations: Vec<Citation> =
        message.citations.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let mut good = 0;
    for citation in &citations {
        good += usize::from(is_grounded(app, customer, citation).await?);
    }
    Ok((citations.len(), good))
}
