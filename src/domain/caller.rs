//! Who asks, and what they may do.

use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Role, SessionId};

/// What an API key may be limited to. A key never allows more than its rep's role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scopes {
    pub read: bool,
    pub write: bool,
    pub settings: bool,
    pub users: bool,
    pub metrics: bool,
}

impl Scopes {
    pub const ALL: Self = Self { read: true, write: true, settings: true, users: true, metrics: true };
    pub const NAMES: [&'static str; 5] = ["read", "write", "settings", "users", "metrics"];

    /// Whether everything in `other` is in these.
    pub fn cover(self, other: Self) -> bool {
        let pairs = [
            (self.read, other.read),
            (self.write, other.write),
            (self.settings, other.settings),
            (self.users, other.users),
            (self.metrics, other.metrics),
        ];
        pairs.iter().all(|(ours, theirs)| *ours || !theirs)
    }

    /// Reads a comma-separated list; an empty one means everything. None for an unknown word.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::ALL);
        }
        let mut scopes = Self { read: false, write: false, settings: false, users: false, metrics: false };
        for word in text.split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "read" => scopes.read = true,
                "write" => scopes.write = true,
                "settings" => scopes.settings = true,
                "users" => scopes.users = true,
                "metrics" => scopes.metrics = true,
                _ => return None,
            }
        }
        Some(scopes)
    }
}

/// An authenticated rep, by token, password, key or cookie.
#[derive(Clone, Debug)]
pub struct Caller {
    pub customer: CustomerId,
    pub rep: CustomerRepId,
    pub role: Role,
    pub scopes: Scopes,
    /// Distinguishes callers for idempotency keys and page memory: `rep:5`, `key:7`.
    pub identity: String,
    /// The sign-in of the cookie that came, where one did.
    pub session: Option<SessionId>,
}

impl Caller {
    /// Reading tickets and what they refer to.
    pub fn may_read(&self) -> Result<()> {
        self.scoped(self.scopes.read, "read")
    }

    /// Changing tickets, messages and end users.
    pub fn may_write(&self) -> Result<()> {
        self.scoped(self.scopes.write, "write")
    }

    /// Policy ManageSettings.
    pub fn may_manage_settings(&self) -> Result<()> {
        self.administrator()?;
        self.scoped(self.scopes.settings, "settings")
    }

    /// Policy ImportEmails: Supervisors and Administrators.
    pub fn may_import_emails(&self) -> Result<()> {
        self.supervisor()?;
        self.scoped(self.scopes.write, "write")
    }

    /// Reading mail that may be of any ticket: not for Agents, who see some tickets only.
    pub fn may_read_all_mail(&self) -> Result<()> {
        self.supervisor()?;
        self.may_read()
    }

    /// All tickets lose an end user that is deleted, those that an Agent does not see among them.
    pub fn may_delete_end_users(&self) -> Result<()> {
        self.supervisor()?;
        self.scoped(self.scopes.write, "write")
    }

    /// Policy ManageUsers.
    pub fn may_manage_users(&self) -> Result<()> {
        self.administrator()?;
        self.scoped(self.scopes.users, "users")
    }

    /// What all reps share (views, answers to choose from) is a Supervisor's or an Administrator's to change.
    pub fn may_share(&self) -> Result<()> {
        if self.role != Role::Agent {
            return Ok(());
        }
        Err(Error::Forbidden("Only a Supervisor or an Administrator may change what all reps share.".into()))
    }

    /// What a rep may do with their own account and an Administrator with everybody's.
    pub fn may_manage_user(&self, rep: CustomerRepId) -> Result<()> {
        if rep != self.rep {
            self.administrator()?;
        }
        self.scoped(self.scopes.users, "users")
    }

    /// Policy TicketAccess: an Agent sees unassigned tickets and their own, the others all.
    pub fn sees_ticket_of(&self, rep: CustomerRepId) -> bool {
        self.role != Role::Agent || rep == self.rep || rep == CustomerRepId(0)
    }

    /// The rep whose tickets (with the unassigned ones) are all that this caller sees; None sees all.
    pub fn limited_to(&self) -> Option<CustomerRepId> {
        (self.role == Role::Agent).then_some(self.rep)
    }

    pub fn actor(&self) -> Actor {
        Actor::Rep(self.rep)
    }

    fn supervisor(&self) -> Result<()> {
        if self.role == Role::Agent {
            return Err(Error::Forbidden("Supervisors and Administrators may do this.".into()));
        }
        Ok(())
    }

    fn administrator(&self) -> Result<()> {
        if self.role == Role::Administrator {
            return Ok(());
        }
        Err(Error::Forbidden("Only an Administrator may do this.".into()))
    }

    fn scoped(&self, allowed: bool, scope: &str) -> Result<()> {
        if allowed {
            return Ok(());
        }
        Err(Error::Forbidden(format!("This API key lacks the scope {scope:?}.")))
    }
}
