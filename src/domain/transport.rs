//! Which way a mail goes out: the channel's mail server, else the installation's, else the sink.

use url::Url;

use crate::app::App;
use crate::channels::email::servers::{ServerAddress, SmtpServer};
use crate::domain::channels::mail_secrets;
use crate::error::{Error, Result};
use crate::model::{Channel, CustomerId, Security};
use crate::store::{Conn, channels};

/// The port of mail submission (RFC 6409).
pub const SMTP_PORT: u16 = 587;
pub const IMAP_PORT: u16 = 993;

/// Where a mail is handed to.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    Smtp(Box<SmtpServer>),
    /// Shows what would have been sent.
    Sink,
}

/// The way of a channel's mail.
pub fn of_channel(app: &App, channel: &Channel) -> Result<Route> {
    let smtp = &channel.settings.smtp;
    let Some(host) = &smtp.server else { return of_installation(app) };
    let secrets = mail_secrets(app, channel)?;
    Ok(Route::Smtp(Box::new(SmtpServer {
        address: ServerAddress {
            host: host.clone(),
            port: smtp.port.unwrap_or(SMTP_PORT),
            security: smtp.security(SMTP_PORT),
        },
        username: smtp.username.clone(),
        password: secrets.smtp_password,
        hello: host_name(app),
    })))
}

/// The way of mail that no channel has a server for.
pub fn of_installation(app: &App) -> Result<Route> {
    match &app.config.smtp_url {
        Some(text) => Ok(Route::Smtp(Box::new(parse(text, host_name(app))?))),
        None => Ok(Route::Sink),
    }
}

/// Reads `smtp://user:password@host:587`.
pub fn parse(text: &str, hello: String) -> Result<SmtpServer> {
    let wrong = |why: &str| Error::invalid("smtp-url", why);
    let url: Url = text.parse().map_err(|_| wrong("must look like smtp://user:password@host:587"))?;
    let (security, port) = match url.scheme() {
        "smtp" => (Security::StartTLS, SMTP_PORT),
        "smtps" => (Security::TLS, 465),
        "smtp+plain" => (Security::None, 25),
        _ => return Err(wrong("must begin with smtp://, smtps:// or smtp+plain://")),
    };
    let host = url.host_str().filter(|it| !it.is_empty()).ok_or_else(|| wrong("names no host"))?;
    let decoded = |text: &str| urlencoding(text).ok_or_else(|| wrong("has a % that escapes nothing"));
    Ok(SmtpServer {
        address: ServerAddress {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            security,
        },
        username: Some(url.username()).filter(|it| !it.is_empty()).map(decoded).transpose()?,
        password: url.password().map(decoded).transpose()?,
        hello,
    })
}

/// Undoes `%40` and its like.
fn urlencoding(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The name that this installation goes by.
pub fn host_name(app: &App) -> String {
    app.config.host_name()
}

/// The sender of mail that belongs to no channel, and its way: the installation's server, else the oldest
/// channel that has one, else the sink.
pub async fn of_tenant(conn: &mut Conn, app: &App, customer: CustomerId) -> Result<(String, Route)> {
    let own = app.config.mail_from.clone();
    let channels = channels::list(conn, customer).await?;
    let mut mail = channels.iter().filter(|it| it.is_active && it.email_address.is_some());
    if let route @ Route::Smtp(_) = of_installation(app)? {
        let sender = own.or_else(|| mail.next().and_then(|it| it.email_address.clone()));
        return Ok((sender.unwrap_or_else(|| no_reply(app)), route));
    }
    match mail.find(|it| it.settings.smtp.server.is_some()) {
        Some(channel) => {
            let sender = channel.email_address.clone().unwrap_or_else(|| no_reply(app));
            Ok((sender, of_channel(app, channel)?))
        }
        None => Ok((own.unwrap_or_else(|| no_reply(app)), Route::Sink)),
    }
}

fn no_reply(app: &App) -> String {
    format!("no-reply@{}", host_name(app))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_address_is_read() {
        let server = parse("smtp://me%40example.com:p%2Fw@mail.example.com", "me".into()).unwrap();
        assert_eq!((server.address.port, server.address.security), (587, Security::StartTLS));
        assert_eq!(
            (server.username.as_deref(), server.password.as_deref()),
            (Some("me@example.com"), Some("p/w"))
        );
        let server = parse("smtps://mail.example.com", "me".into()).unwrap();
        assert_eq!((server.address.port, server.username), (465, None));
        assert_eq!(parse("smtp+plain://127.0.0.1:1025", "me".into()).unwrap().address.port, 1025);
        for wrong in ["mail.example.com", "http://x", "smtp://"] {
            assert!(parse(wrong, "me".into()).is_err(), "{wrong}");
        }
    }
}
