//! Days as people write them.

/// How a date is written and its months, by language. Italian's has its article, which goes by the number.
const WRITTEN: &[(&str, &str, &str)] = &[
    (
        "en",
        "{d} {M} {y}",
        "January February March April May June July August September October November December",
    ),
    (
        "nl",
        "{d} {M} {y}",
        "januari februari maart april mei juni juli augustus september oktober november december",
    ),
    (
        "fr",
        "{d} {M} {y}",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    (
        "de",
        "{d}. {M} {y}",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
    (
        "es",
        "{d} de {M} de {y}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    (
        "it",
        "{il}{d} {M} {y}",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    (
        "pt",
        "{d} de {M} de {y}",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
    (
        "pl",
        "{d} {M} {y}",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    ),
    (
        "da",
        "{d}. {M} {y}",
        "januar februar marts april maj juni juli august september oktober november december",
    ),
    (
        "sv",
        "{d} {M} {y}",
        "januari februari mars april maj juni juli augusti september oktober november december",
    ),
    (
        "nb",
        "{d}. {M} {y}",
        "januar februar mars april mai juni juli august september oktober november desember",
    ),
    (
        "fi",
        "{d}. {M} {y}",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta \
         lokakuuta marraskuuta joulukuuta",
    ),
    (
        "cs",
        "{d}. {M} {y}",
        "ledna února března dubna května června července srpna září října listopadu prosince",
    ),
    (
        "ro",
        "{d} {M} {y}",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    ),
    ("tr", "{d} {M} {y}", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
];

/// The language of a tag (`nl-BE` is `nl`), under the code that tables have it by.
pub(crate) fn base(lang: &str) -> String {
    let base = lang.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    if matches!(base.as_str(), "no" | "nn") { "nb".to_owned() } else { base }
}

/// A day (`2026-07-14`) as it is written in a language: `14 July 2026`. In English where the language is
/// not known; as it is where it is no day.
pub fn written(lang: &str, day: &str) -> String {
    let base = base(lang);
    let (lang, pattern, months) = WRITTEN.iter().find(|it| it.0 == base).unwrap_or(&WRITTEN[0]);
    let Some((year, month, number)) = parts(day) else { return day.to_owned() };
    let Some(month) = month.checked_sub(1).and_then(|it| months.split_whitespace().nth(it)) else {
        return day.to_owned();
    };
    let number = match (*lang, number) {
        ("fr", 1) => "1er".to_owned(),
        ("it" | "pt", 1) => "1º".to_owned(),
        _ => number.to_string(),
    };
    let il = if matches!(number.as_str(), "8" | "11") { "l'" } else { "il " };
    let fill = [("{il}", il), ("{d}", &number), ("{M}", month), ("{y}", year)];
    fill.iter().fold((*pattern).to_owned(), |text, (name, value)| text.replace(name, value))
}

fn parts(day: &str) -> Option<(&str, usize, u32)> {
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    (year.len() == 4).then_some((year, month.parse().ok()?, day.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_of_the_language_do() {
        for (lang, wanted) in [
            ("en", "8 March 2026"),
            ("nl-BE", "8 maart 2026"),
            ("fr", "8 mars 2026"),
            ("de", "8. März 2026"),
            ("es", "8 de marzo de 2026"),
            ("it", "l'8 marzo 2026"),
            ("pt", "8 de março de 2026"),
            ("pl", "8 marca 2026"),
            ("da", "8. marts 2026"),
            ("sv", "8 mars 2026"),
            ("no", "8. mars 2026"),
            ("fi", "8. maaliskuuta 2026"),
            ("cs", "8. března 2026"),
            ("ro", "8 martie 2026"),
            ("tr", "8 Mart 2026"),
            ("xx", "8 March 2026"),
        ] {
            assert_eq!(written(lang, "2026-03-08"), wanted);
        }
        assert_eq!(written("fr", "2026-12-01"), "1er décembre 2026");
        assert_eq!(written("it", "2026-12-11"), "l'11 dicembre 2026");
        assert_eq!(written("it", "2026-12-01"), "il 1º dicembre 2026");
        for (_, _, months) in WRITTEN {
            assert_eq!(months.split_whitespace().count(), 12, "{months}");
        }
        for no_day in ["yesterday", "2026-13-01", "2026-00-01", "2026-03", ""] {
            assert_eq!(written("en", no_day), no_day);
        }
    }
}
