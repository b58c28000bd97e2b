//! `answerpal audit`: is the audit trail whole?

use std::fmt::Write;
use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use crate::domain::audit;
use crate::error::Result;

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Find events that were altered, removed or slipped in; exit code 1 where there are any
    Verify,
}

pub async fn run(context: &Context, command: AuditCommand) -> Result<ExitCode> {
    let AuditCommand::Verify = command;
    let app = context.existing().await?;
    let report = audit::verify(&app).await?;
    app.store.close().await;
    let mut text = String::new();
    for it in &report.findings {
        let event = it.event.map_or_else(String::new, |id| format!(" (id {id})"));
        let _ = writeln!(text, "customer {}: event {}{event} {}", it.customer, it.seq, it.what);
    }
    let _ = write!(
        text,
        "{} sealed events of {} customers: {}. Erased: {}. Not sealed yet: {}.",
        report.events,
        report.customers,
        match report.findings.len() {
            0 => "the chains are whole".to_owned(),
            n => format!("{n} findings"),
        },
        report.erased,
        report.unsealed,
    );
    context.print(&text, &serde_json::to_value(&report)?);
    Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
