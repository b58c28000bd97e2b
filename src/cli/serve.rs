//! `answerpal serve`: the API, and the workers unless told not to.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

use super::Context;
use crate::app::App;
use crate::clock::{Clock, Random};
use crate::config::{Config, ServeFlags};
use crate::domain::customers;
use crate::domain::demo::{self, Login};
use crate::error::{Error, Result};
use crate::jobs::{self, mail_desk};

/// What is under way at SIGTERM has this long.
const GRACE: Duration = Duration::from_secs(9);
/// How often a process looks whether its signing key is due to be replaced.
const KEYS_CHECKED: Duration = Duration::from_secs(3600);

pub async fn run(context: &Context, flags: &ServeFlags) -> Result<ExitCode> {
    let config = Config::load(&context.flags, flags)?;
    let app = App::open(config.clone(), Clock::system(), Random::system()).await?;
    let login = if config.demo { demo::load(&app).await? } else { None };
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Error::invalid("listen", format!("{} cannot be used: {error}", config.listen)))?;
    let address = listener.local_addr()?;
    let desks = mail_desk::bind(&app).await?;
    tracing::info!(%address, "serving");
    announce(context, &app, address, login, &desks).await?;
    let opening = app.clone();
    tokio::spawn(async move { opening.store.open_connections().await });
    let notifier = app.clone();
    let notifier = tokio::spawn(async move { notifier.store.run_notifier().await });
    let keys = tokio::spawn(keep_keys(app.clone()));
    let workers = (!config.no_workers).then(|| jobs::start(&app));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let desks = desks.into_iter().map(|it| it.serve(app.clone(), stopped.clone()));
    let desks = futures::future::join_all(desks);
    tokio::spawn(async move {
        terminated().await;
        stop.send_replace(true);
    });
    // Requests and jobs end side by side: together they have the time that one of them has.
    let (served, _, ()) = tokio::join!(serve(&app, listener, stopped.clone()), desks, async {
        stopping(stopped).await;
        app.live.close();
        if let Some(workers) = workers {
            workers.stop().await;
        }
    });
    notifier.abort();
    keys.abort();
    app.store.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Says where the server is; for an empty installation also how its first Administrator is made.
async fn announce(
    context: &Context,
    app: &App,
    address: SocketAddr,
    demo: Option<Login>,
    desks: &[mail_desk::Bound],
) -> Result<()> {
    let mut text = format!("answerpal serves http://{address} (API reference: http://{address}/api/docs)");
    let mut json = serde_json::json!({ "address": address.to_string() });
    for desk in desks {
        text += &format!("\nIt takes mail by {} on {}", desk.protocol().to_uppercase(), desk.address);
        json[desk.protocol()] = desk.address.to_string().into();
    }
    if customers::is_empty(app).await? {
        text += &format!(
            "\nThere is no Administrator yet: POST /api/CustomerReps makes the first. From another machine it needs the header X-Setup-Code: {}",
            app.setup_code
        );
        json["setupCode"] = app.setup_code.as_str().into();
    }
    if let Some(login) = demo {
        text += &format!("\nDemo: sign in at http://{address}/app/ {login}");
        json["username"] = login.username.into();
        json["password"] = login.password.into();
    }
    context.print(&text, &json);
    Ok(())
}

/// Signing keys rotate in every process that signs, so that each knows the newest.
async fn keep_keys(app: App) {
    loop {
        tokio::time::sleep(KEYS_CHECKED).await;
        if let Err(error) = app.credentials.rotate(&app.store, &app.key, &app.clock, &app.random).await {
            tracing::warn!(%error, "the signing keys could not be checked");
        }
    }
}

async fn stopping(mut stopped: Receiver<bool>) {
    // The sender lives until it has sent.
    let _ = stopped.wait_for(|it| *it).await;
}

async fn serve(app: &App, listener: TcpListener, stopped: Receiver<bool>) -> Result<()> {
    let router = crate::api::router(app.clone());
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let deadline = {
        let stopped = stopped.clone();
        async move {
            stopping(stopped).await;
            tokio::time::sleep(GRACE).await
        }
    };
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(stopping(stopped)) => Ok(served?),
        () = deadline => Ok(()),
    }
}

/// Resolves at SIGTERM or Ctrl-C.
pub async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
