//! What leaves the server: kept from internal addresses, bounded in time and size.

use std::time::Duration;

use answerpal::outbound::{Answer, Bounds, Outbound, OutboundError};
use futures::StreamExt;
use reqwest::Method;

use crate::support::{Act, Endpoint, say};

const SHORT: Bounds =
    Bounds { total: Duration::from_secs(20), silence: Duration::from_millis(100), bytes: 1000 };

async fn get(allow: &str, url: &str) -> Result<Answer, OutboundError> {
    let outbound = Outbound::new(allow).unwrap();
    outbound.send(outbound.request(Method::GET, url)?, SHORT).await
}

fn port(url: &str) -> &str {
    url.rsplit_once(':').unwrap().1
}

#[tokio::test]
async fn internal_addresses_are_refused_unless_listed() {
    let endpoint = Endpoint::start(|_, _| vec![say(200, "text/plain", "hello")]).await;
    let port = port(&endpoint.url);
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[::1]",
    ] {
        let refused = get("", &format!("http://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(refused, OutboundError::Refused(_)), "{host}: {refused:?}");
    }
    let elsewhere = format!("localhost:{}", port.parse::<u16>().unwrap() ^ 1);
    get(&elsewhere, &format!("http://localhost:{port}/")).await.unwrap_err();
    assert_eq!(endpoint.asked().len(), 0);
    let named = format!("localhost:{port}");
    for (allow, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.0/8", "localhost"),
        (named.as_str(), "localhost"),
        ("LOCALHOST", "localhost"),
    ] {
        let answer = get(allow, &format!("http://{host}:{port}/x")).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]), "{allow}");
    }
    assert_eq!(endpoint.asked().len(), 4);
}

#[tokio::test]
async fn addresses_that_are_none_are_named() {
    let outbound = Outbound::new("").unwrap();
    for wrong in ["", "ftp://example.com/", "file:///etc/passwd", "//example.com", "http://"] {
        assert!(matches!(outbound.check(wrong), Err(OutboundError::Address(_))), "{wrong}");
    }
    assert!(outbound.check("https://169.254.169.254/latest/meta-data").is_err());
    assert!(outbound.check("https://llm.example.com/v1").is_ok());
    assert!(Outbound::new("10.0.0.0/99").is_err());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let secret = Endpoint::json(200, serde_json::json!({ "secret": 1 })).await;
    let target = secret.url.clone();
    let endpoint = Endpoint::start(move |_, _| {
        vec![Act::Say(
            format!("HTTP/1.1 307 X\r\nlocation: {target}/\r\ncontent-length: 0\r\n\r\n").into_bytes(),
        )]
    })
    .await;
    assert_eq!(get("127.0.0.1", &endpoint.url).await.unwrap_err(), OutboundError::Redirected(307));
    assert_eq!(secret.asked().len(), 0);
}

#[tokio::test]
async fn answers_are_bounded_in_size_and_time() {
    let large = Endpoint::json(200, serde_json::json!("x".repeat(2000))).await;
    assert_eq!(get("127.0.0.1", &large.url).await.unwrap_err(), OutboundError::TooLarge(1000));
    // The same without a length: what comes is counted.
    let chunk = format!("600\r\n{}\r\n", "x".repeat(0x600)).into_bytes();
    let chunked = Endpoint::start(move |_, _| {
        let head = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        vec![Act::Say(head), Act::Say(chunk.clone()), Act::Hang]
    })
    .await;
    assert_eq!(get("127.0.0.1", &chunked.url).await.unwrap_err(), OutboundError::TooLarge(1000));
    let silent = Endpoint::start(|_, _| {
        vec![Act::Say(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nabc".to_vec()), Act::Hang]
    })
    .await;
    assert_eq!(get("127.0.0.1", &silent.url).await.unwrap_err(), OutboundError::TimedOut);
    let broken =
        Endpoint::start(|_, _| vec![Act::Say(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nabc".to_vec())])
            .await;
    assert!(matches!(get("127.0.0.1", &broken.url).await.unwrap_err(), OutboundError::Cut(_)));
    let gone = Endpoint::start(|_, _| Vec::new()).await;
    let url = gone.url.clone();
    drop(gone);
    assert!(matches!(get("127.0.0.1", &url).await.unwrap_err(), OutboundError::Unreachable(_)));
}

#[tokio::test]
async fn a_body_is_given_as_it_comes() {
    let endpoint = Endpoint::start(|_, _| {
        vec![
            Act::Say(
                b"HTTP/1.1 429 X\r\nretry-after: 7\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
                    .to_vec(),
            ),
            Act::Hang,
        ]
    })
    .await;
    let outbound = Outbound::new("127.0.0.1").unwrap();
    let request = outbound.request(Method::GET, &endpoint.url).unwrap();
    let mut answer = outbound.open(request, SHORT).await.unwrap();
    assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "abc");
    assert_eq!(answer.body.next().await.unwrap().unwrap_err(), OutboundError::TimedOut);
    assert!(answer.body.next().await.is_none());
    drop(
        outbound
            .open(outbound.request(Method::POST, &endpoint.url).unwrap().json(&serde_json::json!([1])), SHORT)
            .await,
    );
    let asked = endpoint.asked();
    assert!(asked[0].head.contains("user-agent: answerpal/"), "{}", asked[0].head);
    assert_eq!(asked[1].json(), serde_json::json!([1]));
}
