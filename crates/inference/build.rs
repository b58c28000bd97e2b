//! The packed model (`make model`) goes into release programs; others read the file where it lies, so that
//! test programs stay small. Without it the crate compiles too, and says so when a model is asked for.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(model_embedded)");
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    // The folder is watched, not the file: a missing file would make every build run this again. By its whole path:
    // where checkouts share what is built, each is to read its own model.
    println!("cargo:rerun-if-changed={}", Path::new(&root).join("model").display());
    let file = Path::new(&root).join("model/answerpal.model");
    println!("cargo:rustc-env=ANSWERPAL_MODEL_FILE={}", file.display());
    if file.exists() && std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rustc-cfg=model_embedded");
    }
}
