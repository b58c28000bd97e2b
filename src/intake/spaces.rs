//! Which space a text of a tenant is embedded in. A tenant that says nothing pays for other languages only
//! where they occur: an English text among English topics or documents needs the English model alone.

use std::sync::Arc;

use crate::ai::embed::{Remote, Space};
use crate::app::App;
use crate::domain::ai_settings::{self, Used};
use crate::error::Result;
use crate::model::CustomerId;
use crate::store::ai_settings::AiSettings;
use crate::store::{Conn, ai_settings as store};

/// What a tenant's texts are read with, at one moment.
pub struct Reading {
    pub settings: AiSettings,
    pub refs_version: i64,
    choice: Choice,
}

enum Choice {
    One(Space),
    /// English or multilingual, as the texts are.
    AsTheyCome,
}

/// Reads the settings of a tenant.
pub async fn reading(app: &App, conn: &mut Conn, customer: CustomerId) -> Result<Reading> {
    let (settings, refs_version) = store::get(conn, customer).await?;
    let choice = choice(app, &settings)?;
    Ok(Reading { settings, refs_version, choice })
}

fn choice(app: &App, settings: &AiSettings) -> Result<Choice> {
    let key = ai_settings::api_key(app, settings)?;
    Ok(chosen(&ai_settings::used(settings)?, key))
}

fn chosen(used: &Used, key: Option<String>) -> Choice {
    if let (Some(endpoint), Some(model)) = (&used.embedding_endpoint, &used.embedding_model) {
        return Choice::One(Space::Remote(Arc::new(Remote::new(endpoint, model, key))));
    }
    match used.languages.as_deref() {
        None => Choice::AsTheyCome,
        Some("en") => Choice::One(Space::ENGLISH),
        Some(_) => Choice::One(Space::MULTILINGUAL),
    }
}

/// Where the settings say that texts are embedded in another way than they are now: that way, and its
/// spaces.
pub fn switching(app: &App, reading: &Reading) -> Result<Option<(Used, Vec<Space>)>> {
    let settings = &reading.settings;
    if !settings.is_switching {
        return Ok(None);
    }
    let used = ai_settings::wanted(settings);
    let spaces = match chosen(&used, ai_settings::wanted_api_key(app, settings)?) {
        Choice::One(space) => vec![space],
        Choice::AsTheyCome => vec![Space::ENGLISH, Space::MULTILINGUAL],
    };
    Ok(Some((used, spaces)))
}

impl Reading {
    /// The space for a text of this language (None where it is not sure), compared with texts that are
    /// all English or not.
    pub fn space(&self, lang: Option<&str>, others_are_english: bool) -> Space {
        match &self.choice {
            Choice::One(space) => space.clone(),
            Choice::AsTheyCome if others_are_english && lang.is_none_or(|it| it == "en") => Space::ENGLISH,
            Choice::AsTheyCome => Space::MULTILINGUAL,
        }
    }

    /// Every space that texts of these languages may be compared in.
    pub fn spaces(&self, all_english: bool) -> Vec<Space> {
        match &self.choice {
            Choice::One(space) => vec![space.clone()],
            Choice::AsTheyCome if all_english => vec![Space::ENGLISH],
            Choice::AsTheyCome => vec![Space::MULTILINGUAL],
        }
    }

    /// Whether texts in other languages than English mean nothing in this space.
    pub fn wants_english_only(&self, space: &Space) -> bool {
        matches!((&self.choice, space), (Choice::AsTheyCome, Space::Inside(it)) if *it == answerpal_inference::Profile::English)
    }
}
