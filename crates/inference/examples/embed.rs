//! Writes the vectors of a file's lines: `embed minilm|e5|both FILE OUT`, as little-endian floats.

use std::io::Write;

use answerpal_inference::{Embedder, Profile, Role, embedder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, model, input, output] = &arguments[..] else { return Err("embed MODEL FILE OUT".into()) };
    let text = std::fs::read_to_string(input)?;
    let lines: Vec<&str> = text.lines().collect();
    let start = std::time::Instant::now();
    let vectors = match model.as_str() {
        "minilm" => embedder::minilm_vectors(&lines)?,
        "e5" => embedder::e5_vectors(&lines, Role::Query)?,
        "e5-passage" => embedder::e5_vectors(&lines, Role::Passage)?,
        "both" => Embedder::new(Profile::Multilingual).embed(&lines, Role::Query)?,
        _ => return Err("no such model".into()),
    };
    eprintln!("{} texts in {:?}", lines.len(), start.elapsed());
    let mut out = std::io::BufWriter::new(std::fs::File::create(output)?);
    for value in vectors.iter().flatten() {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(out.flush()?)
}
