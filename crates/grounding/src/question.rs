//! What a question is about: the sentences that ask, the words that tell it from others, and the kind of answer
//! that it wants.

use crate::claims::{is_courtesy, is_question, is_sign_off};
use crate::facts::Facts;
use crate::lexicon::{self, has};
use crate::sentences::{Sentence, sentences};
use crate::words::{Word, content, words};

/// Questions of a message that say so little by themselves are taken with what is told beside them.
const SAYS_LITTLE: usize = 2;

/// A word of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Folded.
    pub word: String,
    /// The question without it.
    pub without: String,
}

/// The sentences of a message that are not mere courtesy, up to its sign-off.
pub(crate) fn told(message: &str) -> Vec<Sentence> {
    sentences(message)
        .into_iter()
        .take_while(|it| !is_sign_off(&it.text))
        .filter(|it| !is_courtesy(&it.text))
        .collect()
}

/// What of a message asks: its questions, where they say enough by themselves.
pub fn asking(message: &str) -> String {
    let all = told(message);
    let text = |some: Vec<&Sentence>| some.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ");
    let questions = text(all.iter().filter(|it| is_question(&it.text)).collect());
    if content(&words(&questions)).len() >= SAYS_LITTLE { questions } else { text(all.iter().collect()) }
}

/// The words of a question that say something, each with what is left without it.
pub fn telling(question: &str) -> Vec<Telling> {
    let all = words(question);
    let wanted = content(&all);
    let says = |it: &&Word| wanted.contains(&it.folded.as_str());
    let without = |it: &Word| format!("{}{}", &question[..it.start], &question[it.end..]);
    all.iter().filter(says).map(|it| Telling { word: it.folded.clone(), without: without(it) }).collect()
}

/// What kind of thing an answer has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Time,
    Money,
    Number,
    /// A number of one of these units.
    Measure(&'static str),
    /// Who somebody is.
    Person,
}

const TIME: &str = "how long|how soon|how often|what time|what date|what day|hoe lang|hoelang|hoe laat|hoe vaak|wie lange|wie oft|\
     um wie viel uhr|combien de temps|quelle heure|quelle date|cuanto tiempo|que hora|quanto tempo|che ora|a che ora|a que horas";
/// These ask for a time unless who or what does something follows: `When I press it, …`.
const WHEN: &str = "when wanneer wann quand cuando quando";
const SUBJECTS: &str = "i you we they he she it the a an my your our their his her this that these those there somebody someone \
     ik je jij u we wij ze zij jullie het de een mijn uw onze zijn haar er deze die dit dat iemand \
     ich sie wir er es der die das ein eine mein meine ihr ihre unser unsere man \
     je j tu il elle on nous vous ils elles le la les l un une mon ma mes votre vos notre nos ce cette ces \
     yo el los las mi mis su sus un una lo gli mio mia suo sua o os as um uma meu minha seu sua";
const NUMBER: &str = "how much|how many|hoeveel|wie viel|wie viele|wieviel|wieviele|combien|cuanto|cuanta|cuantos|cuantas|quanto|\
     quanta|quanti|quante|quantos|quantas";
/// Words that a question begins to ask with.
const OPENERS: &str =
    "how what hoe wat hoeveel wie was wieviel combien quel quelle cuanto cual que quanto quale qual";
/// What stands between those and what is asked of.
const BETWEEN: &str =
    "much many viel viele de d is s est ist es are sind zijn sont the het der die das le la l el il o a";
const MONEY: &str = "cost costs price prices charge fee fees expensive kost kosten prijs prijzen duur tarief kostet preis preise teuer \
     gebuhr gebuhren coute coutent couterait couter prix tarif tarifs cher cuesta cuestan precio coste costa costano prezzo custa custam \
     preco";
/// Behind a bare *what*, only as what is asked of, or as what something does.
const WHAT: &str = "what wat was que qu";
const COSTS: &str = "cost charge kost kosten kostet coute coutent cuesta cuestan costa costano custa custam";
const FREE: &str = "free gratis kosteloos kostenlos kostenfrei gratuit gratuite gratuits gratuites gratuitement gratuito gratuita \
     gratuitos cents cent included inbegrepen inklusive compris incluse";
