//! The sentences in which an end user's history is told, by language.

use crate::domain::fields::base_language;

/// The sentences of one language. `{}` stands for what is told, in the order of the words.
pub struct Phrases {
    /// ISO 639-1.
    pub lang: &'static str,
    /// Followed by since when.
    pub one: &'static str,
    pub several: &'static str,
    pub at_least: &'static str,
    /// How one ticket ended, or did not.
    pub one_closed: &'static str,
    pub one_open: &'static str,
    /// The same of several: all of them, none, or so many and so many.
    pub all_closed: &'static str,
    pub all_open: &'static str,
    pub some_closed: &'static str,
    pub last_contact: &'static str,
    pub about: &'static str,
    pub escalated: &'static str,
    pub still_open: &'static str,
    pub closed_last: &'static str,
    pub closed: &'static str,
    pub closed_on: &'static str,
    pub more: &'static str,
    pub no_subject: &'static str,
    /// Open, Pending, Escalated; others are named as they are.
    pub statuses: [&'static str; 3],
    pub quotes: [&'static str; 2],
}

/// Those of the first language that is there, else English.
pub fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> &'static Phrases {
    let of = |tag: &str| {
        let tag = tag.trim().to_ascii_lowercase();
        ALL.iter().find(|it| it.lang == base_language(&tag))
    };
    tags.into_iter().find_map(of).unwrap_or(&ALL[0])
}

static ALL: [Phrases; 4] = [
    Phrases {
        lang: "en",
        one: "One other ticket of this end user, since {}",
        several: "{} other tickets of this end user, since {}",
        at_least: "At least {} other tickets of this end user, since {}",
        one_closed: ", closed.",
        one_open: ", not closed.",
        all_closed: ", all closed.",
        all_open: ", none closed.",
        some_closed: ": {} closed, {} not.",
        last_contact: "Last contact on {}.",
        about: "About: {}.",
        escalated: "Escalated: {}.",
        still_open: "Still open: {}.",
        closed_last: "Closed last: {}.",
        closed: "closed",
        closed_on: "closed on {}",
        more: "and {} more",
        no_subject: "without a subject",
        statuses: ["Open", "Pending", "Escalated"],
        quotes: ["“", "”"],
    },
    Phrases {
        lang: "nl",
        one: "Eén ander ticket van deze klant, sinds {}",
        several: "{} andere tickets van deze klant, sinds {}",
        at_least: "Minstens {} andere tickets van deze klant, sinds {}",
        one_closed: ", gesloten.",
        one_open: ", niet gesloten.",
        all_closed: ", allemaal gesloten.",
        all_open: ", geen daarvan gesloten.",
        some_closed: ": {} gesloten, {} niet.",
        last_contact: "Laatste contact op {}.",
        about: "Over: {}.",
        escalated: "Geëscaleerd: {}.",
        still_open: "Nog open: {}.",
        closed_last: "Laatst gesloten: {}.",
        closed: "gesloten",
        closed_on: "gesloten op {}",
        more: "en nog {}",
        no_subject: "zonder onderwerp",
        statuses: ["Open", "In afwachting", "Geëscaleerd"],
        quotes: ["“", "”"],
    },
    Phrases {
        lang: "fr",
        one: "Un autre ticket de ce client, depuis le {}",
        several: "{} autres tickets de ce client, depuis le {}",
        at_least: "Au moins {} autres tickets de ce client, depuis le {}",
        one_closed: ", fermé.",
        one_open: ", non fermé.",
        all_closed: ", tous fermés.",
        all_open: ", aucun n'est fermé.",
        some_closed: " : {} fermés, {} non.",
        last_contact: "Dernier contact le {}.",
        about: "Sujets : {}.",
        escalated: "Escaladés : {}.",
        still_open: "Encore ouverts : {}.",
        closed_last: "Fermés en dernier : {}.",
        closed: "fermé",
        closed_on: "fermé le {}",
        more: "et {} de plus",
        no_subject: "sans objet",
        statuses: ["Ouvert", "En attente", "Escaladé"],
        quotes: ["« ", " »"],
    },
    Phrases {
        lang: "de",
        one: "Ein anderes Ticket dieses Kunden, seit dem {}",
        several: "{} andere Tickets dieses Kunden, seit dem {}",
        at_least: "Mindestens {} andere Tickets dieses Kunden, seit dem {}",
        one_closed: ", geschlossen.",
        one_open: ", nicht geschlossen.",
        all_closed: ", alle geschlossen.",
        all_open: ", keines geschlossen.",
        some_closed: ": {} geschlossen, {} nicht.",
        last_contact: "Letzter Kontakt am {}.",
        about: "Themen: {}.",
        escalated: "Eskaliert: {}.",
        still_open: "Noch offen: {}.",
        closed_last: "Zuletzt geschlossen: {}.",
        closed: "geschlossen",
        closed_on: "geschlossen am {}",
        more: "und {} weitere",
        no_subject: "ohne Betreff",
        statuses: ["Offen", "Wartend", "Eskaliert"],
        quotes: ["„", "“"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_there_counts() {
        for (tags, wanted) in [
            (vec!["nl-BE", "en"], "nl"),
            (vec!["pl", "FR"], "fr"),
            (vec!["de"], "de"),
            (vec!["pl", "*"], "en"),
            (vec![], "en"),
        ] {
            assert_eq!(first_of(tags.clone()).lang, wanted, "{tags:?}");
        }
    }

    #[test]
    fn every_language_tells_the_same() {
        let gaps = |it: &Phrases| {
            let texts = [
                it.one,
                it.several,
                it.at_least,
                it.one_closed,
                it.one_open,
                it.all_closed,
                it.all_open,
                it.some_closed,
                it.last_contact,
                it.about,
                it.escalated,
                it.still_open,
                it.closed_last,
                it.closed,
                it.closed_on,
                it.more,
                it.no_subject,
            ];
            texts.map(|text| text.matches("{}").count())
        };
        for it in &ALL[1..] {
            assert_eq!(gaps(it), gaps(&ALL[0]), "{}", it.lang);
        }
    }
}
