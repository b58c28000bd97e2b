//! Words that say how things stand to each other: more or less, before or after, must or may, who pays whom,
//! and or or. Two sentences with the same nouns and numbers say different things where these differ, so that
//! they are compared class by class. Which word means what depends on the language.

use crate::lexicon;
use crate::words::{Word, same};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Above,
    Below,
    AtLeast,
    AtMost,
    Before,
    After,
    Within,
    Until,
    About,
    May,
    Must,
    Should,
    And,
    Or,
    /// Of all: `any`, `every`.
    Whole,
    /// Of some, or not always: `most`, `usually`.
    Part,
    Only,
    Unless,
    /// What it speaks of shall not be, without a negation: `stop`, `refuse`.
    Halt,
    /// Money goes to the customer, or from them; with `pay` it depends on who does.
    Gives,
    Takes,
    Pays,
}

impl Class {
    /// Classes that say how a number or another word is bounded.
    pub fn bounds(self) -> bool {
        use Class::{About, Above, After, AtLeast, AtMost, Before, Below, Until, Within};
        matches!(self, Above | Below | AtLeast | AtMost | Before | After | Within | Until | About)
    }
}

/// Of every language first; a `+` before a phrase says that a number has to follow it, a `_` joins words.
type Table = &'static [(Class, &'static str)];

const EN: Table = &[
    (
        Class::Above,
        "above +over more_than greater higher larger bigger exceeding exceeds exceed beyond longer_than later_than older heavier",
    ),
    (
        Class::Below,
        "below +under less_than fewer_than lower smaller cheaper shorter_than earlier_than younger lighter",
    ),
    (Class::AtLeast, "at_least minimum or_more no_less_than not_less_than +from +min"),
    (
        Class::AtMost,
        "at_most up_to maximum or_less no_more_than not_more_than no_later_than not_exceeding +max",
    ),
    (Class::Before, "before prior_to ahead_of"),
    (Class::After, "after once as_soon_as"),
    (Class::Within, "within +in"),
    (Class::Until, "until till"),
    (Class::About, "+about +around approximately approx roughly circa nearly almost"),
    (Class::May, "can could may might allowed able permitted entitled possible cannot can't"),
    (Class::Must, "must have_to has_to need_to needs_to required obliged mandatory obligatory"),
    (Class::Should, "should ought_to recommended"),
    (Class::And, "and"),
    (Class::Or, "or"),
    (Class::Whole, "any all every each everything everyone everybody anyone anything always"),
    (
        Class::Part,
        "some most usually normally generally mostly typically often sometimes partly partially rarely",
    ),
    (Class::Only, "only solely exclusively"),
    (Class::Unless, "unless except excluding"),
    (
        Class::Halt,
        "stop stops stopped stopping avoid refrain cease quit refuse refuses refused decline declined reject rejected deny denied forbidden forbid prohibited prohibit banned exclude excludes excluded impossible",
    ),
    (
        Class::Gives,
        "refund refunds refunded refunding reimburse reimbursed reimbursement credit credited compensate compensated compensation receive receives get gets",
    ),
    (
        Class::Takes,
        "deduct deducts deducted deduction charge charges charged withhold withheld subtract subtracted bill billed invoice invoiced cost costs fee fees",
    ),
    (Class::Pays, "pay pays paid paying transfer transfers transferred"),
];

const NL: Table = &[
    (Class::Above, "boven meer_dan groter hoger langer_dan later_dan +over ouder zwaarder"),
    (
        Class::Below,
        "onder minder_dan kleiner lager goedkoper korter_dan vroeger_dan eerder_dan jonger lichter",
    ),
    (Class::AtLeast, "minstens minimaal ten_minste tenminste of_meer +vanaf minimum"),
    (Class::AtMost, "hoogstens maximaal ten_hoogste uiterlijk of_minder +tot maximum"),
    (Class::Before, "voordat alvorens voorafgaand"),
    (Class::After, "na nadat zodra"),
    (Class::Within, "binnen +in"),
    (Class::Until, "tot totdat"),
    (Class::About, "ongeveer circa ca rond bijna"),
    (Class::May, "kan kunt kunnen mag mogen toegestaan mogelijk"),
    (Class::Must, "moet moeten verplicht dient dienen hoeft hoeven"),
    (Class::Should, "zou zouden aanbevolen aangeraden"),
    (Class::And, "en"),
    (Class::Or, "of"),
    (Class::Whole, "alle elk elke ieder iedere iedereen alles altijd"),
    (Class::Part, "sommige meeste meestal gewoonlijk doorgaans normaal vaak soms deels gedeeltelijk"),
    (Class::Only, "alleen enkel slechts uitsluitend"),
    (Class::Unless, "tenzij behalve uitgezonderd"),
    (
        Class::Halt,
        "stop stopt stoppen gestopt vermijd vermijden weiger weigeren geweigerd verboden uitgesloten onmogelijk",
    ),
    (
        Class::Gives,
        "terugbetalen terugbetaald terugbetaling vergoeden vergoed vergoeding krijg krijgt krijgen ontvangt ontvangen",
    ),
    (Class::Takes, "aftrekken trekken ingehouden inhouden rekenen aangerekend kost kosten factureren"),
    (Class::Pays, "betaal betaalt betalen betaald"),
];

