//! Connections to mail servers that are signed in and wait for the next mail: many answers to one server
//! do not each pay for TLS and a login.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{Instant, timeout};

use super::servers::SmtpServer;

/// Servers close what is silent after some minutes; this is sooner than any of them.
const LONGEST_IDLE: Duration = Duration::from_secs(10);
/// Whether one that waited still answers.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);
/// Waiting for one server.
const MOST_IDLE: usize = 4;
/// Many servers end a conversation after a hundred.
const MOST_MAILS: u32 = 50;

#[derive(Clone, Default)]
pub struct Pool(Arc<Mutex<Vec<Idle>>>);

/// A connection with how many mails it carried.
pub struct Pooled {
    pub connection: AsyncSmtpConnection,
    pub mails: u32,
}

struct Idle {
    server: SmtpServer,
    pooled: Pooled,
    since: Instant,
}

impl Pool {
    /// One that waits and still answers.
    pub async fn take(&self, server: &SmtpServer) -> Option<Pooled> {
        while let Some(mut pooled) = self.pop(server) {
            let answers = timeout(LONGEST_ANSWER, pooled.connection.test_connected()).await;
            if answers == Ok(true) {
                return Some(pooled);
            }
        }
        None
    }

    fn pop(&self, server: &SmtpServer) -> Option<Pooled> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The one that waited least is the likeliest to answer.
        let at = idle.iter().rposition(|it| it.server == *server && it.since.elapsed() < LONGEST_IDLE)?;
        Some(idle.remove(at).pooled)
    }

    /// Lets one wait whose mail was taken.
    pub async fn give_back(&self, server: SmtpServer, pooled: Pooled) {
        if pooled.mails >= MOST_MAILS || pooled.connection.has_broken() {
            return quit(pooled.connection).await;
        }
        {
            let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(Idle { server: server.clone(), pooled, since: Instant::now() });
        }
        let pool = self.clone();
        tokio::spawn(async move {
            pool.end(&server, MOST_IDLE, Duration::MAX).await;
            tokio::time::sleep(LONGEST_IDLE).await;
            pool.end(&server, usize::MAX, LONGEST_IDLE).await;
        });
    }

    /// Ends those of a server that are too many or waited too long.
    async fn end(&self, server: &SmtpServer, most: usize, longest: Duration) {
        let ended: Vec<Idle> = {
            let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (mut own, others): (Vec<Idle>, Vec<Idle>) =
                std::mem::take(&mut *idle).into_iter().partition(|it| it.server == *server);
            let too_many = own.len().saturating_sub(most);
            let mut ended: Vec<Idle> = own.drain(..too_many).collect();
            let (late, kept): (Vec<Idle>, Vec<Idle>) =
                own.into_iter().partition(|it| it.since.elapsed() >= longest);
            ended.extend(late);
            *idle = others;
            idle.extend(kept);
            ended
        };
        for it in ended {
            quit(it.pooled.connection).await;
        }
    }
}

/// Says farewell.
pub(super) async fn quit(mut connection: AsyncSmtpConnection) {
    // The mail is settled: what becomes of the farewell does not matter.
    let _ = timeout(Duration::from_secs(5), connection.quit()).await;
}
