//! What mail programs and people write around their text, in English, Dutch, German, French, Spanish,
//! Italian, Portuguese and Polish (and what is cheap to have of others). All in lower case.

/// Says that a person wrote what follows.
pub const WROTE: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "geschrieben",
    "schreef",
    "geschreven",
    "a écrit",
    "écrivait",
    "escribió",
    "escribio",
    "ha scritto",
    "scrisse",
    "escreveu",
    "napisał",
    "napisała",
    "napisał(a)",
    "napisana przez",
    "pisze",
    "skrev",
    "kirjoitti",
    "napsal",
    "написал",
    "пишет",
    "写道",
    "のメール",
];

/// Begins an attribution that has no such word.
pub const QUOTING: &[&str] = &["quoting ", "zitat von ", "citeren ", "citando ", "citeer ", "quoting: "];

/// Between dashes: the mail that is answered.
pub const ORIGINAL: &[&str] = &[
    "original message",
    "originalmessage",
    "original appointment",
    "original email",
    "original e-mail",
    "reply message",
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "ursprünglicher termin",
    "oorspronkelijk bericht",
    "oorspronkelijke bericht",
    "origineel bericht",
    "oorspronkelijke afspraak",
    "message d'origine",
    "message d’origine",
    "message original",
    "message initial",
    "courriel original",
    "mensaje original",
    "mensaje inicial",
    "messaggio originale",
    "messaggio di origine",
    "mensagem original",
    "oryginalna wiadomość",
    "wiadomość oryginalna",
    "wiadomość pierwotna",
    "original meddelande",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
];

/// Above this the answer is to be written.
pub const ABOVE: &[&str] = &[
    "type your reply above this line",
    "reply above this line",
    "write your reply above",
    "antworten sie über dieser linie",
    "antwort bitte über dieser linie",
    "typ uw antwoord boven deze regel",
    "reageer boven deze lijn",
    "répondez au-dessus de cette ligne",
    "écrivez votre réponse au-dessus",
    "responda por encima de esta línea",
    "rispondi sopra questa riga",
    "responda acima desta linha",
    "odpowiedz powyżej tej linii",
];

pub const FROM: &[&str] = &[
    "from",
    "von",
    "van",
    "de",
    "da",
    "od",
    "från",
    "fra",
    "expéditeur",
    "remitente",
    "mittente",
    "absender",
];
pub const SENT: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "gesendet am",
    "datum",
    "verzonden",
    "verstuurd",
    "envoyé",
    "envoyé le",
    "enviado",
    "enviado el",
    "enviada",
    "enviada em",
    "enviado em",
    "fecha",
    "inviato",
    "inviato il",
    "data",
    "wysłano",
    "wysłane",
    "skickat",
    "sendt",
    "date d'envoi",
];
pub const TO: &[&str] =
    &["to", "an", "aan", "à", "a", "para", "do", "till", "til", "destinataire", "destinatario"];
pub const SUBJECT: &[&str] =
    &["subject", "betreff", "onderwerp", "objet", "asunto", "oggetto", "assunto", "temat", "ämne", "emne"];

/// Marks of forwarded mail, which stays: it is what the mail is about.
pub const FORWARDED: &[&str] =
    &["fw", "fwd", "wg", "doorst", "tr", "rv", "enc", "i", "pd", "vs", "vb", "trs", "转发"];

/// Lines that announce a forwarded mail, between dashes or alone.
pub const FORWARDED_BELOW: &[&str] = &[
    "begin forwarded text",
    "begin forwarded message",
    "forwarded text",
    "forwarded message",
    "forwarded mail",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "message transféré",
    "début du message transféré",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "wiadomość przekazana",
    "przekazana wiadomość",
];

/// Says that the answers stand among what is quoted.
pub const INLINE: &[&str] = &[
    "inline",
    "in-line",
    "see below",
    "answers below",
    "comments below",
    "reply below",
    "replies below",
    "in red",
    "in blue",
    "below in",
    "siehe unten",
    "s.u.",
    "in rot",
    "weiter unten",
    "zie hieronder",
    "hieronder",
    "in het rood",
    "ci-dessous",
    "en rouge",
    "más abajo",
    "a continuación",
    "en rojo",
    "qui sotto",
    "di seguito",
    "in rosso",
    "abaixo",
    "em vermelho",
    "poniżej",
    "na czerwono",
];
