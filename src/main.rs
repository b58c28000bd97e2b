//! The answerpal program: see `answerpal --help`.

/// A request makes many small strings; on several threads this takes them faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    answerpal::cli::main()
}
