//! The small words that decide what a sentence says, in the languages of the templates: English, Dutch,
//! French, German, Spanish, Italian, Portuguese, Polish. Folded: lower case, no accents.

use std::collections::HashSet;
use std::sync::LazyLock;

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

/// Whether a word is one of a short list.
pub fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|it| it == word)
}

/// The words of each language that say nothing by themselves.
const STOP_OF: &[(&str, &str)] = &[
    (
        "en",
        "a an the this that these those it its i me my mine we us our ours you your yours he she his her they them their \
         is are was were be been being am do does did done have has had will would shall should can could may might must \
         of in on at to from for with by as and or but so if then than there here what which who whom how when where why \
         about into over under out up down also just very more most some any such please hi hello dear",
    ),
    (
        "nl",
        "de het een en van ik je jij u uw jullie wij we ons onze hij zij ze hun is zijn was waren ben bent heb hebt heeft had \
         kan kunt kunnen zal zullen zou moet moeten mag mogen wordt worden werd in op aan te naar voor met door als of maar dus \
         dan er hier wat welke wie hoe wanneer waar waarom over uit ook nog wel dit dat deze die om bij tot",
    ),
    (
        "fr",
        "le la les l un une des du au aux et ou mais je j tu il elle nous vous ils elles mon ma mes ton ta tes son sa ses notre nos \
         votre vos leur leurs ce cet cette ces est sont etait etre ai as a avons avez ont peut peuvent pouvez doit dans sur sous \
         pour par avec en que qui quoi dont ou comment quand pourquoi se s si y ne d c qu",
    ),
    (
        "de",
        "der die das den dem des ein eine einen einem einer eines und oder aber ich du er sie es wir ihr mich dich uns euch mein \
         meine dein deine sein seine ihre ihren unser unsere ist sind war waren bin bist habe hast hat haben wird werden wurde kann \
         konnen soll muss mussen darf in im an am auf zu zum zur von vom fur mit durch bei aus nach wie was wer wann wo warum welche \
         auch noch schon doch dass als",
    ),
    (
        "es",
        "el los las lo al del y o pero yo tu usted nosotros ellos ellas mi mis su sus nuestro es son era ser estar esta estan ha han \
         puede pueden debe en por para con como que quien cual cuando donde se si muy tambien",
    ),
    (
        "it",
        "il gli i uno della dello dei delle nel nella sul e io noi voi loro mio suo nostro sono era essere ho hai ha abbiamo hanno puo \
         possono deve di da per tra fra come che chi quale quando dove perche anche si",
    ),
    (
        "pt",
        "os as um uma dos das no na nos nas ao e eu ele ela voce nos meu minha seu sua nosso sao era ser estar tem pode podem deve em \
         com por como que quem qual quando onde se tambem",
    ),
    (
        "pl",
        "i w z na do od po za o u ze sie to jest sa byl byla byc ja ty on ona my wy oni moj twoj jego jej nasz ten ta te ktory ktora \
         jak kiedy gdzie dlaczego co kto czy oraz lub ale tez moze moga musi",
    ),
];

static STOP: LazyLock<HashSet<&str>> =
    LazyLock::new(|| STOP_OF.iter().flat_map(|it| it.1.split_whitespace()).collect());

static STOP_SETS: LazyLock<Vec<(&str, HashSet<&str>)>> =
    LazyLock::new(|| STOP_OF.iter().map(|it| (it.0, set(it.1))).collect());

/// The language that most of these words are of; English where none is.
pub fn language<'a>(words: impl Iterator<Item = &'a str> + Clone) -> &'static str {
    let hits = |it: &HashSet<&str>| words.clone().filter(|word| it.contains(word)).count();
    let mut best = ("en", 0);
    for (lang, set) in STOP_SETS.iter() {
        let hits = hits(set);
        if hits > best.1 {
            best = (lang, hits);
        }
    }
    best.0
}

pub fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}

