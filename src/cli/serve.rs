//! `answerpal serve`: the API, and the workers unless told not to.

use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;

use super::Context;
use crate::app::App;
use crate::clock::{Clock, Random};
use crate::config::{Config, ServeFlags};
use crate::error::{Error, Result};

/// What is under way at SIGTERM has this long.
const GRACE: Duration = Duration::from_secs(10);

pub async fn run(context: &Context, flags: &ServeFlags) -> Result<ExitCode> {
    let config = Config::load(&context.flags, flags)?;
    let app = App::open(config.clone(), Clock::system(), Random::system()).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Error::invalid("listen", format!("{} cannot be used: {error}", config.listen)))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving");
    context.print(
        &format!("answerpal serves http://{address} (API reference: http://{address}/api/docs)"),
        &serde_json::json!({ "address": address.to_string() }),
    );
    serve(&app, listener).await?;
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn serve(app: &App, listener: TcpListener) -> Result<()> {
    let router = crate::api::router(app.clone());
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        terminated().await;
        stop.send_replace(true);
    });
    let stopping = |mut it: tokio::sync::watch::Receiver<bool>| async move {
        // The sender lives until it has sent.
        let _ = it.wait_for(|it| *it).await;
    };
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
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
