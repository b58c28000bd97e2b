//! What every test stands on: an installation of its own on either engine, and a client.

mod client;
mod conversation;
mod database;
mod dns;
mod endpoint;
mod installation;

pub use client::{Answer, Client};
pub use database::{Database, Engine, execute};
pub use dns::{Dns, free_port};
pub use endpoint::{Act, Asked, Endpoint, say};
pub use installation::{Installation, PASSWORD};

/// Makes `sqlite_x` and `postgres_x` of an async test `x(installation)`.
#[macro_export]
macro_rules! db_test {
    ($(#[$meta:meta])* async fn $name:ident($installation:ident: $type:ty) $body:block) => {
        mod $name {
            use super::*;

            async fn run($installation: $type) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn sqlite() {
                if let Some(installation) = $crate::support::Installation::new($crate::support::Engine::Sqlite).await {
                    run(installation).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn postgres() {
                if let Some(installation) = $crate::support::Installation::new($crate::support::Engine::Postgres).await {
                    run(installation).await;
                }
            }
        }
    };
}
