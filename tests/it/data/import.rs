//! `answerpal import tickets`.

use std::io::Cursor;

use answerpal::domain::import::{self as imports, Format, Options, Report};
use answerpal::model::{Ticket, TicketId};
use answerpal::store::tickets::{self, Filter};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

async fn prepared(installation: &Installation) {
    let admin = &installation.admin;
    admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mailbox" })).await.expect(201);
    admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Web chat" })).await.expect(201);
    admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
}

async fn import(
    installation: &Installation,
    text: impl AsRef<[u8]>,
    format: Format,
    options: Options,
) -> Report {
    imports::run(&installation.app, installation.customer, Cursor::new(text), format, options, &())
        .await
        .unwrap()
}

fn ticket(id: &str, messages: usize) -> Value {
    let message = |n: usize| {
        let agent = n % 2 == 1;
        json!({
            "externalID": format!("{id}-{n}"), "senderType": if agent { "CustomerRep" } else { "EndUser" },
            "date": format!("2025-05-01T10:0{n}:00+02:00"), "fromAddress": "zoe@example.com", "fromName": "Zoë",
            "text": format!("message number{n} of {id}"), "html": null, "isInternal": false,
            "topics": if agent { json!([]) } else { json!(["refunds"]) }, "rep": if agent { json!("admin") } else { json!(null) },
        })
    };
    json!({
        "externalID": id, "subject": format!("Subject {id}"), "channel": "mailbox", "status": "Closed",
        "dateCreated": "2025-05-01T08:00:00Z", "closeDate": "2025-05-02T08:00:00Z", "endUser": "Zoe@Example.com",
        "endUserName": "Zoë Brûlée", "assignee": "Admin", "escalated": false, "isSpam": false,
        "customFieldsData": { "priority": "High" }, "summary": null,
        "messages": (0..messages).map(message).collect::<Vec<_>>(),
    })
}

fn lines(tickets: &[Value]) -> String {
    tickets.iter().map(|it| format!("{it}\n")).collect()
}

/// How many tickets there are.
async fn count(installation: &Installation) -> u64 {
    let mut conn = installation.app.store.read().await.unwrap();
    tickets::count(&mut conn, installation.customer, &Filter::default()).await.unwrap()
}

/// How many tickets a search finds.
async fn found(installation: &Installation, search: &str) -> u64 {
    let answer = installation.admin.get(&format!("/api/tickets?search={search}")).await.expect(200);
    answer["totalCount"].as_u64().unwrap()
}

async fn stored(installation: &Installation, id: i64) -> Ticket {
    let mut conn = installation.app.store.read().await.unwrap();
    tickets::get(&mut conn, installation.customer, TicketId(id)).await.unwrap()
}

db_test! {
    async fn a_file_is_imported_once(installation: Installation) {
        prepared(&installation).await;
        let text = lines(&[ticket("a", 3), ticket("b", 1)]);
        let first = import(&installation, &text, Format::Jsonl, Options::default()).await;
        assert_eq!((first.tickets_made, first.messages_made, first.end_users_made), (2, 4, 1));
        assert!(first.failures.is_empty(), "{:?}", first.failures);
        let again = import(&installation, &text, Format::Jsonl, Options::default()).await;
        assert_eq!((again.tickets_made, again.messages_made, again.tickets_skipped), (0, 0, 2));
        assert_eq!(count(&installation).await, 2);
        assert_eq!(found(&installation, "number2+brulee").await, 1);

    }
}

db_test! {
    async fn new_messages_of_a_known_ticket_are_added(installation: Installation) {
        prepared(&installation).await;
        import(&installation, &lines(&[ticket("a", 1)]), Format::Jsonl, Options::default()).await;
        let more = import(&installation, &lines(&[ticket("a", 3), ticket("c", 1)]), Format::Jsonl, Options::default()).await;
        assert_eq!((more.tickets_made, more.tickets_extended, more.messages_made), (1, 1, 3));
        assert_eq!((count(&installation).await, found(&installation, "number2").await), (2, 1));
        let row = stored(&installation, 1).await;
        assert_eq!(row.last_message_date.to_string(), "2025-05-01T08:02:00Z");
        assert_eq!(row.preview.as_deref(), Some("message number2 of a"));
        assert_eq!((row.status.as_str(), row.topic_ids.as_str()), ("Closed", "1"));
        assert_eq!(row.close_date.unwrap().to_string(), "2025-05-02T08:00:00Z");
    }
}