static NEGATION: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "not no never cannot without nor neither none nobody nothing nowhere hardly niet geen nooit zonder niemand niets noch \
         nicht kein keine keinen keinem keiner keines nie niemals ohne niemand nichts weder pas jamais aucun aucune sans rien \
         nunca jamas sin ningun ninguna ninguno nada non mai senza nessun nessuno nessuna niente nao sem nenhum nenhuma \
         nie bez nigdy zaden zadna zadne",
    )
});

pub fn is_negation(word: &str) -> bool {
    NEGATION.contains(word) || word.ends_with("n't")
}

static CONDITION: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("if unless only except excluding provided otherwise \
         als indien tenzij alleen enkel slechts behalve uitgezonderd mits \
         wenn falls sofern nur ausser ausgenommen vorausgesetzt \
         si sauf seulement uniquement excepte hormis condition \
         salvo solo solamente excepto siempre unicamente \
         se tranne soltanto unicamente eccetto purche \
         apenas somente exceto desde \
         jesli jezeli chyba tylko oprocz pod warunkiem")
});

/// Words that limit what the rest says.
pub fn is_condition(word: &str) -> bool {
    CONDITION.contains(word)
}

static STRONG: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "all always every everyone everything any anytime free guarantee guaranteed guarantees unlimited immediately instantly \
         completely entirely forever full must required \
         alle alles altijd elke ieder iedereen gratis garantie gegarandeerd onbeperkt onmiddellijk direct volledig verplicht \
         immer jede jeder jedes kostenlos garantiert unbegrenzt sofort vollstandig muss \
         tous toutes tout toujours chaque gratuit gratuite garanti garantie illimite immediatement entierement obligatoire \
         todos todas siempre cada gratuito garantizado ilimitado inmediatamente completamente obligatorio \
         tutti tutte sempre ogni gratis garantito illimitato immediatamente completamente obbligatorio \
         sempre todo garantido ilimitado imediatamente obrigatorio \
         wszystkie zawsze kazdy bezplatnie darmowy natychmiast calkowicie obowiazkowe",
    )
});

/// Words that promise much: none may be added.
pub fn is_strong(word: &str) -> bool {
    STRONG.contains(word)
}

/// Pairs that turn a sentence around.
const OPPOSITES: &[(&str, &str)] = &[
    ("accept", "refuse reject decline"),
    ("allowed", "forbidden prohibited banned"),
    ("possible", "impossible"),
    ("include", "exclude"),
    ("included", "excluded"),
    ("before", "after"),
    ("open", "closed"),
    ("opened", "unopened sealed"),
    ("used", "unused"),
    ("increase", "decrease reduce"),
    ("more", "less fewer"),
    ("minimum", "maximum"),
    ("least", "most"),
    ("enable", "disable"),
    ("early", "late"),
    ("free", "paid charged"),
    ("can", "cannot can't"),
    ("first", "last"),
    ("voor", "na"),
    ("minimaal", "maximaal"),
    ("mogelijk", "onmogelijk"),
    ("vor", "nach"),
    ("mindestens", "hochstens"),
    ("moglich", "unmoglich"),
    ("avant", "apres"),
    ("minimum", "maximal"),
    ("possible", "impossible"),
    ("antes", "despues depois"),
    ("prima", "dopo"),
];

/// Whether `word` stands where `others` have its opposite.
pub fn is_opposed(word: &str, others: &[&str]) -> bool {
    let has = |list: &str| list.split(' ').any(|it| others.contains(&it));
    OPPOSITES.iter().any(|(one, opposites)| {
        (*one == word && has(opposites))
            || (opposites.split(' ').any(|it| it == word) && others.contains(one))
    })
}

