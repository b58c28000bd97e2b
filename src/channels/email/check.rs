//! Trying the mail servers of a channel, without reading or sending anything.

use super::connect::Network;
use super::imap::{ImapServer, Mailbox};
use super::servers::SmtpServer;
use super::smtp::Session;

/// What came of a try, in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub works: bool,
    pub message: String,
}

fn outcome(result: Result<String, String>) -> Outcome {
    match result {
        Ok(message) => Outcome { works: true, message },
        Err(message) => Outcome { works: false, message },
    }
}

/// Signs in and opens the folder.
pub async fn imap(network: &Network, server: &ImapServer) -> Outcome {
    let opened = match Mailbox::open(network, server).await {
        Ok(mailbox) => {
            let how = if mailbox.can_idle() { "tells of new mail at once" } else { "is asked every minute" };
            mailbox.close().await;
            Ok(format!("The mailbox of {} at {} opens and {how}.", server.username, server.address))
        }
        Err(why) => Err(why),
    };
    outcome(opened)
}

/// Signs in.
pub async fn smtp(network: &Network, server: &SmtpServer) -> Outcome {
    let opened = match Session::open_new(network, server).await {
        Ok(session) => {
            session.close().await;
            Ok(match &server.username {
                Some(username) => format!("{} takes mail from {username}.", server.address),
                None => format!("{} takes connections; no login is set.", server.address),
            })
        }
        Err(refusal) => Err(refusal.why().to_owned()),
    };
    outcome(opened)
}
