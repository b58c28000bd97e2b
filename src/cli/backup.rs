//! `answerpal backup` and `answerpal restore`: a whole installation in one file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::Context;
use super::progress::Bar;
use crate::clock::Clock;
use crate::domain::backup::{self, Manifest};
use crate::error::Result;

#[derive(Args)]
pub struct BackupArgs {
    /// Where to write the archive, for example answerpal.tar.zst
    file: PathBuf,
    /// Put the master key in, so that this file alone restores everything (and opens every secret)
    #[arg(long)]
    with_key: bool,
}

#[derive(Args)]
pub struct RestoreArgs {
    /// An archive that `answerpal backup` wrote, on either database
    file: PathBuf,
    /// Replace everything that is there
    #[arg(long)]
    force: bool,
}

pub async fn backup(context: &Context, args: BackupArgs) -> Result<ExitCode> {
    let app = context.existing().await?;
    let manifest = backup::create(&app, &args.file, args.with_key, &Bar::new()).await?;
    app.store.close().await;
    let key = if args.with_key {
        "It holds the master key: keep it as safe as the installation."
    } else {
        "It does not hold the master key: keep secret.key (or ANSWERPAL_SECRET_KEY) elsewhere, a restore needs it."
    };
    let file = args.file.display();
    report(context, &format!("Wrote and verified {file}"), &manifest, key);
    Ok(ExitCode::SUCCESS)
}

pub async fn restore(context: &Context, args: RestoreArgs) -> Result<ExitCode> {
    let config = context.config()?;
    let clock = Clock::system();
    let manifest = backup::restore(&config, clock, &args.file, args.force, Arc::new(Bar::new())).await?;
    let next = format!("The backup is of {}. Start it with: answerpal serve", manifest.created);
    report(context, &format!("Restored and verified {}", args.file.display()), &manifest, &next);
    Ok(ExitCode::SUCCESS)
}

fn report(context: &Context, done: &str, manifest: &Manifest, next: &str) {
    let mut text = format!(
        "{done}: {} rows in {} tables, {} files ({} bytes).",
        manifest.rows(),
        manifest.tables.len(),
        manifest.files.len(),
        manifest.file_bytes()
    );
    if !manifest.missing_files.is_empty() {
        let missing = manifest.missing_files.len();
        text.push_str(&format!("\n{missing} files that the database names were not in the file store."));
    }
    text.push('\n');
    text.push_str(next);
    context.print(
        &text,
        &json!({
            "created": manifest.created,
            "rows": manifest.rows(),
            "tables": manifest.tables.iter().map(|it| (it.name.clone(), it.rows)).collect::<std::collections::BTreeMap<_, _>>(),
            "files": manifest.files.len(),
            "fileBytes": manifest.file_bytes(),
            "missingFiles": manifest.missing_files,
            "withKey": manifest.with_key,
            "keyFingerprint": manifest.key_fingerprint,
        }),
    );
}