db_test! {
    async fn a_dry_run_tells_and_writes_nothing(installation: Installation) {
        prepared(&installation).await;
        let mut unknown = ticket("b", 1);
        unknown["messages"][0]["topics"] = json!(["Something new"]);
        let text = lines(&[ticket("a", 2), unknown]);
        let options = Options { dry_run: true, create_topics: true, no_learning: false };
        let report = import(&installation, &text, Format::Jsonl, options).await;
        assert_eq!((report.tickets_made, report.messages_made, report.end_users_made), (2, 3, 1));
        assert_eq!(report.topics_made.iter().collect::<Vec<_>>(), ["Something new"]);
        assert_eq!(count(&installation).await, 0);
        assert_eq!(installation.admin.get("/api/Topics").await.expect(200)["totalCount"], 1);
        let real = import(&installation, &text, Format::Jsonl, Options { dry_run: false, create_topics: true, no_learning: false }).await;
        assert_eq!((real.tickets_made, real.messages_made), (2, 3));
        assert_eq!(installation.admin.get("/api/Topics").await.expect(200)["totalCount"], 2);
    }
}

db_test! {
    async fn bad_lines_are_told_with_their_field_and_the_others_come_in(installation: Installation) {
        prepared(&installation).await;
        let with = |change: fn(&mut Value)| {
            let mut it = ticket("x", 1);
            change(&mut it);
            it.to_string()
        };
        let text = [
            with(|it| it["channel"] = json!("Nowhere")),
            with(|it| it["assignee"] = json!("nobody")),
            String::new(),
            with(|it| it["messages"][0]["rep"] = json!("nobody")),
            with(|it| it["messages"][0]["topics"] = json!(["No topic"])),
            with(|it| it["messages"][0]["date"] = json!("yesterday")),
            with(|it| it["externalID"] = json!("")),
            with(|it| it["endUser"] = json!("not an@address@x")),
            "{ broken".to_owned(),
            with(|it| it["messages"] = json!([it["messages"][0], it["messages"][0]])),
            ticket("good", 1).to_string(),
        ]
        .join("\n");
        let report = import(&installation, &text, Format::Jsonl, Options::default()).await;
        let told: Vec<(u64, &str)> = report.failures.iter().map(|it| (it.line, it.field.as_str())).collect();
        assert_eq!(
            told,
            [
                (1, "channel"),
                (2, "assignee"),
                (4, "messages[0].rep"),
                (5, "messages[0].topics"),
                (6, "messages[0].date"),
                (7, "externalID"),
                (8, "endUser"),
                (9, "line"),
                (10, "messages[1].externalID"),
            ]
        );
        assert_eq!((report.tickets_made, report.tickets_failed), (1, 9));
        assert_eq!(count(&installation).await, 1);
    }
}

db_test! {
    async fn an_interrupted_import_goes_on(installation: Installation) {
        prepared(&installation).await;
        let tickets: Vec<Value> = (0..250).map(|n| ticket(&format!("t{n}"), 2)).collect();
        let text = lines(&tickets);
        // A file that ends in the middle of a line: what came before is in.
        let broken = &text[..text.len() / 2];
        let first = import(&installation, broken, Format::Jsonl, Options::default()).await;
        assert_eq!((first.tickets_made, first.tickets_failed), (125, 1));
        let second = import(&installation, &text, Format::Jsonl, Options::default()).await;
        assert_eq!((second.tickets_made, second.tickets_skipped), (125, 125));
        assert_eq!(count(&installation).await, 250);
    }
}

db_test! {
    async fn a_csv_has_a_message_a_row(installation: Installation) {
        prepared(&installation).await;
        let text = "\u{feff}TicketExternalID,ticketSubject,channel,status,dateCreated,endUser,customFieldsData,messageExternalID,senderType,date,text,topics,rep,isInternal
1,\"Hello, there\",Web chat,open,2025-05-01T08:00:00Z,visitor-7,\"{\"\"vip\"\":true}\",1,enduser,2025-05-01T08:00:00Z,\"first
line\",Refunds; refunds,,
1,,Web chat,,,,,2,CustomerRep,2025-05-01T09:00:00Z,an internal note,,admin,true
2,Second,2,Waiting,,,,1,EndUser,2025-05-01T08:00:00Z,again,,,
3,Third,7,Open,2025-05-01T08:00:00Z,,,,,,,,,
";
        let report = import(&installation, text, Format::Csv, Options::default()).await;
        assert_eq!((report.tickets_made, report.messages_made), (2, 3));
        let failure = &report.failures[0];
        assert_eq!((failure.line, failure.field.as_str()), (6, "channel"));
        let row = stored(&installation, 1).await;
        assert_eq!((row.subject.as_deref(), row.status.as_str(), row.topic_ids.as_str()), (Some("Hello, there"), "Open", "1"));
        assert_eq!(row.custom_fields_data.as_deref(), Some("{\"vip\":true}"));
        assert_eq!(row.preview.as_deref(), Some("first line"), "an internal note is no preview");
    }
}

