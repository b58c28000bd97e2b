//! What unit tests of the store need.

/// The PostgreSQL server for tests; None where there is none, which CI does not let pass.
pub fn postgres_server() -> Option<String> {
    let server = std::env::var("ANSWERPAL_TEST_DATABASE_URL").ok();
    if server.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has no PostgreSQL: ANSWERPAL_TEST_DATABASE_URL is not set"
        );
        eprintln!("SKIPPED: no PostgreSQL here; run the tests by `make test`, which starts one");
    }
    server
}