static COURTESY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "thank thanks thankful sorry apologies apologize apologise inconvenience contacting contact reaching reach message question \
         questions help helps happy glad let know feel hesitate further anything else assist assistance best kind regards sincerely \
         hope appreciate understand patience writing hear team support welcome day nice great wish good morning afternoon \
         bedankt dank bericht vraag vragen helpen hulp graag sorry excuses ongemak laat weten verder horen vriendelijke groeten groet \
         contact opnemen fijne dag goedemorgen beste hoop begrip geduld \
         merci bonjour message question questions aider aide heureux desole desoles excuses gene hesitez contacter contacte \
         cordialement bonne journee plaisir esperons comprehension patience recevoir reste disposition \
         danke vielen nachricht frage fragen helfen hilfe gerne leid entschuldigung unannehmlichkeiten lassen wissen weitere melden \
         freundlichen grussen gruss grusse tag guten hoffe verstandnis geduld verfugung stehen kontaktieren \
         gracias hola mensaje pregunta preguntas ayudar ayuda siento sentimos disculpas molestias dude contactar saludos cordiales \
         buen dia grazie messaggio domanda domande aiutare aiuto scusa scuse disagio esiti contattarci cordiali saluti buona giornata \
         obrigado obrigada mensagem pergunta perguntas ajudar ajuda desculpe desculpas incomodo hesite contactar cumprimentos bom \
         dziekujemy dziekuje wiadomosc pytanie pytania pomoc przepraszamy prosze pozdrawiam kontakt dzien dobry",
    )
});

static GRATITUDE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "thank thanks thankful thx cheers bedankt dank dankjewel merci danke dankeschon gracias grazie obrigado obrigada \
         dziekuje dziekujemy dzieki",
    )
});

/// Words that thank.
pub fn is_gratitude(word: &str) -> bool {
    GRATITUDE.contains(word)
}

static PRAISE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "thx cheers ok okay really much lot lots super perfect awesome amazing excellent wonderful fantastic helpful useful quick \
         fast prompt reply replying response answer answering letting telling been you've that's yes all again service \
         dankjewel dankzij top prima geweldig perfect fijn snel snelle antwoord reactie informatie duidelijk heel erg veel \
         beaucoup parfait super genial rapide reponse reactivite informations \
         dankeschon perfekt toll schnell schnelle antwort ruckmeldung info sehr vielmals \
         muchas mil perfecto genial rapida respuesta mille perfetto ottimo risposta muito perfeito otimo resposta \
         bardzo dzieki swietnie super szybka odpowiedz",
    )
});

/// Words that praise what was answered.
pub fn is_praise(word: &str) -> bool {
    PRAISE.contains(word)
}

/// Words after which something is still wanted.
pub fn is_contrast(word: &str) -> bool {
    const CONTRAST: &[&str] = &[
        "but",
        "however",
        "although",
        "still",
        "yet",
        "maar",
        "echter",
        "nog",
        "mais",
        "cependant",
        "aber",
        "jedoch",
        "noch",
        "pero",
        "aunque",
        "ma",
        "pero'",
        "mas",
        "porem",
        "ale",
        "jednak",
    ];
    CONTRAST.contains(&word)
}

pub fn is_courteous(word: &str) -> bool {
    COURTESY.contains(word)
}

/// How many of a line's first words greet: none, `dear`, `good morning`.
pub fn greets(line: &[&str]) -> usize {
    const GREETINGS: &str = "dear hello hi hey hiya greetings \
         beste geachte hallo hoi dag goedemorgen goedemiddag goedenavond goedendag goeiedag goeiemorgen goeiemiddag lieve \
         bonjour bonsoir salut cher chere chers cheres madame monsieur mesdames messieurs \
         liebe lieber liebes moin servus gruezi hola estimado estimada estimados buongiorno buonasera salve ciao gentile ola";
    const TWO: &str = "good-morning good-afternoon good-evening good-day goede-morgen goede-middag goede-avond guten-tag guten-morgen \
         guten-abend sehr-geehrte sehr-geehrter sehr-geehrtes gruss-gott buenos-dias buenas-tardes bom-dia boa-tarde";
    let at = |it: usize| line.get(it).copied().unwrap_or_default();
    match () {
        () if line.starts_with(&["to", "whom", "it", "may", "concern"]) => 5,
        () if has(TWO, &format!("{}-{}", at(0), at(1))) => 2,
        () => usize::from(has(GREETINGS, at(0))),
    }
}

