//! Documents as they are searched: cut into passages in the transaction that writes the document; a job
//! then makes their vectors.

use answerpal_inference::passages;

use crate::domain::topic_examples::{hash, language_of};
use crate::error::Result;
use crate::model::{CustomerId, Document, DocumentId, job};
use crate::store::passages::{self as store, IndexedDocument, Passage};
use crate::store::{Tx, ai_settings, jobs};

/// Cuts a document that was written in this transaction.
pub async fn index(tx: &mut Tx, customer: CustomerId, document: &Document) -> Result<()> {
    let version = ai_settings::next_documents_version(tx, customer).await?;
    let (id, title) = (document.document_id, document.name.clone());
    let passages = cut(document);
    let start: String = passages.iter().take(3).map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
    let lang = language_of(&format!("{title}\n{start}")).map(str::to_owned);
    let indexed = IndexedDocument { document_id: id, version, is_gone: false, title, lang };
    store::replace(tx, customer, &indexed, &passages).await?;
    if passages.is_empty() {
        return Ok(());
    }
    let (now, key) = (tx.now, format!("{id} {version}"));
    jobs::enqueue(tx, customer, job::INDEX_DOCUMENT, id.0, now, Some(&key)).await
}

/// Takes a document out that is deleted in this transaction.
pub async fn remove(tx: &mut Tx, customer: CustomerId, id: DocumentId) -> Result<()> {
    let version = ai_settings::next_documents_version(tx, customer).await?;
    let gone = IndexedDocument { document_id: id, version, is_gone: true, title: String::new(), lang: None };
    store::replace(tx, customer, &gone, &[]).await
}

/// The content, or the description where there is none. What is asked of others has its text elsewhere.
fn cut(document: &Document) -> Vec<Passage> {
    if document.is_data_retrieval_process {
        return Vec::new();
    }
    let text = document.content.as_deref().or(document.description.as_deref()).unwrap_or_default();
    let cut = passages::split(text).into_iter().enumerate();
    cut.map(|(place, it)| Passage {
        document_id: document.document_id,
        place: place as i64,
        text_hash: hash(&it.with_titles(&document.name)),
        headings: it.headings.join("\n"),
        text: it.text,
        start_at: it.start as i64,
        end_at: it.end as i64,
    })
    .collect()
}

/// What of a passage is embedded and searched.
pub fn with_titles(passage: &Passage, title: &str) -> String {
    let it = passages::Passage {
        headings: passage.headings.lines().map(str::to_owned).collect(),
        text: passage.text.clone(),
        start: 0,
        end: 0,
    };
    it.with_titles(title)
}
