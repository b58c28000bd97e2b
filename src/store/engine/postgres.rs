//! PostgreSQL: a pool of connections with prepared statements, transactions, and wake-ups between
//! processes.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use answerpal_wire::time::Timestamp;
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures::FutureExt;
use futures::future::{join, join_all, try_join};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Config, NoTls, Row, Statement};

use super::last::{self, Last};
use super::merged::merged;
use super::{BoxFuture, Conn, Inner, Tx, Wake};
use crate::error::{Error, Result};
use crate::store::value::Value;

/// Most statements that one round trip carries.
const TOGETHER: usize = 24;
/// The channel of the wake-ups.
const WAKE: &str = "answerpal_wake";
/// At most one NOTIFY a process in this time: NOTIFY serialises commits.
const COALESCE: Duration = Duration::from_millis(20);

/// A statement that nobody waits for any more has this long to end by itself: a connection costs more.
const GRACE: Duration = Duration::from_millis(50);
/// To ask a server to cancel a statement takes no longer.
const CANCEL: Duration = Duration::from_secs(5);

type Tls = Option<tokio_postgres_rustls::MakeRustlsConnect>;

pub struct Connection {
    /// There until it is given back.
    client: Option<Object>,
    /// What goes out with the next statement that is waited for, before it.
    unsent: Vec<Unsent>,
    /// A statement is waited for. Who drops the connection now has left without its answer.
    at_work: AtomicBool,
    tls: Tls,
}

