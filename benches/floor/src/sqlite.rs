//! SQLite: a reader for each worker thread, one writer with group commit at FULL.

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::{Connection, Row, params};
use tokio::sync::oneshot;

use crate::{
    COUNT, Conversation, Failure, MESSAGES, Message, NewMessage, Page, Ticket, document, list_sql, term,
    ticket_sql,
};

type Ids = (i64, i64);
type Waiting = (NewMessage, oneshot::Sender<Ids>);

pub struct Database {
    path: String,
    writer: SyncSender<Waiting>,
}

thread_local! {
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

fn connect(path: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -8000;",
    )?;
    Ok(connection)
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        ticket_id: row.get(0)?,
        date_created: row.get(1)?,
        status: row.get(2)?,
        subject: row.get(3)?,
        channel_id: row.get(4)?,
        channel_name: row.get(5)?,
        end_user_id: row.get(6)?,
        end_user_name: row.get(7)?,
        customer_rep_id: row.get(8)?,
        customer_rep_name: row.get(9)?,
        is_closed: row.get(10)?,
        last_message_date: row.get(11)?,
        uid: row.get(12)?,
        preview: row.get(13)?,
        topic_ids: row.get(14)?,
    })
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        message_id: row.get(0)?,
        date_created: row.get(1)?,
        sender_type: row.get(2)?,
        from_address: row.get(3)?,
        from_name: row.get(4)?,
        subject: row.get(5)?,
        message: row.get(6)?,
        text_body: row.get(7)?,
    })
}

impl Database {
    pub fn open(path: &str) -> Result<Self, Failure> {
        let connection = connect(path)?;
        let (writer, waiting) = sync_channel(4096);
        std::thread::spawn(move || {
            if let Err(error) = write(&connection, &waiting) {
                eprintln!("the writer failed: {error}");
                std::process::exit(1);
            }
        });
        Ok(Self { path: path.to_owned(), writer })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Failure> {
        READER.with_borrow_mut(|reader| {
            if reader.is_none() {
                *reader = Some(connect(&self.path)?);
            }
            let connection = reader.as_ref().ok_or("no reader")?;
            Ok(work(connection)?)
        })
    }

    pub fn list(&self, offset: i64) -> Result<Page, Failure> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&list_sql())?;
            let items = statement.query_map([offset], ticket)?.collect::<Result<_, _>>()?;
            let total_count = connection.prepare_cached(COUNT)?.query_row([], |row| row.get(0))?;
            Ok(Page { items, total_count })
        })
    }

    pub fn conversation(&self, id: i64) -> Result<Conversation, Failure> {
        self.read(|connection| {
            let ticket = connection.prepare_cached(&ticket_sql())?.query_row([id], ticket)?;
            let mut statement = connection.prepare_cached(MESSAGES)?;
            let messages = statement.query_map([id], message)?.collect::<Result<_, _>>()?;
            Ok(Conversation { ticket, messages })
        })
    }

    pub fn search(&self, word: &str) -> Result<Page, Failure> {
        let word = format!("\"{}\"", term(word));
        self.read(|connection| {
            let total_count = connection
                .prepare_cached("SELECT COUNT(*) FROM ticket_search WHERE ticket_search MATCH ?1")?
                .query_row([&word], |row| row.get(0))?;
            let mut ids = connection.prepare_cached(
                "SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?1 ORDER BY rank LIMIT 10",
            )?;
            let ids: Vec<i64> = ids.query_map([&word], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let sql = ticket_sql();
            let mut statement = connection.prepare_cached(&sql)?;
            let items = ids.iter().map(|id| statement.query_row([id], ticket)).collect::<Result<_, _>>()?;
            Ok(Page { items, total_count })
        })
    }

    pub async fn create(&self, new: NewMessage) -> Result<Ids, Failure> {
        let (answer, answered) = oneshot::channel();
        self.writer.send((new, answer))?;
        Ok(answered.await?)
    }
}

fn write(connection: &Connection, waiting: &Receiver<Waiting>) -> rusqlite::Result<()> {
    while let Ok(first) = waiting.recv() {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some((new, answer)) = next {
            answers.push((insert(connection, &new)?, answer));
            next = if answers.len() < 128 { waiting.try_recv().ok() } else { None };
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for (ids, answer) in answers {
            // The client may have gone.
            let _ = answer.send(ids);
        }
    }
    Ok(())
}

fn insert(connection: &Connection, new: &NewMessage) -> rusqlite::Result<Ids> {
    let now = 1_790_000_000_000_000i64;
    connection
        .prepare_cached(
            "INSERT INTO tickets (customer_id, date_created, status, subject, channel_id, channel_type, last_message_date, uid, uid_key, preview)
             VALUES (1, ?1, 'Open', ?2, ?3, 'Email', ?1, ?4, ?4, ?5)",
        )?
        .execute(params![now, new.subject, new.channel, new.from_address, new.text_body])?;
    let ticket = connection.last_insert_rowid();
    connection
        .prepare_cached(
            "INSERT INTO ticket_messages (customer_id, ticket_id, date_created, message_date, sender_type, incoming, channel_id, channel_type, subject, message, text_body, from_address, from_name)
             VALUES (1, ?1, ?2, ?2, 'EndUser', TRUE, ?3, 'Email', ?4, ?5, ?5, ?6, ?7)",
        )?
        .execute(params![ticket, now, new.channel, new.subject, new.text_body, new.from_address, new.from_name])?;
    let message = connection.last_insert_rowid();
    connection.prepare_cached("INSERT INTO ticket_search (rowid, words) VALUES (?1, ?2)")?.execute(
        params![ticket, document(&[&new.subject, &new.text_body, &new.from_name, &new.from_address])],
    )?;
    Ok((ticket, message))
}