db_test! {
    async fn a_csv_of_a_spreadsheet_counts_its_lines(installation: Installation) {
        prepared(&installation).await;
        let text = "ticketExternalID,channel,date,text\r\n1,Nowhere,2025-05-01,\"one\r\ntwo\"\r\n\r\n,,,\r\n\
            2,Web chat,2025-05-01,three\r\n3,Nowhere,2025-05-01,four\r\n";
        let report = import(&installation, text, Format::Csv, Options::default()).await;
        let told: Vec<(u64, &str)> = report.failures.iter().map(|it| (it.line, it.field.as_str())).collect();
        assert_eq!(told, [(2, "channel"), (7, "channel")]);
        assert_eq!((report.tickets_made, report.messages_made), (1, 1));
        assert_eq!(stored(&installation, 1).await.preview.as_deref(), Some("three"));
        let message = installation.admin.get("/api/ticketMessages/1").await.expect(200);
        assert_eq!(message["textBody"], "three");
    }
}

db_test! {
    async fn a_csv_of_a_spreadsheet_is_read_whatever_it_is_written_in(installation: Installation) {
        prepared(&installation).await;
        let text = |id: &str, separator: &str| {
            let rows = [
                ["ticketExternalID", "channel", "ticketSubject", "date", "text", "topics"],
                [id, "Web chat", "Café für Zoë", "2025-05-01", "It costs 5 €; is that right?", "Refunds"],
            ];
            let cell = |it: &&str| if it.contains(separator) { format!("\"{it}\"") } else { (*it).to_owned() };
            rows.map(|row| row.iter().map(cell).collect::<Vec<_>>().join(separator)).join("\r\n")
        };
        let western = encoding_rs::WINDOWS_1252.encode(&text("1", ";")).0.into_owned();
        let mut wide = vec![0xff, 0xfe];
        wide.extend(text("2", "\t").encode_utf16().flat_map(u16::to_le_bytes));
        for (id, bytes, encoding) in
            [(1, western, "windows-1252"), (2, wide, "UTF-16LE"), (3, text("3", ",").into_bytes(), "UTF-8")]
        {
            let report = import(&installation, bytes, Format::Csv, Options::default()).await;
            assert_eq!((report.encoding.as_str(), report.tickets_made, report.failures.len()), (encoding, 1, 0));
            let row = stored(&installation, id).await;
            assert_eq!(row.subject.as_deref(), Some("Café für Zoë"));
            assert_eq!(row.preview.as_deref(), Some("It costs 5 €; is that right?"));
        }
    }
}

db_test! {
    async fn a_row_that_is_no_text_is_left_out_alone(installation: Installation) {
        prepared(&installation).await;
        let text = "ticketExternalID,channel,ticketSubject,date,text\n1,Web chat,Zoë,2025-05-01,Café\n\
            2,Web chat,second,2025-05-01,fine\n2,Web chat,second,2025-05-02,br?ken\n3,Web chat,Noël,2025-05-01,crème\n";
        let bytes: Vec<u8> = text.bytes().map(|it| if it == b'?' { 0xeb } else { it }).collect();
        let report = import(&installation, bytes, Format::Csv, Options::default()).await;
        assert_eq!((report.encoding.as_str(), report.tickets_made, report.tickets_failed), ("UTF-8", 2, 1));
        let failure = &report.failures[0];
        assert_eq!((failure.line, failure.field.as_str()), (3, "row"));
        assert_eq!(failure.reason, "of line 4 is not UTF-8 as the rest of the file is");
        assert_eq!(stored(&installation, 2).await.subject.as_deref(), Some("Noël"));
    }
}

db_test! {
    async fn what_is_imported_with_topics_teaches_and_can_be_forgotten(installation: Installation) {
        prepared(&installation).await;
        let admin = &installation.admin;
        let text = lines(&[ticket("a", 3), ticket("b", 1)]);
        let options = Options { no_learning: true, ..Options::default() };
        import(&installation, &lines(&[ticket("c", 1)]), Format::Jsonl, options).await;
        assert_eq!(installation.unfinished_jobs().await, []);
        import(&installation, &text, Format::Jsonl, Options::default()).await;
        assert_eq!(installation.unfinished_jobs().await, [("learn_imported".to_owned(), 1)]);
        installation.run_jobs().await;
        // What people wrote teaches, what the desk answered does not; nobody corrected it.
        let known = admin.get("/api/TopicExamples").await.expect(200);
        let texts: Vec<&str> = known["items"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
        assert_eq!(texts.len(), 3, "{known}");
        assert!(texts.iter().all(|it| it.contains("number0") || it.contains("number2")), "{known}");
        assert_eq!((&known["items"][0]["topics"][0]["topicName"], &known["items"][0]["customerRepID"]), (&json!("Refunds"), &Value::Null));
        assert!(installation.count("text_vectors").await >= 3, "their vectors are there before anybody asks");
        let example = known["items"][0]["exampleID"].as_i64().unwrap();
        admin.delete(&format!("/api/TopicExamples/{example}")).await.expect(204);
        // The same file again, and another one, bring nothing of it back.
        import(&installation, &text, Format::Jsonl, Options::default()).await;
        import(&installation, &lines(&[ticket("d", 1)]), Format::Jsonl, Options::default()).await;
        installation.run_jobs().await;
        assert_eq!(admin.get("/api/TopicExamples").await.expect(200)["totalCount"], 3);
    }
}
