//! A client of the API in the same process: what it sends and gets is what the wire would carry.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is empty.
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// Fails the test where the status is another; gives the JSON body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert!(status != 201 || self.headers.contains_key(header::LOCATION), "201 without Location");
        self.json()
    }

    /// Fails the test where the status is another; gives the body as it is.
    #[track_caller]
    pub fn expect_bytes(self, status: u16) -> Vec<u8> {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.bytes
    }

    /// A problem with this status that names this field.
    #[track_caller]
    pub fn expect_invalid(self, field: &str) -> Value {
        let problem = self.expect(400);
        assert!(problem["errors"].get(field).is_some(), "{problem} does not name {field}");
        problem
    }
}

/// Sends requests with one `Authorization` header.
#[derive(Clone)]
pub struct Client {
    router: Router,
    authorization: Option<String>,
}

impl Client {
    pub fn new(router: Router, authorization: Option<String>) -> Self {
        Self { router, authorization }
    }

    /// The same server, other credentials.
    pub fn with_authorization(&self, authorization: Option<String>) -> Self {
        Self { router: self.router.clone(), authorization }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// The answer with its body unread: for streams.
    pub async fn open(&self, mut request: Request<Body>) -> Response {
        if let Some(authorization) = &self.authorization
            && !request.headers().contains_key(header::AUTHORIZATION)
        {
            request.headers_mut().insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A request with headers and a JSON body (none for null).
    pub async fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[], Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path, &[], body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path, &[], body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, &[], Value::Null).await
    }
}
