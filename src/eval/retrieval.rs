//! Retrieval: how often the document that answers a question is found, and how far up.

use answerpal_inference::passages;
use answerpal_inference::retrieval::{Document, Entry, Index};

use super::data::{Answer, Question};
use super::{Column, Measure, Setting};
use crate::ai::embed::{EmbedError, Embedding, Role};
use crate::error::{Error, Result};

/// Passages that are looked at for the documents that they belong to.
const LOOKED_AT: usize = 60;

/// Measures one setting.
pub async fn run(
    embedding: &Embedding,
    answers: &[Answer],
    questions: &[Question],
    setting: &Setting,
) -> Result<Column> {
    let space = setting.space();
    let unavailable = |error: EmbedError| Error::Unavailable(error.to_string());
    let mut index = Index::new();
    for (number, answer) in answers.iter().enumerate() {
        let texts: Vec<String> =
            passages::split(&answer.content).iter().map(|it| it.with_titles(&answer.title)).collect();
        let mut all: Vec<&str> = vec![&answer.title];
        all.extend(texts.iter().map(String::as_str));
        let mut vectors =
            embedding.embed(&space, &all, Role::Passage).await.map_err(unavailable)?.into_iter();
        let title_vector = vectors.next().unwrap_or_default();
        let passages =
            texts.iter().cloned().zip(vectors).map(|(text, vector)| Entry { text, vector }).collect();
        index.put(Document { id: number as i64, title: answer.title.clone(), title_vector, passages });
    }
    let texts: Vec<&str> = questions.iter().map(|it| it.query.as_str()).collect();
    let vectors = embedding.embed(&space, &texts, Role::Query).await.map_err(unavailable)?;
    let places: Vec<Option<usize>> = questions
        .iter()
        .zip(vectors)
        .map(|(question, vector)| {
            let mut found: Vec<i64> = Vec::new();
            for hit in index.search(&question.query, &vector, None, LOOKED_AT) {
                if !found.contains(&hit.document) {
                    found.push(hit.document);
                }
            }
            found.iter().position(|it| answers[*it as usize].id == question.document)
        })
        .collect();
    Ok(Column { setting: setting.text.clone(), measures: measures(&places) })
}

fn measures(places: &[Option<usize>]) -> Vec<Measure> {
    let within = |most: usize| places.iter().flatten().filter(|it| **it < most).count();
    let mean = |of: &dyn Fn(usize) -> f64| {
        let found = places.iter().flatten().filter(|it| **it < 10);
        let total = found.fold(0.0, |total, it| total + of(*it));
        (!places.is_empty()).then(|| total / places.len() as f64)
    };
    vec![
        Measure::count("questions asked", places.len()),
        Measure::share("the fitting document is the first", within(1), places.len()),
        Measure::share("… among the first 5", within(5), places.len()),
        Measure::share("… among the first 10", within(10), places.len()),
        Measure::of_one("mean reciprocal rank (of 10)", mean(&|it| 1.0 / (it + 1) as f64)),
        Measure::of_one("nDCG@10", mean(&|it| 1.0 / ((it + 2) as f64).log2())),
    ]
}

#[cfg(test)]
mod tests {
    use super::measures;

    #[test]
    fn places_become_recall_and_rank() {
        let values: Vec<f64> =
            measures(&[Some(0), Some(1), Some(7), None]).iter().map(|it| it.value.unwrap()).collect();
        assert_eq!(values[..4], [4.0, 0.25, 0.5, 0.75]);
        assert!((values[4] - (1.0 + 0.5 + 0.125) / 4.0).abs() < 1e-9);
        assert!(values[5] > values[4]);
        let nowhere = measures(&[None]);
        assert!(nowhere[4].value.unwrap().is_sign_positive(), "0.0, not -0.0");
    }
}
