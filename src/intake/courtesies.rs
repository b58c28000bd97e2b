//! The vectors of courtesies in each space, made when a letter first needs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use answerpal_inference::topics::Courtesies;

use crate::ai::embed::{Role, Space};
use crate::app::App;

#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Arc<Courtesies>>>);

/// Those of a space; none where its endpoint does not answer now.
pub async fn of(app: &App, space: &Space) -> Arc<Courtesies> {
    let known = || app.knowledge.courtesies.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(there) = known().get(space.name()) {
        return there.clone();
    }
    let texts = Courtesies::texts(space.name() == Space::ENGLISH.name());
    match app.knowledge.embedding.embed(space, &texts, Role::Message).await {
        Ok(vectors) => {
            let made = Arc::new(Courtesies::new(vectors, matches!(space, Space::Inside(_))));
            known().insert(space.name().to_owned(), made.clone());
            made
        }
        Err(error) => {
            tracing::warn!(%error, "courtesies in letters are not told from matters now");
            Arc::default()
        }
    }
}
