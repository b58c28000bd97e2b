//! Sentences with the passage's words that say something else.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use answerpal_grounding::compose::{Question, Standing, compose, text};
use answerpal_grounding::{Evidence, Source, Verdict};

const SHOP: &str = "Returns are free for orders above €75. For smaller orders we deduct €6.95. \
You can return any unused product within 30 days, if it is unused and in original packaging. \
Send a mail to help@flow.example or see https://flow.example/returns.\n\n\
## Recall\n\nStop riding the bike until the fork has been replaced. Customers with order FL-20981 get a voucher by mail. \
Customers with order FL-21007 must bring the bike to the workshop.\n\n\
## E-4012\n\nThe battery is too hot. Let it cool down.\n\n\
## Prijzen\n\nUsually the check takes up to 3 days. Pay by card or cash.";

fn check(source: &str, claim: &str) -> Verdict {
    Evidence::of(&[Source { heading: "", title: "", text: source }]).check(claim, None, false)
}

fn refused(source: &str, claims: &[&str]) {
    let passed: Vec<_> =
        claims.iter().filter(|it| !matches!(check(source, it), Verdict::Unsupported(_))).collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

fn supported(source: &str, claims: &[&str]) {
    let verdicts = claims.iter().map(|it| (it, check(source, it)));
    let failed: Vec<_> = verdicts.filter(|it| !matches!(it.1, Verdict::Supported(_))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn what_stands_in_another_relation_is_refused() {
    refused(
        SHOP,
        &[
            "Returns are free for orders below €75.",
            "Returns are free for orders of at least €75.",
            "Returns are free for orders.",
            "For larger orders we deduct €6.95.",
            "For orders we deduct €6.95.",
            "We pay you €6.95 for smaller orders.",
            "We refund €6.95 for smaller orders.",
            "You can return any unused product after 30 days, if it is unused and in original packaging.",
            "You can return any used product within 30 days, if it is used and in original packaging.",
            "You can return any unused product within 30 days, if it is unused or in original packaging.",
            "You can return any unused product within 30 days, if it is unused.",
            "You must return any unused product within 30 days, if it is unused and in original packaging.",
            "Keep riding the bike until the fork has been replaced.",
            "You may ride the bike until the fork has been replaced.",
            "Stop riding the bike after the fork has been replaced.",
            "Customers with order FL-20981 must bring the bike to the workshop.",
            "Customers with order FL-21007 can bring the bike to the workshop.",
            "Send a mail to help@evil.support or see https://flow.example/returns.",
            "Send a mail to help@flow.example or see https://evil.example/claim.",
            "Send a mail to help@flow.example or see https://flow.example/other.",
            "Send a mail to help@flow.example or see evil.support.",
            "The check takes up to 3 days.",
            "Usually the check takes at least 3 days.",
            "Pay by card and cash.",
        ],
    );
}

#[test]
fn other_order_and_other_forms_stay_supported() {
    supported(
        SHOP,
        &[
            "For orders above 75 euro, returns are free.",
            "Returns are free for orders over €75.",
            "We deduct €6.95 for smaller orders.",
            "Within 30 days you can return any unused product if it is in original packaging and unused.",
            "Until the fork has been replaced, stop riding the bike.",
            "No riding the bike until the fork has been replaced.",
            "Bring the bike to the workshop, customers with order FL-21007.",
            "You must bring the bike to the workshop if your order is FL-21007.",
            "E-4012 means that the battery is too hot.",
            "The check usually takes up to three days.",
            "Pay by cash or card.",
            "See https://flow.example/returns or send a mail to help@flow.example.",
        ],
    );
}

#[test]
fn relations_are_known_in_other_languages() {
    let dutch = "Retourneren is gratis voor bestellingen boven 75 euro. U moet het product binnen 30 dagen na de levering terugsturen. \
                 U kunt betalen met kaart of cash.";
    refused(
        dutch,
        &[
            "Retourneren is gratis voor bestellingen onder 75 euro.",
            "U kunt het product binnen 30 dagen na de levering terugsturen.",
            "U moet het product na 30 dagen na de levering terugsturen.",
            "U kunt betalen met kaart en cash.",
        ],
    );
    supported(
        dutch,
        &[
            "Voor bestellingen boven € 75 is retourneren gratis.",
            "Binnen 30 dagen na levering moet u het product terugsturen.",
        ],
    );
    let german = "Sie müssen das Produkt innerhalb von 30 Tagen nach der Lieferung zurücksenden. Ungeöffnete Ware nehmen wir zurück.";
    refused(
        german,
        &[
            "Sie können das Produkt innerhalb von 30 Tagen nach der Lieferung zurücksenden.",
            "Sie müssen das Produkt nach 30 Tagen nach der Lieferung zurücksenden.",
            "Geöffnete Ware nehmen wir zurück.",
        ],
    );
    supported(german, &["Innerhalb von 30 Tagen nach Lieferung müssen Sie das Produkt zurücksenden."]);
    let french = "Les retours sont gratuits pour les commandes de plus de 75 euros. Vous devez renvoyer le produit avant le départ.";
    refused(
        french,
        &[
            "Les retours sont gratuits pour les commandes de moins de 75 euros.",
            "Vous devez renvoyer le produit après le départ.",
            "Vous pouvez renvoyer le produit avant le départ.",
        ],
    );
    supported(french, &["Pour les commandes de plus de 75 euros les retours sont gratuits."]);
}

fn answer(question: &str, source: &str) -> String {
    let evidence = Evidence::of(&[Source { heading: "", title: "", text: source }]);
    let standings = [Some(Standing { document: 1, rank: 0.9, similarity: 0.9 })];
    text(&compose(&Question { text: question, vector: None }, &evidence, &standings).unwrap().parts)
}

#[test]
fn short_sentences_with_the_answer_are_quoted() {
    let pickup = "Pickup of a bike. It costs €30. Please call us first.";
    assert_eq!(answer("What does the pickup of a bike cost?", pickup), pickup);
    assert!(answer("What is the price?", "Price: 40 euro. Ask at the desk in our shop.").contains("40 euro"));
    assert!(answer("What does the cylinder cost?", "Change the cylinder. This costs €30.").contains("€30"));
}
