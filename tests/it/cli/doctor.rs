//! `answerpal doctor` and `answerpal migrate`.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{answerpal, create_customer};

/// State and sentence of one check.
fn check<'a>(report: &'a Value, name: &str) -> (&'a str, &'a str) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} in {report}"));
    (check["state"].as_str().unwrap(), check["detail"].as_str().unwrap())
}

#[test]
fn an_empty_folder_is_well_and_stays_empty() {
    let folder = TempDir::new().unwrap();
    let (code, report) = answerpal(folder.path(), &["doctor"]);
    assert_eq!((code, &report["ok"]), (0, &json!(true)), "{report}");
    assert_eq!(check(&report, "settings").0, "warning", "no public address is set");
    assert_eq!(check(&report, "database").0, "ok");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    create_customer(path);
    let (code, report) = answerpal(path, &["doctor"]);
    assert_eq!(code, 0, "{report}");
    for name in ["data folder", "database", "clock", "master key", "files"] {
        assert_eq!(check(&report, name).0, "ok", "{report}");
    }
    assert_eq!(std::fs::read_dir(path.join("files")).unwrap().count(), 0, "nothing is left behind");
    let key = path.join("secret.key");
    let kept = path.join("kept.key");
    std::fs::rename(&key, &kept).unwrap();
    let (code, report) = answerpal(path, &["doctor"]);
    assert_eq!(code, 1);
    assert_eq!(check(&report, "master key").0, "wrong");
    assert!(check(&report, "master key").1.contains("is missing"), "{report}");
    std::fs::write(&key, "0".repeat(64)).unwrap();
    let (code, report) = answerpal(path, &["doctor"]);
    assert_eq!(code, 1);
    assert!(check(&report, "master key").1.contains("not the key"), "{report}");
    std::fs::write(path.join("answerpal.toml"), "listen = \"nowhere\"").unwrap();
    let (code, report) = answerpal(path, &["doctor"]);
    assert_eq!((code, check(&report, "settings").0), (1, "wrong"), "{report}");
    std::fs::remove_file(path.join("answerpal.toml")).unwrap();
    let unreachable = ["doctor", "--database-url", "postgres://nobody@127.0.0.1:1/none"];
    let (code, report) = answerpal(path, &unreachable);
    assert_eq!((code, check(&report, "database").0), (1, "wrong"), "{report}");
}

#[test]
fn mail_settings_are_tried() {
    let folder = TempDir::new().unwrap();
    let mail = |arguments: &[&str]| {
        let (code, report) = answerpal(folder.path(), &[&["doctor"], arguments].concat());
        let (state, detail) = check(&report, "mail");
        (code, state.to_owned(), detail.to_owned())
    };
    let (code, state, detail) = mail(&[]);
    assert_eq!((code, state.as_str()), (0, "ok"), "{detail}");
    for (arguments, expected) in [
        (["--smtp-url", "smtp://127.0.0.1:1"], "ANSWERPAL_OUTBOUND_ALLOW"),
        (["--smtp-url", "imap://mail.example.com"], "smtp://"),
        (["--mail-ca", "/nowhere.pem"], "cannot be read"),
        (["--dns-servers", "dns.example.org"], "dns.example.org is no address"),
        (["--outbound-allow", "not/a/network"], "not/a/network"),
    ] {
        let (code, state, detail) = mail(&arguments);
        assert_eq!((code, state.as_str()), (1, "wrong"), "{arguments:?}: {detail}");
        assert!(detail.contains(expected), "{arguments:?}: {detail}");
    }
    let (code, _, detail) =
        mail(&["--outbound-allow", "127.0.0.1", "--smtp-url", "smtp+plain://127.0.0.1:1"]);
    assert!(code == 1 && detail.contains("takes no connection"), "{detail}");
    std::fs::write(folder.path().join("answerpal.toml"), "smtp_tls_cert = \"cert.pem\"").unwrap();
    let (code, _, detail) = mail(&[]);
    assert!(code == 1 && detail.contains("smtp-tls-key"), "{detail}");
}

#[test]
fn migrate_says_how_many_it_applied() {
    let folder = TempDir::new().unwrap();
    let (code, first) = answerpal(folder.path(), &["migrate"]);
    assert!(code == 0 && first["applied"].as_i64() > Some(0), "{first}");
    let (code, again) = answerpal(folder.path(), &["migrate"]);
    assert_eq!((code, &again["applied"]), (0, &json!(0)));
}
