//! Mail servers as channels name them.

use crate::model::Security;

/// A mail server as a channel names it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerAddress {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// How a channel's mail reaches its server.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpServer {
    pub address: ServerAddress,
    pub username: Option<String>,
    pub password: Option<String>,
    /// What this program calls itself.
    pub hello: String,
}