/// What a measure is asked by, and the units that it is told in.
const MEASURES: &[(&str, &str)] = &[
    (
        "weight weigh weighs heavy gewicht weegt wegen zwaar wiegt wiegen schwer poids pese pesent lourd lourde peso pesa pesado",
        "kg g gram grams grammes gramm kilo kilos kilogram kilograms kilogramm t ton tons tonne tonnes tonnen lb lbs pounds",
    ),
    (
        "electricity consumption elektriciteit stroom verbruik strom stromverbrauch energieverbrauch electricite consommation consomme \
         electricidad consumo",
        "w kw kwh wh watt watts kilowatt kilowatts kilowattstunden va",
    ),
    (
        "tall wide width deep depth breed breedte diep diepte breit breite tief tiefe largeur profond profonde profondeur ancho profundo \
         larghezza profondo",
        "m cm mm km metre metres meter meters centimeter centimetre kilometer kilometers kilometre kilometres metro metros metri ft feet \
         inch inches miles mile",
    ),
    (
        "warm hot cold temperature temperatuur koud heet temperatur kalt heiss chaud chaude froid froide temperatura caliente caldo \
         quente",
        "c f degree degrees graad graden grad degre degres grado grados gradi grau graus",
    ),
    (
        "loud noise noisy luid lawaai geluid laut lautstarke bruit bruyant bruyante ruido rumore",
        "db decibel decibels dezibel",
    ),
];
/// What is said in the place of a number.
const COUNTLESS: &str = "one all every each none unlimited any alle elk elke ieder geen onbeperkt jede jeder jedes alles beliebig \
     unbegrenzt tous toutes chaque aucun aucune illimite illimitee todos todas cada ninguno ilimitado tutti tutte ogni nessuno \
     illimitato nenhum";
const UNITS_OF_TIME: &[&str] = &["day", "hour", "minute", "week", "month", "year"];
/// Days, months and other words that say when.
const TIMES: &str = "monday tuesday wednesday thursday friday saturday sunday weekday weekdays weekend weekends daily weekly monthly \
     yearly today tomorrow midnight noon morning evening night january february march april may june july august september october \
     november december immediately always never anytime instantly once twice second seconds \
     maandag dinsdag woensdag donderdag vrijdag zaterdag zondag dagelijks wekelijks maandelijks jaarlijks vandaag morgen \
     middernacht woensdagavond altijd nooit meteen onmiddellijk dadelijk seconden kwartier januari februari maart mei juni juli augustus oktober \
     montag dienstag mittwoch donnerstag freitag samstag sonntag montags dienstags mittwochs donnerstags freitags samstags \
     sonntags werktags taglich wochentlich monatlich jahrlich heute immer jederzeit nie sofort umgehend sekunden januar februar marz juni \
     juli dezember \
     lundi mardi mercredi jeudi vendredi samedi dimanche quotidien lendemain aujourd'hui demain minuit midi toujours jamais \
     immediatement janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre secondes \
     lunes martes miercoles jueves viernes sabado domingo siempre nunca hoy manana lunedi martedi mercoledi giovedi venerdi sabato \
     domenica sempre mai oggi domani segunda terca quarta quinta sexta hoje amanha";
/// `o'clock`, written behind a number.
const CLOCK: &str = "h u uur uhr heures heure am pm a.m p.m o'clock horas ore";
const PERSONS: &str = "who is your|who is the|who are your|who are the|who owns|who makes|who made|who built|who runs|wie is uw|wie is \
     jullie|wie is de|wie is het|wie zijn de|wie zijn jullie|wie maakt|wer ist ihr|wer ist euer|wer ist der|wer ist die|wer sind \
     die|wer sind ihre|qui est le|qui est la|qui est votre|qui sont les|qui sont vos|qui fabrique|quien es su|quien es el|quien es la|\
     chi e il|chi e la|quem e o|quem e a";

/// Whether a question wants a time, an amount, a measure or a person and what is said has none. `said` comes with
/// its headings.
pub fn lacks_kind(question: &str, said: &str) -> bool {
    let asked = words(question);
    let Some(kind) = kind(&asked) else { return false };
    let all = words(said);
    let facts = Facts::of_words(said, &all);
    let any = |list: &str| all.iter().any(|it| has(list, &it.folded));
    let digits = all.iter().any(|it| it.folded.bytes().any(|it| it.is_ascii_digit()));
    let is_told = match kind {
        Kind::Time => {
            let counts = facts.quantities.iter().any(|it| it.is_of(UNITS_OF_TIME));
            counts || any(TIMES) || of_units(&all, CLOCK) || facts.exact.iter().any(|it| is_clock(&it.text))
        }
        Kind::Money => facts.quantities.iter().any(|it| it.is_money() || it.is_of(&["%"])) || any(FREE),
        Kind::Number => digits || !facts.quantities.is_empty() || any(COUNTLESS),
        Kind::Measure(units) => {
            of_units(&all, units) || facts.quantities.iter().any(|it| has(units, it.unit_name()))
        }
        Kind::Person => {
            let is_german = lexicon::language(all.iter().map(|it| it.folded.as_str())) == "de";
            let named = !is_german && said.lines().any(|it| Facts::of(it).has_names());
            named || said.contains('@') || any("herr frau mr mrs ms dr mevrouw meneer monsieur madame")
        }
    };
    !is_told
}