enum Unsent {
    Batch(&'static str),
    Statement(String, Vec<Value<'static>>),
}

enum Ready<'a> {
    Batch(&'static str),
    Statement(Statement, Vec<&'a (dyn ToSql + Sync)>),
}

type Sent = std::result::Result<(), tokio_postgres::Error>;

impl Connection {
    /// Begins a transaction, in the round trip of its first statement.
    pub fn begin(&mut self, sql: &'static str) {
        self.unsent.push(Unsent::Batch(sql));
    }

    /// Leaves a statement to the round trip of the next one.
    pub fn send(&mut self, sql: &str, params: &[Value<'_>]) {
        let params = params.iter().map(Value::to_owned_value).collect();
        self.unsent.push(Unsent::Statement(sql.to_owned(), params));
    }

    pub async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>> {
        let unsent = std::mem::take(&mut self.unsent);
        let client = self.client();
        self.wait(async {
            let (statement, params) = (client.prepare_cached(sql).await?, borrow(params));
            self.after(&unsent, client.query(&statement, &params)).await
        })
        .await
    }

    pub async fn query_both(
        &mut self,
        one: (&str, &[Value<'_>]),
        other: (&str, &[Value<'_>]),
    ) -> Result<(Vec<Row>, Vec<Row>)> {
        let unsent = std::mem::take(&mut self.unsent);
        let client = self.client();
        self.wait(async {
            let statements = (client.prepare_cached(one.0).await?, client.prepare_cached(other.0).await?);
            let params = (borrow(one.1), borrow(other.1));
            let both =
                try_join(client.query(&statements.0, &params.0), client.query(&statements.1, &params.1));
            self.after(&unsent, both).await
        })
        .await
    }

    pub async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let unsent = std::mem::take(&mut self.unsent);
        let client = self.client();
        self.wait(async {
            let (statement, params) = (client.prepare_cached(sql).await?, borrow(params));
            self.after(&unsent, client.execute(&statement, &params)).await
        })
        .await
    }

    pub async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        let unsent = std::mem::take(&mut self.unsent);
        self.wait(self.after(&unsent, self.client().batch_execute(sql))).await
    }

    fn client(&self) -> &Object {
        self.client.as_ref().expect("a connection is there until it is given back")
    }

    async fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.at_work.store(true, Ordering::Relaxed);
        let answer = work.await;
        self.at_work.store(false, Ordering::Relaxed);
        answer
    }

    /// Sends what is unsent and then `last`, in one round trip; gives the answer of `last`.
    async fn after<T>(
        &self,
        unsent: &[Unsent],
        last: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        let early = unsent.len() - unsent.len() % TOGETHER;
        for chunk in unsent[..early].chunks(TOGETHER) {
            self.together(chunk, std::future::ready(Ok(()))).await?;
        }
        self.together(&unsent[early..], last).await
    }

    /// All answers are waited for, and the first failure counts: those after it only say that it happened.
    async fn together<T>(
        &self,
        unsent: &[Unsent],
        last: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        if unsent.is_empty() {
            return Ok(last.await?);
        }
        let client = self.client();
        // Before anything is sent, because what has to be prepared would fall behind.
        let mut ready = Vec::with_capacity(unsent.len());
        for it in unsent {
            ready.push(match it {
                Unsent::Batch(sql) => Ready::Batch(sql),
                Unsent::Statement(sql, params) => {
                    Ready::Statement(client.prepare_cached(sql).await?, borrow(params))
                }
            });
        }
        let sent = ready.iter().map(|it| async move {
            match it {
                Ready::Batch(sql) => client.batch_execute(sql).await,
                Ready::Statement(statement, params) => client.execute(statement, params).await.map(drop),
            }
        });
        // So few are polled one after the other, which is the order they are sent in.
        let (results, answer) = join(join_all(sent), last).await;
        results.into_iter().collect::<Sent>()?;
        Ok(answer?)
    }

    /// Ends a transaction; one that nothing was sent of needs no end.
    pub async fn end(&mut self, sql: &str) -> Result<()> {
        if matches!(self.unsent.first(), Some(Unsent::Batch(_))) {
            self.unsent.clear();
            return Ok(());
        }
        self.unsent.clear();
        Ok(self.wait(self.client().batch_execute(sql)).await?)
    }

    /// Runs the last statements of a transaction and commits, all in one round trip. When one fails the
    /// server makes a rollback of the commit.
    async fn commit(&mut self, last: Vec<Last>) -> Result<()> {
        let mut begin = None;
        let mut statements = Vec::new();
        for it in self.unsent.drain(..) {
            match it {
                Unsent::Batch(sql) => begin = Some(sql),
                Unsent::Statement(sql, params) => statements.push((sql, params)),
            }
        }
        statements
            .extend(last::statements(last, last::all).into_iter().map(|(sql, it)| (sql.into_owned(), it)));
        if begin.is_some() && statements.is_empty() {
            return Ok(());
        }
        self.unsent.extend(begin.map(Unsent::Batch));
        self.unsent
            .extend(merged(statements).into_iter().map(|(sql, params)| Unsent::Statement(sql, params)));
        self.execute_batch("COMMIT").await
    }

    /// Closes it instead of giving it back: its state is not known.
    pub fn discard(mut self) {
        let Some(client) = self.client.take() else { return };
        match self.at_work.get_mut() {
            true => end_work(client, self.tls.take(), false),
            false => drop(Object::take(client)),
        }
    }
}

/// What was at work when its caller left is ended: it would keep the server busy for nobody, and the next
/// one of this connection waiting.
impl Drop for Connection {
    fn drop(&mut self) {
        if *self.at_work.get_mut()
            && let Some(client) = self.client.take()
        {
            end_work(client, self.tls.take(), true);
        }
    }
}

/// Ends what the connection is at. It is given back where it may be and its statement ends soon by itself,
/// else closed: a request to cancel may reach the server late, and must not find the statement of another.
/// Until then it counts as lent, so that there are never more than the pool may have.
fn end_work(client: Object, tls: Tls, may_go_on: bool) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return drop(Object::take(client));
    };
    runtime.spawn(async move {
        // What is asked now is answered after what is under way.
        if may_go_on && matches!(tokio::time::timeout(GRACE, client.simple_query("")).await, Ok(Ok(_))) {
            return;
        }
        let token = client.cancel_token();
        let cancel = async {
            match tls {
                Some(tls) => token.cancel_query(tls).await,
                None => token.cancel_query(NoTls).await,
            }
        };
        match tokio::time::timeout(CANCEL, cancel).await {
            Ok(Ok(())) => tracing::debug!("cancelled a statement that nobody waits for"),
            Ok(Err(error)) => tracing::warn!(%error, "a statement that nobody waits for was not cancelled"),
            Err(_) => tracing::warn!("a statement that nobody waits for was not cancelled in time"),
        }
        drop(Object::take(client));
    });
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
    tls: Tls,
}

impl Database {
    pub fn open(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config = url
            .parse()
            .map_err(|error| Error::invalid("database-url", format!("cannot be read: {error}")))?;
        config.application_name("answerpal");
        // The generic plan is right for every statement here, and planning is what costs. To compile a
        // statement costs more than its rows, whose number is a guess. The hits of a word that all tickets
        // have fit into the memory that one statement may take.
        let options = format!(
            "-c plan_cache_mode=force_generic_plan -c jit=off -c work_mem=32MB {}",
            config.get_options().unwrap_or_default()
        );
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
        Ok(Connection {
            client: Some(self.pool.get().await?),
            unsent: Vec::new(),
            at_work: AtomicBool::new(false),
            tls: self.tls.clone(),
        })
    }

    /// Opens the connections that there may be, one after the other, unless somebody has to wait for one
    /// meanwhile or the server cannot be reached.
    pub async fn open_connections(&self) {
        let at_once = Timeouts { wait: Some(Duration::ZERO), ..self.pool.timeouts() };
        let mut opened = Vec::new();
        while let Ok(it) = self.pool.timeout_get(&at_once).await {
            opened.push(it);
        }
        tracing::debug!(connections = opened.len(), "opened the connections to the database");
    }

    pub async fn write<T, F>(&self, now: Timestamp, work: F) -> Result<(T, bool)>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send,
    {
        let mut conn = self.connection().await?;
        conn.begin("BEGIN");
        let mut guard = Guard(Some(Tx::new(Conn(Inner::Postgres(conn)), now)));
        let tx = guard.0.as_mut().ok_or_else(|| Error::internal("the transaction is there"))?;
        let result = work(tx).await;
        let last = std::mem::take(&mut tx.last);
        if let Inner::Postgres(conn) = &mut tx.conn.0 {
            match &result {
                Ok(_) => conn.commit(last).await?,
                Err(_) => conn.end("ROLLBACK").await?,
            }
        }
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

#[cfg(test)]
mod tests;