/// Words for who is greeted, names aside.
pub fn is_addressed(word: &str) -> bool {
    const ADDRESSED: &str = "all everyone everybody team there sir sirs madam ma'am mr mrs ms miss dr support customer service desk again \
         and or to you folks colleague colleagues \
         allemaal iedereen heer heren mevrouw dame dames mijnheer meneer collega collega's klantendienst klantenservice en of \
         madame monsieur mesdames messieurs tous toutes et a equipe l'equipe l \
         geehrte geehrter damen herren herr frau zusammen alle und an das die";
    has(ADDRESSED, word)
}

static BACK: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("this that these those it they however but also otherwise therefore then such so dit dat deze die \
         echter maar ook anders daarna dies diese dieser jedoch aber auch sonst danach cela ceci cette \
         ces cependant mais aussi sinon ensuite esto eso sin pero tambien questo questa tuttavia anche \
         isto isso porem jednak ale rowniez")
});

/// Words that begin a sentence which only makes sense after the one before it.
pub fn refers_back(word: &str) -> bool {
    BACK.contains(word)
}

/// Words that begin a sentence whose reader has to know the one before it.
static LEANING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "he she they them their both its additionally furthermore moreover besides instead afterwards thereafter thus hence \
         hij zij ze hierna daarvoor daarmee daarbij daarbuiten daarom daarnaast bovendien hiervoor hiermee \
         dafur dazu damit dabei danach daher deshalb darum dadurch davon dort zudem ausserdem ansonsten andernfalls \
         elle ils elles celui-ci celle-ci ensuite sinon ainsi dont apres-cela \
         ellos ellas ademas entonces despues essi esse inoltre poi dopodiche quindi eles elas alem depois assim",
    )
});

/// Whether a sentence has a word for what was named before it, behind its first word: `Plug it in`, `Branchez-la`.
pub fn stands_for(said: &[&str]) -> bool {
    const PRONOUNS: &str = "it them this that these those hem ze dit dat deze daarmee ermee daarin erin daarop erop daaraan eraan es ihn \
         ihm diesen dieses damit darauf darin daran cela ceci celui-ci celle-ci eso esto lo questo isso isto";
    // Articles as well, where what they stand before says something.
    const ARTICLES: &str = "het le la les";
    const JOINED: &[&str] = &["-le", "-la", "-les", "-y", "-en"];
    let small = |at: usize| said.get(at).is_none_or(|it| is_stop(it));
    said.iter().enumerate().skip(1).any(|(at, it)| has(PRONOUNS, it) || (has(ARTICLES, it) && small(at + 1)))
        || said.iter().any(|it| JOINED.iter().any(|joined| it.ends_with(joined)))
}

/// Words behind `il` that make it refer to nothing: `il faut`.
const IMPERSONAL: &str = "faut y suffit convient";

/// Whether a sentence that begins with these words needs the one before it.
pub fn leans(said: &[&str]) -> bool {
    let at = |it: usize| said.get(it).copied().unwrap_or_default();
    let with_next = matches!(
        (at(0), at(1)),
        ("in", "that" | "this" | "such" | "diesem" | "dat" | "dit")
            | ("the", "latter")
            | ("for" | "after", "this" | "that")
            | ("until", "then")
            | ("tot", "dan")
            | ("bis", "dahin")
            | ("dans", "ce")
            | ("en", "este")
            | ("in", "questo")
            | ("neste", "caso")
            | ("pour", "cela")
    );
    // `To change it, open …`
    let aim = at(0) == "to" && matches!(at(2), "it" | "this" | "them" | "so");
    let french = at(0) == "il" && !has(IMPERSONAL, at(1));
    with_next || aim || french || LEANING.contains(at(0)) || refers_back(at(0))
}

/// Words that ask for a way, where no measure follows: `how do I`, but not `how long`.
pub fn asks_the_way(said: &[&str]) -> bool {
    const HOW: &str = "how hoe wie comment como come jak";
    const MEASURES: &str = "much many long often old far loud big large fast soon high heavy late lang lange veel ver vaak groot snel oud \
         hoog zwaar laat viel viele oft teuer hoch weit gross schnell alt laut schwer spat de cuanto tanto is";
    said.iter()
        .enumerate()
        .any(|(at, it)| has(HOW, it) && said.get(at + 1).is_some_and(|next| !has(MEASURES, next)))
}

