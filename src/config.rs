//! Settings: defaults, then `answerpal.toml`, then `ANSWERPAL_*`, then flags.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What every command that opens the database takes.
#[derive(clap::Args, Serialize, Clone, Debug, Default)]
pub struct Flags {
    /// Folder of the database, the files and the master key
    #[arg(long, env = "ANSWERPAL_DATA_DIR", value_name = "DIR", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/name
    #[arg(long, env = "ANSWERPAL_DATABASE_URL", value_name = "URL", global = true, hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// S3-compatible store for files instead of the data folder: s3://bucket/prefix
    #[arg(long, env = "ANSWERPAL_FILES_URL", value_name = "URL", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_url: Option<String>,
    /// Address that links in mails start with
    #[arg(long, env = "ANSWERPAL_PUBLIC_URL", value_name = "URL", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Settings file; answerpal.toml in the data folder where it is there
    #[arg(long, env = "ANSWERPAL_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    #[arg(long, env = "ANSWERPAL_SECRET_KEY", hide = true, hide_env_values = true, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
    /// Origins of other sites that may call the API, comma-separated
    #[arg(long, env = "ANSWERPAL_CORS_ORIGINS", value_name = "ORIGINS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<String>,
    /// Internal addresses that outbound requests may reach, comma-separated
    #[arg(long, env = "ANSWERPAL_OUTBOUND_ALLOW", value_name = "HOSTS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_allow: Option<String>,
    /// Mail server for what no channel has a server for: smtp://user:password@host:587 (STARTTLS),
    /// smtps://… (TLS) or smtp+plain://…
    #[arg(long, env = "ANSWERPAL_SMTP_URL", value_name = "URL", global = true, hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_url: Option<String>,
    /// Sender of mail that belongs to no channel
    #[arg(long, env = "ANSWERPAL_MAIL_FROM", value_name = "ADDRESS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
    /// File of certificates that mail servers may have, besides the system's
    #[arg(long, env = "ANSWERPAL_MAIL_CA", value_name = "FILE", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_ca: Option<PathBuf>,
    /// DNS servers that SPF, DKIM and DMARC are asked of, comma-separated, or "off"; the system's where
    /// nothing is given
    #[arg(long, env = "ANSWERPAL_DNS_SERVERS", value_name = "ADDRESSES", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_servers: Option<String>,
    /// Most mails a minute to mail servers, of all tenants; 0 for any number
    #[arg(long, env = "ANSWERPAL_MAILS_PER_MINUTE", value_name = "N", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_per_minute: Option<u32>,
    /// SpamAssassin's spamd, asked about mail that comes in: host:port, or the path of its socket
    #[arg(long, env = "ANSWERPAL_SPAMD", value_name = "ADDRESS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spamd: Option<String>,
    /// Seconds that it may take for one mail
    #[arg(long, env = "ANSWERPAL_SPAMD_SECONDS", value_name = "SECONDS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spamd_seconds: Option<u32>,
    /// Seconds in which a rep can take back what they sent
    #[arg(long, env = "ANSWERPAL_UNDO_SECONDS", value_name = "SECONDS", global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_seconds: Option<u32>,
    /// Log lines as JSON
    #[arg(long, env = "ANSWERPAL_LOG_JSON", global = true, num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_json: Option<bool>,
}

/// What `serve` takes besides.
#[derive(clap::Args, Serialize, Clone, Debug, Default)]
pub struct ServeFlags {
    /// Address to listen on
    #[arg(long, env = "ANSWERPAL_LISTEN", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Fill an empty installation with demo data and print a login
    #[arg(long, env = "ANSWERPAL_DEMO", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demo: Option<bool>,
    /// Take mail from other mail servers by SMTP on this address
    #[arg(long, env = "ANSWERPAL_SMTP_LISTEN", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_listen: Option<SocketAddr>,
    /// Take mail from another mail server by LMTP on this address
    #[arg(long, env = "ANSWERPAL_LMTP_LISTEN", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lmtp_listen: Option<SocketAddr>,
    /// Certificate chain (PEM) for STARTTLS on these addresses
    #[arg(long, env = "ANSWERPAL_SMTP_TLS_CERT", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_tls_cert: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, env = "ANSWERPAL_SMTP_TLS_KEY", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_tls_key: Option<PathBuf>,
    /// Leave background work to other processes
    #[arg(long, env = "ANSWERPAL_NO_WORKERS", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_workers: Option<bool>,
}

