//! The dashboard is embedded as it was built into `web/dist`. Where it was not, a page that says so takes
//! its place, so that work on the server needs no npm. On Linux the program's relocations are packed, which
//! makes it two megabytes smaller. Where there are constructors in C, one chooses what the allocator keeps.

use std::path::Path;

const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>answerpal</title>
</head>
<body>
<h1>answerpal is running</h1>
<p>The dashboard is not built into this program.</p>
<p>The API and its reference are here: <a href="/api/docs">/api/docs</a></p>
</body>
</html>
"#;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=web/dist");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    println!("cargo:rerun-if-changed=src/allocator.c");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix") {
        let headers = std::env::var_os("DEP_MIMALLOC_INCLUDE_DIR").unwrap_or_default();
        let objects = cc::Build::new().file("src/allocator.c").include(headers).compile_intermediates();
        objects.iter().for_each(|it| println!("cargo:rustc-link-arg-bins={}", it.display()));
    }
    let folder = Path::new("web/dist");
    let page = folder.join("index.html");
    if !page.exists() {
        std::fs::create_dir_all(folder)?;
        std::fs::write(page, PLACEHOLDER)?;
    }
    Ok(())
}
