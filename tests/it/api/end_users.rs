//! `/api/EndUsers` and `/api/EndUserUIDs`.

use answerpal::domain::caller::Actor;
use answerpal::domain::end_users::find_or_make;
use answerpal::error::Result;
use answerpal::model::{EndUserId, UidType};

use crate::db_test;
use crate::support::Installation;

async fn find(
    installation: &Installation,
    uid: &'static str,
    uid_type: Option<UidType>,
    name: Option<&'static str>,
    verified: bool,
) -> Result<(EndUserId, bool)> {
    let customer = installation.customer;
    let store = &installation.app.store;
    store
        .write(move |tx| Box::pin(find_or_make(tx, customer, Actor::EndUser, uid, uid_type, name, verified)))
        .await
}

db_test! {
    async fn an_address_finds_or_makes_its_end_user(installation: Installation) {
        let at = &installation;
        let anna = find(at, "Anna@Example.com", None, None, true).await.unwrap();
        assert_eq!(anna, (EndUserId(1), false));
        assert_eq!(find(at, " anna@example.COM ", Some(UidType::Email), Some("Anna"), true).await.unwrap(), (EndUserId(1), true));
        assert_eq!(find(at, "anna@example.com", None, Some("Mallory"), false).await.unwrap(), (EndUserId(1), false));
        assert_eq!(find(at, "+32 900 00 042", None, Some(" Bo\r\nX "), true).await.unwrap(), (EndUserId(2), false));
        assert!(find(at, "nobody", Some(UidType::Email), None, true).await.is_err());
        let mut conn = at.app.store.read().await.unwrap();
        let names = [EndUserId(1), EndUserId(2)];
        for (id, name) in names.into_iter().zip(["Anna", "Bo X"]) {
            let end_user = answerpal::store::end_users::get(&mut conn, at.customer, id).await.unwrap();
            assert_eq!(end_user.name.as_deref(), Some(name));
        }
        let uids = answerpal::store::end_users::uids_of(&mut conn, at.customer, vec![1, 2]).await.unwrap();
        let uids: Vec<_> = uids.iter().map(|it| (it.uid.as_str(), it.uid_type, it.is_primary)).collect();
        assert_eq!(uids, [("Anna@example.com", UidType::Email, true), ("+3290000042", UidType::Phone, true)]);
    }
}