fn kind(asked: &[Word]) -> Option<Kind> {
    let text: Vec<&str> = asked.iter().map(|it| it.folded.as_str()).flat_map(|it| it.split('\'')).collect();
    let says = |phrases: &str| {
        phrases.split('|').any(|it| {
            let phrase: Vec<&str> = it.split_whitespace().collect();
            text.windows(phrase.len()).any(|it| it == phrase)
        })
    };
    if says(TIME) || text.windows(2).any(|it| has(WHEN, it[0]) && !has(SUBJECTS, it[1])) {
        return Some(Kind::Time);
    }
    let has_any = |list: &str| text.iter().any(|it| has(list, it));
    if (says(NUMBER) && has_any(MONEY)) || (has_any(WHAT) && has_any(COSTS)) {
        return Some(Kind::Money);
    }
    // What is asked of: `the weight` in `What is the weight of it?`
    let openers = text.iter().enumerate().filter(|it| has(OPENERS, it.1));
    for next in openers.filter_map(|(at, _)| text[at + 1..].iter().find(|it| !has(BETWEEN, it))) {
        if has(MONEY, next) {
            return Some(Kind::Money);
        }
        if let Some((_, units)) = MEASURES.iter().find(|it| has(it.0, next)) {
            return Some(Kind::Measure(units));
        }
    }
    if says(NUMBER) {
        return Some(Kind::Number);
    }
    says(PERSONS).then_some(Kind::Person)
}

/// Whether a number stands before one of these, or is written together with it: `19 dB`, `60km`, `8h`.
fn of_units(all: &[Word], units: &str) -> bool {
    let is_number = |it: &str| it.bytes().any(|it| it.is_ascii_digit());
    let behind = all.windows(2).any(|it| is_number(&it[0].folded) && has(units, &it[1].folded));
    let joined = |it: &Word| {
        let unit = it.folded.trim_start_matches(|it: char| it.is_ascii_digit() || matches!(it, '.' | ','));
        unit.len() < it.folded.len() && has(units, unit)
    };
    behind || all.iter().any(joined)
}

/// `10:30`, `8h`, `17u30`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', 'h', 'u']).collect();
    parts.len() == 2 && parts.iter().all(|it| it.len() <= 2 && it.bytes().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_a_time_an_amount_a_measure_or_a_person() {
        for (question, answers, others) in [
            ("When do I get my money back?", "We refund within 5 working days.", "We refund the price."),
            ("Tot hoe laat zijn jullie open?", "Wij zijn open tot 18 uur.", "Wij zijn in Gent."),
            ("Wann wird abgebucht?", "Wir buchen donnerstags ab.", "Wir buchen den Betrag ab."),
            ("À quelle heure fermez-vous ?", "Nous fermons à 20 h.", "Nous fermons la caisse à clé."),
            ("How much does delivery cost?", "Delivery costs €5.", "Delivery takes 3 days."),
            (
                "Wat kost een nieuwe pas?",
                "Een nieuwe pas is gratis.",
                "U ontvangt de pas binnen 5 werkdagen.",
            ),
            ("Combien coûte le casque ?", "Le casque coûte 4 € par jour.", "Le casque est bleu."),
            ("What is the weight of the unit?", "It weighs 32 kg.", "The unit costs €139."),
            ("How much electricity does it use?", "It uses 1.2 kWh a day.", "It costs €45 a year."),
            ("Wie laut ist das Gerät?", "Das Gerät hat 19 dB.", "Das Gerät hat 5 Jahre Garantie."),
            ("How many people fit in?", "Up to 8 people.", "People fit in."),
            (
                "Who is your supplier?",
                "We buy from Daikin in Ghent.",
                "Our technician measures the pressure.",
            ),
        ] {
            assert!(!lacks_kind(question, answers), "{question} {answers}");
            assert!(lacks_kind(question, others), "{question} {others}");
        }
        for free in [
            "Can I pay by card?",
            "How do I switch the power on?",
            "What should I do when the light is red?",
            "Quand je branche la box, que faire ?",
            "What happens if the price is wrong?",
            "How do I pay the fee?",
            "Hoe hoog is de korting?",
            "How far ahead can I book?",
            "What does the code mean?",
            "Who can help me?",
        ] {
            assert!(!lacks_kind(free, "Yes."), "{free}");
        }
    }

    #[test]
    fn a_letter_asks_by_its_questions_where_they_say_enough() {
        let letter =
            "Dear team,\n\nmy aunt moved to Spain. Can I cancel the garage early?\n\nKind regards,\nTom";
        assert_eq!(asking(letter), "Can I cancel the garage early?");
        let short = "I want to cancel my order. What does it cost?";
        assert_eq!(asking(short), short);
    }

    #[test]
    fn each_word_that_tells_is_left_out_once() {
        let found = telling("Do you sell bitcoin wallets?");
        let found: Vec<(&str, &str)> =
            found.iter().map(|it| (it.word.as_str(), it.without.as_str())).collect();
        assert_eq!(
            found,
            [
                ("sell", "Do you  bitcoin wallets?"),
                ("bitcoin", "Do you sell  wallets?"),
                ("wallets", "Do you sell bitcoin ?")
            ]
        );
    }
}
