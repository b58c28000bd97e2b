//! Shows what is read of mails, and of many how well they are read.
//!
//!     cargo run -p answerpal-mail --example read -- MAIL.eml …
//!     cargo run -p answerpal-mail --example read -- --summary FOLDER

use std::path::{Path, PathBuf};
use std::time::Instant;

use answerpal_mail::{Limits, Mail, automatic, html_text, parse, reply_text, report};

fn files(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        files(&entry?.path(), found)?;
    }
    Ok(())
}

fn whole(mail: &Mail) -> String {
    mail.text.clone().or_else(|| mail.html.as_deref().map(html_text)).unwrap_or_default()
}

fn show(path: &Path, mail: &Mail) {
    println!("==== {}", path.display());
    println!("from: {:?}", mail.from);
    println!("subject: {:?}", mail.subject);
    let found = automatic(mail, None);
    println!("automatic: {found:?}\nreport: {:?}", report(mail, found.as_ref()));
    println!("ancestors: {:?}\nprotection: {:?}\nnotes: {:?}", mail.ancestors(), mail.protection, mail.notes);
    for part in &mail.parts {
        println!("part: {:?} {} {} bytes", part.name, part.content_type, part.content.len());
    }
    println!("---- what the sender wrote\n{}", reply_text(mail).unwrap_or_default());
    println!("---- all of it\n{}\n", whole(mail));
}

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let summary = paths.first().is_some_and(|it| it == "--summary");
    if summary {
        paths.remove(0);
    }
    let mut found = Vec::new();
    for path in &paths {
        files(Path::new(path), &mut found)?;
    }
    found.sort();
    let began = Instant::now();
    for path in &found {
        let raw = std::fs::read(path)?;
        let started = Instant::now();
        let Some(mail) = parse(&raw, &Limits::default()) else {
            println!("NO MAIL {}", path.display());
            continue;
        };
        let (text, all) = (reply_text(&mail).unwrap_or_default(), whole(&mail));
        let took = started.elapsed();
        if !summary {
            show(path, &mail);
            continue;
        }
        let mut odd = Vec::new();
        if text.trim().is_empty() {
            odd.push("nothing was written".to_owned());
        }
        let lost = all.matches('\u{fffd}').count()
            + mail.subject.iter().filter(|it| it.contains('\u{fffd}')).count();
        if lost > 0 {
            odd.push(format!("{lost} letters are unreadable"));
        }
        if text.len() * 20 < all.len() {
            odd.push(format!("{} of {} bytes are left", text.len(), all.len()));
        }
        if mail.from.is_empty() {
            odd.push("nobody sent it".to_owned());
        }
        if took.as_millis() > 200 {
            odd.push(format!("{} ms", took.as_millis()));
        }
        if !odd.is_empty() {
            println!("{}: {}", path.display(), odd.join(", "));
        }
    }
    eprintln!("{} mails in {:.1} s", found.len(), began.elapsed().as_secs_f64());
    Ok(())
}