const DE: Table = &[
    (
        Class::Above,
        "oberhalb mehr_als grosser grossere grosseren hoher hohere hoheren langer_als +uber alter schwerer",
    ),
    (
        Class::Below,
        "unterhalb weniger_als kleiner kleinere kleineren niedriger +unter gunstiger kurzer_als junger leichter",
    ),
    (Class::AtLeast, "mindestens wenigstens minimum oder_mehr +ab"),
    (Class::AtMost, "hochstens maximal maximum spatestens oder_weniger bis_zu"),
    (Class::Before, "bevor vor"),
    (Class::After, "nach nachdem sobald"),
    (Class::Within, "innerhalb binnen innert +in"),
    (Class::Until, "bis"),
    (Class::About, "etwa ungefahr circa ca rund fast"),
    (Class::May, "kann kannst konnen konnt darf durfen erlaubt moglich"),
    (Class::Must, "muss mussen musst verpflichtet erforderlich"),
    (Class::Should, "soll sollen sollte sollten empfohlen"),
    (Class::And, "und sowie"),
    (Class::Or, "oder"),
    (Class::Whole, "alle allen aller jede jeder jedes jeden jedem immer alles"),
    (
        Class::Part,
        "manche einige meisten meist meistens gewohnlich normalerweise regel oft manchmal teilweise",
    ),
    (Class::Only, "nur ausschliesslich lediglich"),
    (Class::Unless, "ausser ausgenommen"),
    (
        Class::Halt,
        "stoppen stopp vermeiden aufhoren unterlassen verweigern abgelehnt ablehnen verboten ausgeschlossen unmoglich",
    ),
    (
        Class::Gives,
        "erstatten erstattet erstattung erstatteten zuruckerstattet gutschrift erhalten erhaltst bekommen",
    ),
    (Class::Takes, "abziehen abgezogen ziehen berechnen berechnet einbehalten kostet kosten gebuhr"),
    (Class::Pays, "zahlen zahlt bezahlen bezahlt gezahlt"),
];

const FR: Table = &[
    (Class::Above, "dessus plus_de superieur superieure superieures superieurs depasse depassant"),
    (Class::Below, "dessous moins_de inferieur inferieure inferieures inferieurs"),
    (Class::AtLeast, "moins minimum ou_plus partir"),
    (Class::AtMost, "jusqu'a maximum ou_moins tard"),
    (Class::Before, "avant"),
    (Class::After, "apres"),
    (Class::Within, "dans endeans +en +sous"),
    (Class::Until, "jusqu'au jusqu'aux jusque"),
    (Class::About, "environ presque"),
    (Class::May, "peut peuvent pouvez peux pouvoir permis autorise autorisee possible"),
    (Class::Must, "doit doivent devez dois faut obligatoire oblige obliges"),
    (Class::Should, "devrait devriez devraient recommande conseille"),
    (Class::And, "et"),
    (Class::Or, "ou"),
    (Class::Whole, "tous toutes tout toute chaque toujours"),
    (
        Class::Part,
        "certains certaines quelques plupart generalement habituellement normalement souvent parfois",
    ),
    (Class::Only, "seulement uniquement exclusivement"),
    (Class::Unless, "sauf excepte hormis"),
    (
        Class::Halt,
        "arretez arreter cessez cesser evitez eviter refuse refuser refusons interdit interdite exclu exclus exclue impossible",
    ),
    (Class::Gives, "rembourser remboursons rembourse remboursee remboursement recevez recevrez"),
    (
        Class::Takes,
        "deduire deduisons deduit deduits facturer facturons facture coute coutent frais retenons",
    ),
    (Class::Pays, "payez payons paye paient payer versons verser verse"),
];

