//! `answerpal backup` and `restore`: every row and file comes back, on either engine.

use std::path::PathBuf;
use std::sync::Arc;

use answerpal::app::App;
use answerpal::domain::{backup, bench_data};
use answerpal::error::Error;
use answerpal::model::Timestamp;
use answerpal::store::{Value, dump, meta};
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::json;

use super::empty::Empty;
use crate::support::{Engine, Installation};

const BIG: usize = 6_000_000;

/// Every kind of column, a small and a large file.
async fn fill(installation: &Installation) {
    let admin = &installation.admin;
    for name in ["Refunds", "Zoë's \"luggage\"\n", "日本"] {
        admin.post("/api/Topics", json!({ "name": name })).await.expect(201);
    }
    admin.delete("/api/Topics/3").await.expect(204);
    let files = installation.app.files.store();
    files.put(&"1/small".into(), PutPayload::from_static(b"hello")).await.unwrap();
    files.put(&"1/large".into(), PutPayload::from(vec![7_u8; BIG])).await.unwrap();
    let now = installation.clock.now();
    installation
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let tables = dump::tables(tx).await?;
                let attachments = &tables.iter().find(|it| it.name == "attachments").unwrap().columns;
                for (id, key) in [(5_i64, "1/small"), (9, "1/large"), (10, "1/gone")] {
                    let values: Vec<Value<'_>> = attachments
                        .iter()
                        .map(|column| match column.name.as_str() {
                            "attachment_id" => id.into(),
                            "object_key" => key.into(),
                            "created_at" => now.into(),
                            "content_id" => Value::Null,
                            "is_end_user_provided" => true.into(),
                            "is_customer_rep_provided" => false.into(),
                            _ if column.kind == dump::Kind::Integer => 1_i64.into(),
                            _ => "x".into(),
                        })
                        .collect();
                    dump::insert(tx, "attachments", attachments, &values).await?;
                }
                dump::set_last_id(tx, "attachments", 17).await
            })
        })
        .await
        .unwrap();
}

/// A mail that taught the spam filter.
async fn teach(installation: &Installation) {
    let admin = &installation.admin;
    let channel =
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
    let mail = json!({ "channelID": channel["channelID"], "fromAddress": "x@example.com", "textBody": "Cheap watches" });
    let mail = admin.post("/api/ticketMessages/create-new", mail).await.expect(201);
    let spam = json!({ "ticketIDs": [mail["ticketID"]], "action": "spam" });
    admin.put("/api/tickets/bulk", spam).await.expect(204);
    installation.run_jobs().await;
}

/// All rows of all tables, in an order that no engine decides.
async fn rows(app: &App) -> Vec<(String, Vec<String>)> {
    let mut conn = app.store.read().await.unwrap();
    let mut all = Vec::new();
    for table in dump::tables(&mut conn).await.unwrap() {
        let mut columns: Vec<_> = table.columns.clone();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let table = table.ordered_as(&columns).unwrap();
        let found = dump::rows_after(&mut conn, &table, None, 100_000).await.unwrap();
        let mut found: Vec<String> = found.iter().map(|it| format!("{it:?}")).collect();
        found.sort();
        all.push((table.name, found));
    }
    all
}

async fn make(installation: &Installation, with_key: bool) -> PathBuf {
    let archive = installation.folder().join("backup.tar.zst");
    let manifest = backup::create(&installation.app, &archive, with_key, &()).await.unwrap();
    assert_eq!((manifest.files.len(), manifest.missing_files.as_slice()), (2, &["1/gone".to_owned()][..]));
    archive
}

