//! PostgreSQL: a pool of connections with prepared statements, transactions, and wake-ups between
//! processes.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use answerpal_wire::time::Timestamp;
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures::FutureExt;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::{BoxFuture, Conn, Inner, Tx, Wake};
use crate::error::{Error, Result};
use crate::store::value::Value;

/// The channel of the wake-ups.
const WAKE: &str = "answerpal_wake";
/// At most one NOTIFY a process in this time: NOTIFY serialises commits.
const COALESCE: Duration = Duration::from_millis(20);

pub struct Connection(Object);

impl Connection {
    pub async fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>> {
        let client = &self.0;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query(&statement, &borrow(params)).await?)
    }

    pub async fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let client = &self.0;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute(&statement, &borrow(params)).await?)
    }

    pub async fn execute_batch(&self, sql: &str) -> Result<()> {
        Ok(self.0.batch_execute(sql).await?)
    }

    /// Closes it instead of giving it back: its state is not known.
    pub fn discard(self) {
        drop(Object::take(self.0));
    }
}

fn borrow<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|it| it as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(it) if *ty == Type::INT4 => i32::try_from(*it)?.to_sql(ty, out),
            Value::Int(it) if *ty == Type::FLOAT8 => (*it as f64).to_sql(ty, out),
            Value::Int(it) => it.to_sql(ty, out),
            Value::Real(it) => it.to_sql(ty, out),
            Value::Bool(it) => it.to_sql(ty, out),
            Value::Text(it) => it.as_ref().to_sql(ty, out),
            Value::Blob(it) => it.as_ref().to_sql(ty, out),
            Value::Ints(it) => it.as_ref().to_sql(ty, out),
            Value::Texts(it) => it.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

pub struct Database {
    pool: Pool,
    config: Config,
    tls: Option<tokio_postgres_rustls::MakeRustlsConnect>,
}

impl Database {
    pub fn open(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config = url
            .parse()
            .map_err(|error| Error::invalid("database-url", format!("cannot be read: {error}")))?;
        config.application_name("answerpal");
        // The generic plan is right for every statement here, and planning is what costs.
        let options =
            format!("{} -c plan_cache_mode=force_generic_plan", config.get_options().unwrap_or_default());
        config.options(options.trim());
        let tls = super::super::tls::connector(&config)?;
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &tls {
            Some(tls) => Manager::from_config(config.clone(), tls.clone(), manager_config),
            None => Manager::from_config(config.clone(), NoTls, manager_config),
        };
        let pool = Pool::builder(manager)
            .max_size(connections)
            .wait_timeout(Some(Duration::from_secs(10)))
            .create_timeout(Some(Duration::from_secs(5)))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|it| Error::internal(it.to_string()))?;
        Ok(Self { pool, config, tls })
    }

    pub async fn connection(&self) -> Result<Connection> {
        Ok(Connection(self.pool.get().await?))
    }

    pub async fn write<T, F>(&self, now: Timestamp, work: F) -> Result<(T, bool)>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send,
    {
        let conn = Conn(Inner::Postgres(self.connection().await?));
        let mut guard = Guard(Some(Tx { conn, now, wakes: false }));
        let tx = guard.0.as_mut().ok_or_else(|| Error::internal("the transaction is there"))?;
        tx.execute_batch("BEGIN").await?;
        let result = work(tx).await;
        tx.execute_batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        let wakes = tx.wakes;
        guard.0.take();
        Ok((result?, wakes))
    }

    /// Sends the wake-ups of this process to the others and takes theirs; connects again when the
    /// connection is lost. Polling covers the gap.
    pub async fn run_notifier(&self, wake: &Arc<Wake>) {
        loop {
            if let Err(error) = self.notify_and_listen(wake).await {
                tracing::warn!(%error, "wake-ups between processes are lost until the database is back");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn notify_and_listen(&self, wake: &Arc<Wake>) -> Result<()> {
        let (client, messages) = match &self.tls {
            Some(tls) => {
                let (client, mut connection) = self.config.connect(tls.clone()).await?;
                (client, futures::stream::poll_fn(move |cx| connection.poll_message(cx)).boxed_messages())
            }
            None => {
                let (client, mut connection) = self.config.connect(NoTls).await?;
                (client, futures::stream::poll_fn(move |cx| connection.poll_message(cx)).boxed_messages())
            }
        };
        let listener = wake.clone();
        let listening = tokio::spawn(async move {
            use futures::StreamExt;
            let mut messages = messages;
            while let Some(Ok(message)) = messages.next().await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    listener.workers.notify_waiters();
                }
            }
        });
        let sending = async {
            client.batch_execute(&format!("LISTEN {WAKE}")).await?;
            loop {
                wake.others.notified().await;
                if wake.pending.swap(false, Ordering::AcqRel) {
                    client.batch_execute(&format!("NOTIFY {WAKE}")).await?;
                }
                tokio::time::sleep(COALESCE).await;
            }
        };
        tokio::select! {
            result = sending => result,
            ended = listening.map(|_| Err(Error::Unavailable("the connection ended".into()))) => ended,
        }
    }
}

type Messages =
    std::pin::Pin<Box<dyn futures::Stream<Item = Result<AsyncMessage, tokio_postgres::Error>> + Send>>;

trait BoxedMessages {
    fn boxed_messages(self) -> Messages;
}

impl<S> BoxedMessages for S
where
    S: futures::Stream<Item = Result<AsyncMessage, tokio_postgres::Error>> + Send + 'static,
{
    fn boxed_messages(self) -> Messages {
        Box::pin(self)
    }
}

/// A request that goes away in the middle of its transaction takes the connection with it: the server
/// then rolls back.
struct Guard(Option<Tx>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(Tx { conn: Conn(Inner::Postgres(conn)), .. }) = self.0.take() {
            conn.discard();
        }
    }
}
