//! `/api/Auth` and the credentials on every other route.

use serde_json::json;

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_wrong_password_and_an_unknown_name_get_the_same_answer(installation: Installation) {
        let nobody = installation.nobody();
        let wrong = nobody.post("/api/Auth/login", json!({ "username": "admin", "password": "no" })).await.expect(401);
        let unknown = nobody.post("/api/Auth/login", json!({ "username": "who", "password": "no" })).await.expect(401);
        assert_eq!(wrong["detail"], unknown["detail"]);
    }
}

db_test! {
    async fn repeated_failures_lock_the_name_for_a_while(installation: Installation) {
        let nobody = installation.nobody();
        for _ in 0..5 {
            nobody.post("/auth/LOGIN", json!({ "Username": "admin", "password": "no" })).await.expect(401);
        }
        let locked = nobody.post("/api/Auth/login", json!({ "username": "admin", "password": "no" })).await;
        assert_eq!(locked.header("retry-after"), "2");
        locked.expect(429);
        installation.clock.advance(std::time::Duration::from_secs(2));
        installation.login("admin", "correct horse battery").await;
    }
}

db_test! {
    async fn every_kind_of_credentials_opens_the_door(installation: Installation) {
        installation.nobody().get("/api/Topics").await.expect(401);
        installation.admin.get("/api/Topics").await.expect(200);
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode("admin:correct horse battery");
        let basic = installation.admin.with_authorization(Some(format!("Basic {pair}")));
        basic.get("/api/Topics").await.expect(200);
        basic.get("/api/Topics").await.expect(200);
    }
}
