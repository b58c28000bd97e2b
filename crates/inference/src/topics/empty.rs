//! Texts that say nothing to tell topics by: no word at all, or courtesies alone.

/// How much a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// Something that the classifier is there for.
    Something,
    /// Courtesies alone; which ones, as a bit each.
    Courtesies(u8),
    /// Not one word: marks, numbers, pictures, a bare address. The text as it compares with others.
    Nothing(String),
}

const THANKS: u8 = 1;
const GREETING: u8 = 1 << 1;
const FAREWELL: u8 = 1 << 2;
const YES: u8 = 1 << 3;
const NO: u8 = 1 << 4;
const PRAISE: u8 = 1 << 5;
/// Goes along with a courtesy and is none by itself.
const BESIDE: u8 = 0;

/// English, Dutch, French, German, Spanish, Italian and Portuguese.
const WORDS: &[(u8, &str)] = &[
    (
        THANKS,
        "thanks thank thx tnx ty bedankt dank dankjewel dankuwel merci remerciements danke dankeschön \
         gracias grazie obrigado obrigada",
    ),
    (
        GREETING,
        "hi hello hey greeting greetings morning afternoon evening hallo hoi dag goedemorgen \
         goedemiddag goedenavond goedendag bonjour bonsoir salut guten tag moin servus hola buenos \
         buenas días dias tardes ciao salve buongiorno buonasera olá ola oi bom boa dia tarde",
    ),
    (
        FAREWELL,
        "bye goodbye regards sincerely doei groet groeten groetjes adieu revoir cordialement \
         salutations tschüss wiedersehen grüße grüßen adiós adios saludos arrivederci saluti tchau \
         cumprimentos",
    ),
    (
        YES,
        "ok okay okey oke oké k yes yep yeah sure alright ja jawel akkoord oui accord einverstanden \
         sí si vale sì sim",
    ),
    (NO, "no nope nee neen non nein não nao"),
    (
        PRAISE,
        "great perfect excellent awesome super cool top prima perfekt parfait perfecto perfetto \
         perfeito genial",
    ),
    (
        BESIDE,
        "you u so very much a lot many all again in advance for your the help good fine there \
         everyone team dear sir madam kind best and je jou wel veel heel hartelijk alvast beste met \
         vriendelijke en voor de hulp beaucoup bien mille à vous d avance au et madame monsieur \
         vielen viele schön sehr im voraus auf mit freundlichen und ihre für hilfe muchas mucho por \
         su ayuda y tante molte per l aiuto e va bene muito pela ajuda",
    ),
];

/// What a text says, by its words alone.
pub fn says(text: &str) -> Says {
    let mut courtesies = 0;
    let mut words = 0;
    let spoken = text.split_whitespace().filter(|word| !is_address(word)).flat_map(|word| {
        word.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic))
    });
    for word in spoken {
        let word = word.to_lowercase();
        let Some((kind, _)) = WORDS.iter().find(|(_, words)| words.split(' ').any(|known| known == word))
        else {
            return Says::Something;
        };
        words += 1;
        courtesies |= kind;
    }
    match (words, courtesies) {
        (0, _) => Says::Nothing(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()),
        (_, 0) => Says::Something,
        _ => Says::Courtesies(courtesies),
    }
}

impl Says {
    /// Whether a topic that has a text which says `self` may be given to a text which says no more than `other`.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Something) => true,
            (Self::Courtesies(mine), Self::Courtesies(theirs)) => mine & theirs == *theirs,
            _ => self == other,
        }
    }
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.") || (word.contains('@') && word.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_words_say_nothing() {
        for text in [
            "",
            " ",
            ".",
            "??",
            "…",
            "🙏",
            "👍🏽",
            "12345",
            "https://example.com/a?b=c",
            "www.example.com",
            "a@b.example",
        ] {
            assert!(matches!(says(text), Says::Nothing(_)), "{text}");
        }
        assert_eq!(says(" HTTPS://Example.com\n"), says("https://example.com"));
        assert_ne!(says("?"), says("??"));
    }

    #[test]
    fn courtesies_are_told_by_their_kind() {
        for (text, kinds) in [
            ("ok", YES),
            ("Thanks!", THANKS),
            ("thank you so much 🙏", THANKS),
            ("Hi,\n\nthanks a lot for your help!\n\nKind regards", GREETING | THANKS | FAREWELL),
            ("Goedemorgen, hartelijk dank", GREETING | THANKS),
            ("Merci d'avance", THANKS),
            ("Vielen Dank im Voraus", THANKS),
            ("no thank you", NO | THANKS),
        ] {
            assert_eq!(says(text), Says::Courtesies(kinds), "{text}");
        }
        for text in ["thanks, it works", "no invoice", "help", "ok but where is it", "E-4012", "谢谢", "you"]
        {
            assert_eq!(says(text), Says::Something, "{text}");
        }
    }

    #[test]
    fn a_text_covers_what_says_no_more() {
        assert!(says("hello and thank you").covers(&says("merci")));
        assert!(!says("merci").covers(&says("hello and thank you")));
        assert!(says("merci").covers(&says("where is my parcel")));
        assert!(!says("where is my parcel").covers(&says("merci")));
        assert!(says("??").covers(&says(" ??")) && !says("??").covers(&says("?")));
    }
}
