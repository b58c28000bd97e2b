//! `answerpal eval topics|retrieval|drafts`: on files, and on what a tenant's people did.

use std::fs;

use serde_json::{Value, json};

use super::answerpal;
use crate::db_test;
use crate::support::Installation;

const TOPICS: &str =
    "refund\tthe customer wants money back\ndelivery\twhere a parcel is and when it arrives\n";
const TEACH: &str = "refund\tgive me my money back\nrefund\tpay me back for the lamp\ndelivery\twhere is my parcel\ndelivery\twhen does my box come\n";
const ASK: &str = "refund\tI want my money back for the shoes\ndelivery\tmy parcel has not arrived\noos\tthe moon is made of cheese\n";
const DOCUMENTS: &[(i64, &str, &str)] = &[
    (1, "Refunds", "A refund takes 5 working days after the parcel has reached our warehouse."),
    (2, "Parking", "Parking at the shop costs 3 euro per hour. The garage closes at midnight."),
];
const QUESTION: &str = "How many working days does a refund take after my parcel has reached your warehouse?";

/// A measure of a column of a table.
fn measure(column: &Value, name: &str) -> f64 {
    let measures = column["measures"].as_array().unwrap();
    measures.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name}: {column}"))["value"]
        .as_f64()
        .unwrap()
}

#[test]
fn files_are_measured_and_settings_compared() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = |arguments: &[&str]| answerpal(folder.path(), arguments);
    let (topics, teach, ask) = (file("topics.tsv", TOPICS), file("teach.tsv", TEACH), file("ask.tsv", ASK));
    let (code, columns) = run(&[
        "eval",
        "topics",
        "--data",
        &ask,
        "--topics",
        &topics,
        "--teach",
        &teach,
        "--setting",
        "shots=0",
        "--setting",
        "shots=2,wrong=0.1",
    ]);
    assert_eq!((code, columns.as_array().unwrap().len()), (0, 2), "{columns}");
    assert_eq!(
        (&columns[0]["setting"], &columns[1]["setting"]),
        (&json!("shots=0"), &json!("shots=2,wrong=0.1"))
    );
    for column in columns.as_array().unwrap() {
        assert_eq!((measure(column, "texts asked"), measure(column, "first topic right")), (3.0, 1.0));
    }
    let lines = DOCUMENTS.iter().map(|(id, title, content)| {
        json!({ "id": id, "title": title, "content": content }).to_string() + "\n"
    });
    let documents = file("documents.jsonl", &lines.collect::<String>());
    let questions = file(
        "questions.jsonl",
        &format!(
            "{}\n{}\n",
            json!({ "query": QUESTION, "document": 1 }),
            json!({ "query": "what does parking cost per hour", "document": 2 })
        ),
    );
    let (code, columns) = run(&[
        "eval",
        "retrieval",
        "--data",
        &questions,
        "--documents",
        &documents,
        "--setting",
        "languages=en",
        "--setting",
        "languages=en+nl",
    ]);
    assert_eq!((code, columns.as_array().unwrap().len()), (0, 2), "{columns}");
    for column in columns.as_array().unwrap() {
        assert_eq!(measure(column, "the fitting document is the first"), 1.0);
    }
    let foreign = file("foreign.txt", "the moon is made of cheese\n");
    let drafts = ["eval", "drafts", "--data", &questions, "--documents", &documents, "--foreign", &foreign];
    let (code, figures) = run(&drafts);
    assert_eq!(
        (code, &figures["questions"], &figures["grounded"], &figures["rightDocument"]),
        (0, &json!(2), &json!(1.0), &json!(1.0)),
        "{figures}"
    );
    assert_eq!((&figures["coverage"], &figures["foreignDrafted"]), (&json!(1.0), &json!(0.0)), "{figures}");
    let (code, both) =
        run(&[&drafts[..], &["--setting", "languages=en", "--setting", "languages=en+nl"]].concat());
    assert_eq!(
        (code, both[1]["setting"].as_str(), &both[1]["questions"]),
        (0, Some("languages=en+nl"), &json!(2)),
        "{both}"
    );
    // The same in tables, as spreadsheets export them, with ids that are texts.
    let documents_table: String =
        DOCUMENTS.iter().map(|(id, title, content)| format!("d{id}\t{title}\t{content}\r\n")).collect();
    let documents_table = file("documents.tsv", &format!("\u{feff}{documents_table}"));
    let questions_table =
        file("questions.tsv", &format!("\u{feff}{QUESTION}\td1\r\nwhere can I park\td2\r\n"));
    let (code, columns) =
        run(&["eval", "retrieval", "--data", &questions_table, "--documents", &documents_table]);
    assert_eq!((code, measure(&columns[0], "the fitting document is the first")), (0, 1.0), "{columns}");
    let (code, figures) =
        run(&["eval", "drafts", "--data", &questions_table, "--documents", &documents_table]);
    assert_eq!((code, &figures["rightDocument"]), (0, &json!(1.0)), "{figures}");
    let elsewhere = file("elsewhere.tsv", "where is it\t7\n");
    for (arguments, wrong) in [
        (vec!["eval", "topics", "--data", &ask, "--topics", "/nowhere.tsv"], "/nowhere.tsv"),
        (vec!["eval", "topics", "--data", &ask, "--topics", &topics, "--setting", "speed=9"], "speed=9"),
        (vec!["eval", "retrieval", "--data", &documents_table, "--documents", &documents], "line 1"),
        (vec!["eval", "retrieval", "--data", &elsewhere, "--documents", &documents], "document 7"),
        (vec!["eval", "drafts", "--data", &elsewhere, "--documents", &documents], "document 7"),
        (vec!["eval", "drafts", "--data", &documents_table, "--documents", &documents], "line 1"),
        (vec!["eval", "topics", "--last", "soon"], "last"),
    ] {
        let (code, said) = run(&arguments);
        assert!(code != 0 && said["error"].as_str().unwrap().contains(wrong), "{arguments:?}: {said}");
    }
}

