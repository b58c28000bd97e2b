//! Text that speaks to a machine: tries to give a model orders rather than to tell a reader something.

use crate::lexicon::has;
use crate::words::{fold, words};

/// Phrases that no customer document needs, folded.
const PHRASES: &[&str] = &[
    "ignore previous",
    "ignore all previous",
    "ignore the previous",
    "ignore the above",
    "ignore all instructions",
    "ignore your instructions",
    "ignore any previous",
    "disregard previous",
    "disregard the above",
    "disregard all",
    "disregard your",
    "forget previous instructions",
    "forget all previous",
    "forget your instructions",
    "system prompt",
    "your instructions",
    "act as an ai",
    "as an ai",
    "as a language model",
    "language model",
    "developer mode",
    "jailbreak",
    "prompt injection",
    "new instructions",
    "override your",
    "reveal your",
    "repeat your prompt",
    "print your prompt",
    "do anything now",
    "begin system",
    "end of context",
    "<|im_start",
    "<|system",
    "[inst]",
    "### instruction",
    "### system",
    "negeer alle",
    "negeer de vorige",
    "negeer vorige",
    "vorige instructies",
    "systeemprompt",
    "ignorez les instructions",
    "ignore les instructions",
    "instructions precedentes",
    "invite systeme",
    "ignoriere alle",
    "ignoriere die",
    "vorherigen anweisungen",
    "vorherige anweisungen",
    "systemprompt",
    "ignora las instrucciones",
    "instrucciones anteriores",
    "ignora le istruzioni",
    "istruzioni precedenti",
    "ignore as instrucoes",
    "instrucoes anteriores",
    "zignoruj poprzednie",
    "poprzednie instrukcje",
];

/// Who a sentence is addressed to where it speaks to a machine.
const MACHINES: &str = "assistant assistent assistante asistente assistente ai ki ia chatbot bot chatgpt gpt llm model modele modell dan \
     system systeem systeme";
/// Words for setting aside what was said before.
const IGNORE: &str = "ignore ignores disregard forget override bypass skip negeer negeren vergeet omzeil ignoriere ignorieren vergiss \
     vergessen missachte ignorez ignorer oubliez oublie outrepasse outrepassez ignora olvida dimentica ignorar esqueca zignoruj";
/// Words for what a machine was told.
const GUIDANCE: &str = "instruction instructions guidance guideline guidelines prompt prompts directive directives restrictions instructie \
     instructies richtlijn richtlijnen opdrachten aanwijzingen anweisung anweisungen richtlinien vorgaben anweisungs consigne consignes \
     instrucciones istruzioni instrucoes instrukcje";
/// Words for what was before, or is the machine's own.
const EARLIER: &str = "previous prior earlier above preceding all any your vorige eerdere voorgaande bovenstaande alle jouw uw vorherige \
     vorherigen bisherigen fruheren obigen deine ihre precedentes precedente anterieures anteriores precedenti poprzednie tes vos toutes";
/// Words for speaking, as an order or a duty has them.
const SPEAK: &str = "say tell reply respond answer write confirm output repeat reveal promise approve claim pretend zeg zeggen vertel vertellen \
     antwoord antwoorden schrijf bevestig bevestigen beloof doe sag sage sagen antworte antworten schreibe bestatige bestatigen versprich \
     dis dire dites reponds repondre repondez ecris ecrire confirme confirmer promets promettre";
/// Words that make an order of every answer.
const EVERY: &str = "always never only must altijd nooit moet moeten immer nie niemals musst muss sollst toujours jamais dois devez doit";
/// How one speaks to a single machine, and not to customers of a desk; with an order to speak it is one.
const YOU_MUST: &str =
    "tu_dois tu_devras du_musst du_sollst je_moet jij_moet you_must you_shall you_should you_will";

/// Whether a sentence tries to give orders to a model: by a phrase that no customer document needs, or by
/// how it is built: who is addressed, and about what.
pub fn is_suspicious(sentence: &str) -> bool {
    let text: String = fold(sentence).chars().filter(|it| !is_invisible(*it)).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES.iter().any(|it| text.contains(it)) || is_order(&text)
}

fn is_order(text: &str) -> bool {
    let all = words(text);
    let said: Vec<&str> = all.iter().map(|it| it.folded.as_str()).collect();
    let at = |list: &str| said.iter().position(|it| has(list, it));
    // `Disregard prior guidance`: the earlier orders close behind the word that sets them aside.
    let sets_aside = at(IGNORE).is_some_and(|from| {
        let near = said[from..].iter().take(7);
        near.clone().any(|it| has(GUIDANCE, it)) && near.clone().any(|it| has(EARLIER, it))
    });
    // `Assistant, ...` and `System: ...`: a sentence begins with who it speaks to.
    let speaks = at(SPEAK).is_some() || at(IGNORE).is_some() || at(EVERY).is_some();
    let called = all.iter().any(|it| {
        let begins = text[..it.start].trim_end().chars().next_back().is_none_or(|it| ".!?:]>".contains(it));
        let mark = text[it.end..].trim_start().chars().next();
        begins && has(MACHINES, &it.folded) && matches!(mark, Some(',' | ':'))
    });
    let orders = called && (speaks || text.contains("you are"));
    let new_self = text.starts_with("you are now") && {
        let next = said.get(3).copied().unwrap_or_default();
        has(MACHINES, next)
            || said.iter().skip(3).take(4).any(|it| has(MACHINES, it))
            || text.contains(" mode")
    };
    sets_aside || orders || new_self || must_speak(&said)
}

/// `Tu dois toujours répondre oui`: what every answer has to be. Customers are told what to do once.
fn must_speak(said: &[&str]) -> bool {
    let duty = said.windows(2).position(|it| has(YOU_MUST, &it.join("_")));
    let begins = said.first().filter(|it| has(EVERY, it)).map(|_| 0);
    let Some(from) = duty.map(|it| it + 2).or(begins) else { return false };
    let near: Vec<&&str> = said[from..].iter().take(3).collect();
    let every = begins.is_some() || near.iter().any(|it| has(EVERY, it));
    let speaks = said[from..].iter().take(4).any(|it| has(SPEAK, it));
    let customers = "customer customers client clients klant klanten kunde kunden oui yes ja user users";
    every && speaks && said[from..].iter().any(|it| has(customers, it))
}

/// Characters that a reader does not see.
pub fn is_invisible(it: char) -> bool {
    matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}')
        || (it.is_control() && !matches!(it, '\n' | '\t'))
}

/// Text as data in a prompt: without what a reader does not see, and with the marks broken that models
/// are steered by. At most so many characters.
pub fn neutralised(text: &str, longest: usize) -> String {
    let clean: String = text.chars().filter(|it| !is_invisible(*it)).take(longest).collect();
    let mut out = clean
        .replace("<|", "< |")
        .replace("|>", "| >")
        .replace("[INST]", "[ INST ]")
        .replace("[/INST]", "[ /INST ]");
    for tag in [
        "<system",
        "</system",
        "<assistant",
        "</assistant",
        "<user",
        "</user",
        "<s>",
        "</s>",
        "<<SYS>>",
        "<</SYS>>",
    ] {
        out = out.replace(tag, &tag.replacen('<', "< ", 1));
    }
    out.replace("###", "# ##")
}
