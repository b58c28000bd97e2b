//! `answerpal bench-data`: realistic volume, for measuring.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::Context;
use super::progress::Bar;
use crate::domain::bench_data::{self, Options};
use crate::error::Result;
use crate::store::bulk;

#[derive(Args)]
pub struct BenchDataArgs {
    /// How many tickets, with three messages each
    #[arg(long, default_value_t = 10_000)]
    tickets: usize,
    /// Id or hostname of a tenant; a new one, bench.example.com, where nothing is given
    #[arg(long)]
    customer: Option<String>,
    /// The same number makes the same texts
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of the reps that are made; a random one is printed where nothing is given
    #[arg(long, env = "ANSWERPAL_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

pub async fn run(context: &Context, args: BenchDataArgs) -> Result<ExitCode> {
    let app = context.open().await?;
    let customer = match &args.customer {
        Some(text) => Some(bulk::find_customer(&mut *app.store.read().await?, Some(text)).await?),
        None => None,
    };
    let password = args.password.unwrap_or_else(|| app.random.token());
    let begun = Instant::now();
    let options = Options { tickets: args.tickets, seed: args.seed, customer, password: password.clone() };
    let summary = bench_data::run(&app, options, &Bar::new()).await?;
    let seconds = begun.elapsed().as_secs_f64();
    app.store.close().await;
    let mut json = serde_json::to_value(&summary)?;
    json["seconds"] = seconds.into();
    let mut text = format!(
        "Made {} tickets, {} messages and {} end users in {seconds:.1} s ({:.0} tickets/s) for customer {}.\n\
         {:?} is in 50 tickets, {:?} in three of ten.",
        summary.tickets,
        summary.messages,
        summary.end_users,
        summary.tickets as f64 / seconds,
        summary.customer,
        summary.rare_word,
        summary.common_word,
    );
    if let Some(username) = summary.username {
        json["password"] = password.as_str().into();
        text.push_str(&format!("\nSign in as {username:?} with the password {password}"));
    }
    context.print(&text, &json);
    Ok(ExitCode::SUCCESS)
}