async fn round_trip(from: Engine, to: Engine) {
    let Some(installation) = Installation::new(from).await else { return };
    let Some(empty) = Empty::new(to).await else { return };
    fill(&installation).await;
    teach(&installation).await;
    let customer = Some(installation.customer);
    let options = bench_data::Options { tickets: 300, seed: 1, customer, password: "long enough".into() };
    bench_data::run(&installation.app, options, &()).await.unwrap();
    let archive = make(&installation, true).await;
    empty.restore(&archive, false).await.unwrap();
    let app = empty.open().await;
    assert_eq!(rows(&app).await, rows(&installation.app).await);
    let large = app.files.store().get(&"1/large".into()).await.unwrap().bytes().await.unwrap();
    assert!(large.len() == BIG && large.iter().all(|it| *it == 7));
    let client = crate::support::Client::new(answerpal::api::router(app.clone()), None);
    let login = json!({ "username": "admin", "password": "correct horse battery" });
    let token = client.post("/api/Auth/login", login).await.expect(200)["token"].as_str().unwrap().to_owned();
    let client = client.with_authorization(Some(format!("Bearer {token}")));
    for query in ["search=zylophone", "status=Closed", "isSpam=true&isClosed=true", "search=parcel+regards"] {
        let path = format!("/api/tickets?{query}");
        let (was, is) =
            (installation.admin.get(&path).await.expect(200), client.get(&path).await.expect(200));
        assert!(was["totalCount"].as_u64().unwrap() > 0, "{query}");
        assert_eq!(is["totalCount"], was["totalCount"], "{query}");
    }
    // What was taught about spam is there, and learned.
    let lessons = installation.admin.get("/api/SpamLessons").await.expect(200);
    assert_eq!((&lessons["totalCount"], &lessons["items"][0]["isLearned"]), (&json!(1), &json!(true)));
    assert_eq!(client.get("/api/SpamLessons").await.expect(200), lessons);
    // Ids go on where they were: that of a deleted topic is not given again.
    let new = json!({ "name": "New" });
    let was = installation.admin.post("/api/Topics", new.clone()).await.expect(201);
    assert_eq!(client.post("/api/Topics", new).await.expect(201)["topicID"], was["topicID"]);
    empty.remove(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_comes_back_on_sqlite() {
    round_trip(Engine::Sqlite, Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_moves_to_postgres() {
    round_trip(Engine::Sqlite, Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_moves_to_sqlite() {
    round_trip(Engine::Postgres, Engine::Sqlite).await;
}

crate::db_test! {
    async fn a_restore_replaces_only_when_told_to(installation: Installation) {
        fill(&installation).await;
        let archive = make(&installation, false).await;
        let before = rows(&installation.app).await;
        installation.admin.post("/api/Topics", json!({ "name": "Later" })).await.expect(201);
        let restore = |force| {
            let (config, clock) = (installation.app.config.clone(), installation.clock.clone());
            let archive = archive.clone();
            async move { backup::restore(&config, clock, &archive, force, Arc::new(())).await }
        };
        let refused = restore(false).await.unwrap_err();
        assert!(refused.to_string().contains("--force"), "{refused}");
        restore(true).await.unwrap();
        assert_eq!(rows(&installation.app).await, before);
        let until = Timestamp(installation.clock.now().0 + 1);
        let store = &installation.app.store;
        store.write(move |tx| Box::pin(async move { meta::take_lease(tx, "x", "a server", until).await })).await.unwrap();
        let refused = restore(true).await.unwrap_err();
        assert!(refused.to_string().contains("stop it"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_without_its_key_asks_for_it() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    fill(&installation).await;
    let archive = make(&installation, false).await;
    let empty = Empty::new(Engine::Sqlite).await.unwrap();
    let refused = empty.restore(&archive, false).await.unwrap_err().to_string();
    assert!(refused.contains("secret.key"), "{refused}");
    std::fs::write(empty.folder.path().join("secret.key"), "0".repeat(64)).unwrap();
    let refused = empty.restore(&archive, false).await.unwrap_err().to_string();
    assert!(refused.contains("not the one"), "{refused}");
    std::fs::copy(installation.folder().join("secret.key"), empty.folder.path().join("secret.key")).unwrap();
    empty.restore(&archive, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive_is_refused_with_a_sentence() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    fill(&installation).await;
    let archive = make(&installation, true).await;
    let whole = std::fs::read(&archive).unwrap();
    let empty = Empty::new(Engine::Sqlite).await.unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (bytes, name) in [
        (&whole[..whole.len() / 2], "cut"),
        (&whole[..whole.len() - 4], "cut at the end"),
        (&flipped[..], "flipped"),
        (&b"not an archive at all"[..], "something else"),
        (&b""[..], "empty"),
    ] {
        let path = empty.folder.path().join("damaged.tar.zst");
        std::fs::write(&path, bytes).unwrap();
        let Err(refused) = empty.restore(&path, false).await else { panic!("{name}: restored") };
        assert!(matches!(refused, Error::Invalid { .. }), "{name}: {refused:?}");
        let refused = refused.to_string();
        assert!(refused.contains("damaged") || refused.contains("cannot be read"), "{name}: {refused}");
        assert!(!empty.folder.path().join("answerpal.db").exists(), "{name}: nothing was touched");
    }
}

crate::db_test! {
    async fn a_backup_holds_one_moment_while_others_write(installation: Installation) {
        fill(&installation).await;
        let admin = installation.admin.clone();
        let writing = tokio::spawn(async move {
            for n in 0..200 {
                admin.post("/api/Topics", json!({ "name": format!("Topic {n}") })).await.expect(201);
            }
        });
        let archive = make(&installation, true).await;
        writing.await.unwrap();
        let empty = Empty::new(Engine::Sqlite).await.unwrap();
        empty.restore(&archive, false).await.unwrap();
        let app = empty.open().await;
        let of = |all: &[(String, Vec<String>)], table: &str| all.iter().find(|it| it.0 == table).unwrap().1.len();
        let all = rows(&app).await;
        // Each topic was written together with its event; one topic is deleted, with an event of its own.
        assert_eq!(of(&all, "events"), of(&all, "topics") + 2 + 2);
        empty.remove(app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_overwrites_nothing_but_a_backup() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    let into = |path: PathBuf| {
        let app = installation.app.clone();
        async move { backup::create(&app, &path, false, &()).await }
    };
    for path in [installation.folder().join("answerpal.db"), installation.folder().to_owned()] {
        let Err(refused) = into(path.clone()).await else { panic!("{} is overwritten", path.display()) };
        assert!(refused.to_string().contains("is no backup"), "{refused}");
    }
    installation.admin.get("/api/Topics").await.expect(200);
    let archive = installation.folder().join("backup.tar.zst");
    std::fs::write(&archive, "").unwrap();
    into(archive.clone()).await.unwrap();
    into(archive).await.unwrap();
}