/// What a sentence says that sends its reader elsewhere in the document.
pub const POINTERS: &[&str] = &[
    "see above",
    "see below",
    "section above",
    "section below",
    "table above",
    "table below",
    "mentioned above",
    "described above",
    "as above",
    "listed above",
    "listed below",
    "following section",
    "previous section",
    "see chapter",
    "see section",
    "see page",
    "see table",
    "see the section",
    "see the table",
    "zie hierboven",
    "zie hieronder",
    "zie boven",
    "zie onder",
    "zie hoofdstuk",
    "zie pagina",
    "zie tabel",
    "hierboven vermeld",
    "siehe oben",
    "siehe unten",
    "siehe kapitel",
    "siehe abschnitt",
    "siehe seite",
    "siehe tabelle",
    "oben genannt",
    "voir ci-dessus",
    "voir ci-dessous",
    "voir plus haut",
    "voir plus bas",
    "voir chapitre",
    "voir page",
    "voir le tableau",
    "ver arriba",
    "ver abajo",
    "vedi sopra",
    "vedi sotto",
    "ver acima",
    "ver abaixo",
];

/// The unit that a word names, the same in every language.
pub fn unit(word: &str) -> Option<&'static str> {
    const UNITS: &[(&str, &str)] = &[
        (
            "day",
            "day days dag dagen werkdag werkdagen tag tage tagen werktag werktage werktagen jour jours dia dias giorno giorni dzien dni business working",
        ),
        (
            "hour",
            "hour hours h uur uren stunde stunden heure heures hora horas ora ore godzina godziny godzin",
        ),
        ("minute", "minute minutes min minuut minuten minuto minutos minuti minut minuty"),
        (
            "week",
            "week weeks weken woche wochen semaine semaines semana semanas settimana settimane tydzien tygodni tygodnie",
        ),
        (
            "month",
            "month months maand maanden monat monate monaten mois mes meses mese mesi miesiac miesiace miesiecy",
        ),
        (
            "year",
            "year years jaar jaren jahr jahre jahren an ans annee annees ano anos anni anno rok lata lat",
        ),
        ("%", "% percent procent prozent pourcent pour-cent porcentaje percento"),
        ("EUR", "€ eur euro euros"),
        ("USD", "$ usd dollar dollars dolar dolares"),
        ("GBP", "£ gbp pound pounds"),
        ("PLN", "zl pln zloty zlotych"),
        ("kg", "kg kilo kilos kilogram kilograms"),
        ("km", "km kilometer kilometers kilometre kilometres"),
    ];
    UNITS.iter().find(|it| it.1.split(' ').any(|it| it == word)).map(|it| it.0)
}

pub fn is_currency(unit: &str) -> bool {
    matches!(unit, "EUR" | "USD" | "GBP" | "PLN")
}

/// The number that a word is.
pub fn number(word: &str) -> Option<u32> {
    const NUMBERS: &[(u32, &str)] = &[
        (2, "two twee zwei deux dos due dois dwa"),
        (3, "three drie drei trois tres tre trzy"),
        (4, "four vier quatre cuatro quattro quatro cztery"),
        (5, "five vijf funf cinq cinco cinque piec"),
        (6, "six zes sechs seis sei szesc"),
        (7, "seven zeven sieben sept siete sette sete siedem"),
        (8, "eight acht huit ocho otto oito osiem"),
        (9, "nine negen neun neuf nueve nove dziewiec"),
        (10, "ten tien zehn dix diez dieci dez dziesiec"),
        (12, "twelve twaalf zwolf douze doce dodici doze dwanascie"),
        (14, "fourteen veertien vierzehn quatorze catorce quattordici czternascie"),
        (15, "fifteen vijftien funfzehn quinze quince quindici pietnascie"),
        (20, "twenty twintig zwanzig vingt veinte venti vinte dwadziescia"),
        (24, "twenty-four vierentwintig vierundzwanzig vingt-quatre"),
        (30, "thirty dertig dreissig trente treinta trenta trinta trzydziesci"),
    ];
    NUMBERS.iter().find(|it| it.1.split(' ').any(|it| it == word)).map(|it| it.0)
}