const ES: Table = &[
    (Class::Above, "mas_de superior superiores mayores"),
    (Class::Below, "menos_de inferior inferiores menores"),
    (Class::AtLeast, "minimo partir"),
    (Class::AtMost, "maximo"),
    (Class::Before, "antes"),
    (Class::After, "despues"),
    (Class::Until, "hasta"),
    (Class::May, "puede pueden puedes posible"),
    (Class::Must, "debe deben debes obligatorio"),
    (Class::And, "y"),
    (Class::Or, "o u"),
];

const IT: Table = &[
    (Class::Above, "piu_di oltre superiore superiori"),
    (Class::Below, "meno_di inferiore inferiori"),
    (Class::AtLeast, "almeno minimo"),
    (Class::AtMost, "massimo"),
    (Class::Before, "prima"),
    (Class::After, "dopo"),
    (Class::Within, "entro"),
    (Class::Until, "fino"),
    (Class::May, "puo possono puoi possibile"),
    (Class::Must, "deve devono devi obbligatorio"),
    (Class::And, "e ed"),
    (Class::Or, "o oppure"),
];

const PT: Table = &[
    (Class::Above, "mais_de acima superior"),
    (Class::Below, "menos_de abaixo inferior"),
    (Class::Before, "antes"),
    (Class::After, "depois apos"),
    (Class::Until, "ate"),
    (Class::May, "pode podem possivel"),
    (Class::Must, "deve devem obrigatorio"),
    (Class::And, "e"),
    (Class::Or, "ou"),
];

const PL: Table = &[
    (Class::Above, "powyzej ponad"),
    (Class::Below, "ponizej"),
    (Class::Before, "przed"),
    (Class::After, "po"),
    (Class::May, "moze moga mozesz mozna"),
    (Class::Must, "musi musza trzeba"),
    (Class::And, "i oraz"),
    (Class::Or, "lub albo"),
];

fn table(lang: &str) -> Table {
    match lang {
        "nl" => NL,
        "de" => DE,
        "fr" => FR,
        "es" => ES,
        "it" => IT,
        "pt" => PT,
        "pl" => PL,
        _ => EN,
    }
}

/// Who stands before `pay`: the desk, or who is written to.
const WE: &[&str] = &["we", "wij", "wir", "nous", "our", "ons", "unser"];

/// A word of one of the classes, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub class: Class,
    /// Its first word.
    pub at: usize,
    /// The word after its last one.
    pub end: usize,
}

/// The marks of a text, in order. `is_number` says which words are numbers.
pub fn marks(words: &[Word], lang: &str, is_number: impl Fn(usize) -> bool) -> Vec<Mark> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let mut best: Option<Mark> = None;
        for (class, phrases) in table(lang) {
            for phrase in phrases.split(' ') {
                let bare = phrase.trim_start_matches('+');
                let mut end = at;
                let fits = bare.split('_').all(|it| {
                    end += 1;
                    words.get(end - 1).is_some_and(|word| word.folded == it)
                });
                // `May` is a month as well.
                let month = bare == "may" && words[at].capital;
                let longer = best.is_none_or(|it| end > it.end);
                if fits && !month && longer && (bare.len() == phrase.len() || is_number(end)) {
                    best = Some(Mark { class: *class, at, end });
                }
            }
        }
        at = best.map_or(at + 1, |it| it.end);
        out.extend(best.map(|it| directed(it, words)));
    }
    out
}

/// Of `pay` says which way the money goes.
fn directed(mark: Mark, words: &[Word]) -> Mark {
    if mark.class != Class::Pays {
        return mark;
    }
    let from = mark.at.saturating_sub(4);
    let ours = words[from..mark.at].iter().any(|it| WE.contains(&it.folded.as_str()));
    Mark { class: if ours { Class::Gives } else { Class::Takes }, ..mark }
}

/// Ways to turn a word into its opposite.
const PREFIXES: &[&str] =
    &["un", "non", "non-", "not-", "in", "im", "il", "ir", "dis", "on", "niet-", "nicht-", "mal", "mis"];

/// Whether one word is the other with a prefix that turns it around.
pub fn is_turned(one: &str, other: &str) -> bool {
    let turns = |long: &str, short: &str| {
        let stem = PREFIXES.iter().filter_map(|it| long.strip_prefix(it));
        stem.into_iter().any(|it| it.chars().count() >= 4 && same(it, short))
    };
    !same(one, other) && (turns(one, other) || turns(other, one))
}

/// What a mark is about: the first word that says something after it, before another mark; else before it.
pub fn about(words: &[Word], mark: Mark) -> Option<&str> {
    let says = |it: &&Word| !lexicon::is_stop(&it.folded);
    let after = words[mark.end..].iter().take(6).find(says);
    after.or_else(|| words[..mark.at].iter().rev().find(says)).map(|it| it.folded.as_str())
}
