//! Files as markdown, for the content of documents.

use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::response::Response;
use serde::Serialize;
use tokio::io::AsyncSeekExt;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::extract::drain;
use crate::api::problem::Problem;
use crate::api::reply::json;
use crate::api::upload;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::Result;

pub fn routes() -> OpenApiRouter<App> {
    // It counts for itself, by the limits for files.
    OpenApiRouter::new().routes(routes!(convert_document)).layer(DefaultBodyLimit::disable())
}

/// The form of a file to convert.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form; the form is read as a stream")]
struct FileForm {
    /// The first field of this name is taken.
    #[schema(format = Binary, value_type = String)]
    file: String,
}

/// A file's text.
#[derive(Serialize, ToSchema)]
struct MarkdownOut {
    #[schema(example = "# Returns\n\nWithin 30 days.\n")]
    markdown: String,
}

/// The text of a file as markdown; nothing is stored. Word (docx), Excel (xlsx, xls), OpenDocument sheets,
/// PDF, HTML, CSV and plain text.
#[utoipa::path(post, path = "/api/Documents/convert", tag = "Documents",
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 200, body = MarkdownOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn convert_document(State(app): State<App>, request: Request) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &app).await;
    if let Err(error) = caller.and_then(|it| it.may_manage_settings()) {
        drain(body).await;
        return Err(error);
    }
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    let name = upload::receive_into(&app, parts, body, &mut file).await?;
    file.rewind().await?;
    json(&MarkdownOut { markdown: app.converter.markdown(&name, file.into_std().await).await? })
}
