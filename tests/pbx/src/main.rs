//! `pbx-sim`: the simulated PBX as a program, for the demo and for tests in other languages.
//!
//! Prints one line on stdout when it is ready; everything after that goes to stderr.

use std::io::Write as _;
use std::process::ExitCode;

use pbx_sim::{ExpiresIn, Settings, Simulator};
use tokio::io::AsyncReadExt as _;

const USAGE: &str = "usage: pbx-sim [--port N] [--ring-ms N] [--answer-ms N]
               [--expires-in seconds|minutes] [--quiet] [--exit-with-stdin]";

/// What the command line asked for.
struct Arguments {
    settings: Settings,
    exit_with_stdin: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("pbx-sim: {why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let simulator = match Simulator::start(arguments.settings).await {
        Ok(simulator) => simulator,
        Err(error) => {
            eprintln!("pbx-sim: cannot listen: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "pbx-sim listening on {}", simulator.url());
    let _ = stdout.flush();
    if arguments.exit_with_stdin {
        let mut rest = [0; 1_024];
        while matches!(tokio::io::stdin().read(&mut rest).await, Ok(size) if size > 0) {}
    } else {
        std::future::pending::<()>().await;
    }
    ExitCode::SUCCESS
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut settings = Settings {
        log_requests: true,
        ..Settings::default()
    };
    let mut exit_with_stdin = false;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--port" => settings.port = number(&value()?)?,
            "--ring-ms" => settings.ring_ms = number(&value()?)?,
            "--answer-ms" => settings.answer_ms = number(&value()?)?,
            "--expires-in" => {
                settings.expires_in = match value()?.as_str() {
                    "seconds" => ExpiresIn::Seconds,
                    "minutes" => ExpiresIn::Minutes,
                    other => return Err(format!("--expires-in {other}: seconds or minutes")),
                }
            }
            "--quiet" => settings.log_requests = false,
            "--exit-with-stdin" => exit_with_stdin = true,
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(Arguments {
        settings,
        exit_with_stdin,
    })
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{text} is not a number in range"))
}
