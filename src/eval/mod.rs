//! How good the program is, in numbers: on a data file, or on what people corrected. One column for each
//! setting, so that two can be compared.

pub mod data;
pub mod retrieval;
pub mod topics;

use serde::Serialize;

use crate::error::{Error, Result};

/// The measures of one setting.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// As it was given.
    pub setting: String,
    pub measures: Vec<Measure>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    pub name: &'static str,
    /// A count, or a share from 0 to 1; None where there is nothing to measure it on.
    pub value: Option<f64>,
    /// Shown to people in percent.
    #[serde(skip)]
    is_share: bool,
}

impl Measure {
    /// None of nothing.
    fn share(name: &'static str, part: usize, whole: usize) -> Self {
        Self::of_one(name, (whole > 0).then(|| part as f64 / whole as f64))
    }

    /// What lies between 0 and 1.
    fn of_one(name: &'static str, value: Option<f64>) -> Self {
        Self { name, value, is_share: true }
    }

    fn count(name: &'static str, count: usize) -> Self {
        Self { name, value: Some(count as f64), is_share: false }
    }

    fn shown(&self) -> String {
        match self.value {
            None => "–".into(),
            Some(share) if self.is_share => format!("{:.1} %", share * 100.0),
            Some(count) => format!("{count}"),
        }
    }
}

/// A table for people.
pub fn table(columns: &[Column]) -> String {
    let mut text = format!("{:<44}", "");
    for column in columns {
        text += &format!("{:>24}", column.setting);
    }
    let Some(first) = columns.first() else { return text };
    for (row, measure) in first.measures.iter().enumerate() {
        text += &format!("\n{:<44}", measure.name);
        for column in columns {
            text += &format!("{:>24}", column.measures[row].shown());
        }
    }
    text
}

/// A setting as a person writes it: `shots=10,languages=en+nl,wrong=0.05`. Nothing is the default.
#[derive(Clone, Debug)]
pub struct Setting {
    pub text: String,
    /// Examples a topic that are taught first; None: all.
    pub shots: Option<usize>,
    pub multilingual: bool,
    /// The share of assigned topics that may be wrong.
    pub wrong: f32,
}

impl Setting {
    pub fn parse(text: &str) -> Result<Self> {
        let mut setting = Self {
            text: if text.trim().is_empty() { "default".into() } else { text.trim().to_owned() },
            shots: None,
            multilingual: false,
            wrong: 0.05,
        };
        for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let wrong = || {
                Error::invalid("setting", format!("{part:?} is not shots=N, languages=en+nl or wrong=0.05"))
            };
            match part.split_once('=').ok_or_else(wrong)? {
                ("shots", "all") => setting.shots = None,
                ("shots", it) => setting.shots = Some(it.parse().map_err(|_| wrong())?),
                ("languages", it) => setting.multilingual = it.split('+').any(|it| it != "en"),
                ("wrong", it) => {
                    setting.wrong =
                        it.parse().ok().filter(|it| (0.0..=0.5).contains(it)).ok_or_else(wrong)?;
                }
                _ => return Err(wrong()),
            }
        }
        Ok(setting)
    }

    pub fn space(&self) -> crate::ai::embed::Space {
        if self.multilingual {
            crate::ai::embed::Space::MULTILINGUAL
        } else {
            crate::ai::embed::Space::ENGLISH
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_wrong_ones_named() {
        let it = Setting::parse("shots=5, languages=en+nl, wrong=0.1").unwrap();
        assert_eq!((it.shots, it.multilingual, it.wrong), (Some(5), true, 0.1));
        let it = Setting::parse("").unwrap();
        assert_eq!((it.text.as_str(), it.shots, it.multilingual), ("default", None, false));
        for wrong in ["shots=x", "wrong=2", "speed=9", "shots"] {
            assert!(Setting::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_table_has_a_column_for_each_setting() {
        let column = |setting: &str, value| Column {
            setting: setting.into(),
            measures: vec![
                Measure::of_one("accuracy", value),
                Measure::share("none", 0, 0),
                Measure::count("asked", 12),
            ],
        };
        let text = table(&[column("a", Some(0.912)), column("b", Some(0.5))]);
        assert_eq!(text.lines().count(), 4);
        for shown in ["91.2 %", "50.0 %", "–", " 12"] {
            assert!(text.contains(shown), "{text}");
        }
        assert!(!text.contains("12.0"), "{text}");
    }
}
