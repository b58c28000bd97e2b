//! What only a person answers: complaints, and talk of lawyers, courts and the police.

/// Words and their beginnings (`*`), by language. A word too many costs a person a look; one too few, a machine
/// that answers a threat.
const WORDS: &[&str] = &[
    // English
    "lawyer*",
    "attorney*",
    "solicitor*",
    "sue",
    "suing",
    "sued",
    "lawsuit*",
    "court",
    "courts",
    "legal action",
    "legal steps",
    "ombudsman",
    "complain",
    "complaint*",
    "complaining",
    "police",
    "fraud*",
    "scam*",
    // Dutch
    "advoca*",
    "rechter",
    "rechtbank*",
    "rechtszaak",
    "aanklagen",
    "aanklacht",
    "dagvaard*",
    "klacht*",
    "juridisch*",
    "ombudsman",
    "politie",
    "oplicht*",
    "ingebrekestelling",
    "ingebreke",
    // French
    "avocat*",
    "tribuna*",
    "plainte*",
    "poursuite*",
    "poursuivre",
    "huissier*",
    "mise en demeure",
    "police",
    "arnaque*",
    "escroc*",
    "plaindre",
    "en justice",
    "médiateur",
    "réclamation*",
    // German
    "anwalt*",
    "anwält*",
    "rechtsanw*",
    "gericht",
    "gerichtlich*",
    "klage",
    "verklage*",
    "beschwer*",
    "strafanzeige*",
    "polizei*",
    "betrug",
    "betrüg*",
    "rechtliche schritte",
    "rechtlichen schritte*",
    "verbraucherzentrale",
    // Spanish
    "abogad*",
    "demandar*",
    "demanda",
    "denunci*",
    "juzgado*",
    "queja*",
    "reclamaci*",
    "policía",
    "estafa*",
    // Italian
    "avvocat*",
    "tribunale",
    "denunci*",
    "querela*",
    "reclamo",
    "reclami",
    "polizia",
    "truffa*",
    // Portuguese
    "advogad*",
    "tribunal",
    "processar",
    "queixa*",
    "reclamaç*",
    "polícia",
    "burla",
];

/// Whether a text complains or threatens.
pub fn want_a_person(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    let said = format!(" {} ", words.join(" "));
    WORDS.iter().any(|word| match word.strip_suffix('*') {
        Some(start) => said.contains(&format!(" {start}")),
        None => said.contains(&format!(" {word} ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threats_and_complaints_are_told_from_questions() {
        for text in [
            "I will sue you over E-5007!",
            "My lawyers will contact you.",
            "Ik stap naar de rechtbank.",
            "Dit is een klacht over uw dienst",
            "Je vais porter plainte.",
            "Mein Anwalt meldet sich.",
        ] {
            assert!(want_a_person(text), "{text}");
        }
        for text in ["Where is my issue of the magazine?", "Waar is mijn pakket?", "Ist die Anzeige kaputt?"]
        {
            assert!(!want_a_person(text), "{text}");
        }
    }
}
