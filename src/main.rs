//! The answerpal program: see `answerpal --help`.

fn main() -> std::process::ExitCode {
    answerpal::cli::main()
}
