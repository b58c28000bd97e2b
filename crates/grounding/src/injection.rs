//! Text that speaks to a machine: tries to give a model orders rather than to tell a reader something.

use crate::words::fold;

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
    "you are now",
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
    "api key",
    "do anything now",
    "begin system",
    "end of context",
    "<|im_start",
    "<|system",
    "[inst]",
    "### instruction",
    "### system",
    "assistant:",
    "system:",
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

/// Whether a sentence tries to give orders to a model.
pub fn is_suspicious(sentence: &str) -> bool {
    let text: String = fold(sentence).chars().filter(|it| !is_invisible(*it)).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES.iter().any(|it| text.contains(it))
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