async fn asked(installation: &Installation, channel: &Value, text: &str) -> i64 {
    let body = json!({ "channelID": channel, "fromAddress": "anna@example.com", "textBody": text });
    let made = installation.admin.post("/api/ticketMessages/create-new", body).await.expect(201);
    made["messageID"].as_i64().unwrap()
}

db_test! {
    async fn what_people_did_lately_is_replayed(installation: Installation) {
        let admin = &installation.admin;
        let mut topics = Vec::new();
        for line in TOPICS.lines() {
            let (name, description) = line.split_once('\t').unwrap();
            let made = admin.post("/api/Topics", json!({ "name": name, "description": description })).await.expect(201);
            topics.push((name, made["topicID"].clone()));
        }
        for (_, title, content) in DOCUMENTS {
            admin.post("/api/Documents", json!({ "name": title, "content": content })).await.expect(201);
        }
        let channel = admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Site" })).await.expect(201)["channelID"].clone();
        for line in TEACH.lines() {
            let (name, text) = line.split_once('\t').unwrap();
            let id = asked(&installation, &channel, text).await;
            let topic = &topics.iter().find(|it| it.0 == name).unwrap().1;
            admin.post(&format!("/api/ticketMessages/{id}/correct-topics"), json!({ "topicIds": [topic] })).await.expect(204);
        }
        let id = asked(&installation, &channel, QUESTION).await;
        asked(&installation, &channel, "Who won the football cup in the year 1990?").await;
        installation.run_jobs().await;
        admin.post(&format!("/api/ticketMessages/{id}/send"), json!({})).await.expect(200);
        installation.run_jobs().await;
        // The program runs by the machine's clock, the test in a time of its own.
        let url = installation.database_url().map(str::to_owned);
        let run_with = |what: &str, more: &[&str]| {
            let mut arguments = vec!["eval", what, "--last", "36500d"];
            arguments.extend(more);
            if let Some(url) = &url {
                arguments.extend(["--database-url", url]);
            }
            answerpal(installation.folder(), &arguments)
        };
        let run = |what: &str| run_with(what, &[]);
        let (code, columns) = run("topics");
        assert_eq!((code, measure(&columns[0], "texts asked")), (0, 4.0), "{columns}");
        assert!(measure(&columns[0], "first topic right") >= 0.75, "{columns}");
        let (code, columns) = run("retrieval");
        assert_eq!((code, measure(&columns[0], "questions asked"), measure(&columns[0], "the fitting document is the first")), (0, 1.0, 1.0), "{columns}");
        let (code, said) = run_with("topics", &["--setting", "shots=2"]);
        assert!(code != 0 && said["error"].as_str().unwrap().contains("shots=N needs --data"), "{said}");
        let (code, figures) = run("drafts");
        // Of the six that people asked some were drafted, the last one was not.
        let coverage = figures["coverage"].as_f64().unwrap();
        assert!(figures["questions"] == 6 && coverage > 0.0 && coverage < 1.0, "{figures}");
        assert_eq!((code, &figures["sentUnchanged"], &figures["grounded"]), (0, &json!(1.0), &json!(1.0)), "{figures}");
    }
}