/// The settings in force.
#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    pub files_url: Option<String>,
    pub public_url: Option<String>,
    pub secret_key: Option<String>,
    pub cors_origins: String,
    pub outbound_allow: String,
    pub smtp_url: Option<String>,
    pub mail_from: Option<String>,
    pub mail_ca: Option<PathBuf>,
    pub dns_servers: Option<String>,
    pub mails_per_minute: u32,
    pub spamd: Option<String>,
    pub spamd_seconds: u32,
    pub undo_seconds: u32,
    pub smtp_listen: Option<SocketAddr>,
    pub lmtp_listen: Option<SocketAddr>,
    pub smtp_tls_cert: Option<PathBuf>,
    pub smtp_tls_key: Option<PathBuf>,
    pub log_json: bool,
    pub demo: bool,
    pub no_workers: bool,
    /// The program that is started for work in a process of its own; this one where it is not given.
    pub program: Option<PathBuf>,
    /// Most database connections kept open.
    pub connections: usize,
    /// Seconds that an embedding endpoint may be silent.
    pub embedding_timeout_seconds: u64,
    /// Most bytes of a JSON body.
    pub max_json_bytes: usize,
    /// Most bytes of one file.
    pub max_file_bytes: u64,
    /// Most bytes of a request with files.
    pub max_upload_bytes: usize,
    /// Most bytes of one incoming mail.
    pub max_mail_bytes: usize,
    /// Most files of one message.
    pub max_files_per_message: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            files_url: None,
            public_url: None,
            secret_key: None,
            cors_origins: String::new(),
            outbound_allow: String::new(),
            smtp_url: None,
            mail_from: None,
            mail_ca: None,
            dns_servers: None,
            mails_per_minute: 300,
            spamd: None,
            spamd_seconds: 10,
            undo_seconds: 10,
            smtp_listen: None,
            lmtp_listen: None,
            smtp_tls_cert: None,
            smtp_tls_key: None,
            log_json: false,
            demo: false,
            no_workers: false,
            program: None,
            connections: 16,
            embedding_timeout_seconds: 15,
            max_json_bytes: 1024 * 1024,
            max_file_bytes: 25 * 1024 * 1024,
            max_upload_bytes: 40 * 1024 * 1024,
            max_mail_bytes: 50 * 1024 * 1024,
            max_files_per_message: 50,
        }
    }
}

impl Config {
    /// Puts the sources together; the error names the setting that is wrong.
    pub fn load(flags: &Flags, serve: &ServeFlags) -> Result<Self> {
        let folder = flags.data_dir.clone().unwrap_or_else(|| Self::default().data_dir);
        let file = flags.config.clone().unwrap_or_else(|| folder.join("answerpal.toml"));
        if flags.config.is_some() && !file.exists() {
            return Err(Error::invalid("config", format!("names {}, which is not there", file.display())));
        }
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(Serialized::defaults(flags))
            .merge(Serialized::defaults(serve))
            .extract()
            .map_err(|error| {
                let field = if error.path.is_empty() { "config".into() } else { error.path.join(".") };
                Error::invalid(field, error.kind.to_string())
            })
    }

    /// The name that this installation goes by among mail servers: that of its public address.
    pub fn host_name(&self) -> String {
        let url = self.public_url();
        let host = url.split("//").last().and_then(|it| it.split(['/', ':']).next()).unwrap_or_default();
        if host.is_empty() { "localhost".into() } else { host.to_owned() }
    }

    /// What links in mails start with, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }
}
