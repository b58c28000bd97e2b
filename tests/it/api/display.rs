//! `/api/ticketMessages/{id}/display` and `/html`.

use serde_json::json;

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_mail_is_shown_safely_with_its_own_pictures(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let html = r#"<p style="color:red">Hi <img src="cid:logo@x"><img src="https://spy.example/1.gif"></p><script>x()</script>
            <div class="gmail_quote">On Monday you wrote</div>"#;
        let mail = json!({ "channelID": 1, "fromAddress": "a@example.com", "htmlBody": html });
        let message = admin.post("/api/ticketMessages/create-new", mail).await.expect(201)["messageID"].clone();
        let calm = admin.get(&format!("/api/ticketMessages/{message}/display?quoted=false")).await.expect(200);
        assert_eq!((&calm["hasRemoteImages"], &calm["hasQuoted"], &calm["isHtml"]), (&json!(true), &json!(true), &json!(true)));
        let shown = calm["html"].as_str().unwrap();
        assert!(!shown.contains("spy.example") && !shown.contains("script") && !shown.contains("On Monday"), "{shown}");
        let page = admin.get(&format!("/api/ticketMessages/{message}/html")).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("https:"), "{policy}");
        assert!(!policy.contains("allow-scripts"), "{policy}");
        assert!(page.text().contains("On Monday") && !page.text().contains("spy.example"));
        let asked = admin.get(&format!("/api/ticketMessages/{message}/html?remoteImages=true")).await;
        assert!(asked.header("content-security-policy").contains("img-src 'self' data: https: http:"));
        assert!(asked.text().contains("https://spy.example/1.gif"));
        let text = json!({ "channelID": 1, "fromAddress": "a@example.com", "textBody": "1 < 2\nsecond line" });
        let text = admin.post("/api/ticketMessages/create-new", text).await.expect(201)["messageID"].clone();
        let shown = admin.get(&format!("/api/ticketMessages/{text}/display")).await.expect(200);
        assert_eq!((&shown["isHtml"], &shown["html"]), (&json!(false), &json!("<p>1 &lt; 2<br>second line</p>")));
        let (_, stranger) = installation.other_tenant().await;
        for path in ["display", "html"] {
            stranger.get(&format!("/api/ticketMessages/{message}/{path}")).await.expect(404);
        }
        installation.allow_unfinished_jobs();
    }
}
