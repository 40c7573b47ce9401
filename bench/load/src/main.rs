//! `bench-load PORT CONNECTIONS MILLISECONDS FILE`: sends the HTTP request in FILE to 127.0.0.1 again
//! and again, on each connection one at a time, and prints what it saw as one line of JSON.
//!
//! A program of its own, because a load generator in JavaScript needs more time for a request than
//! the Worker that is measured. A thread a connection and blocking reads: nothing is cheaper.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// What one connection saw.
#[derive(Default)]
struct Seen {
    /// How long each answer took, in nanoseconds.
    times: Vec<u64>,
    /// Answers with another status than 200, or none.
    failures: u64,
    /// Size of the last body.
    body: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, connections, milliseconds, file] = arguments.as_slice() else {
        return Err(wrong("PORT CONNECTIONS MILLISECONDS FILE"));
    };
    let port: u16 = number(port)?;
    let connections: usize = number(connections)?;
    let time = Duration::from_millis(number(milliseconds)?);
    let request = fs::read(file)?;

    let begun = Instant::now();
    let end = begun + time;
    let seen: Vec<Seen> = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| converse(port, &request, end)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    let elapsed = begun.elapsed();

    let mut times: Vec<u64> = seen
        .iter()
        .flat_map(|seen| seen.times.iter().copied())
        .collect();
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len().saturating_sub(1) * share / 100)
            .copied()
            .unwrap_or(0)
    };
    let failures: u64 = seen.iter().map(|seen| seen.failures).sum();
    let body = seen.iter().map(|seen| seen.body).max().unwrap_or(0);
    Ok(format!(
        r#"{{"requests":{},"failures":{failures},"body":{body},"ms":{},"p50_us":{},"p99_us":{}}}"#,
        times.len(),
        elapsed.as_millis(),
        at(50) / 1_000,
        at(99) / 1_000,
    ))
}

/// One connection, until `end`.
fn converse(port: u16, request: &[u8], end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut buffer = Vec::with_capacity(64 * 1024);
    while Instant::now() < end {
        let outcome = talk(port, request, end, &mut buffer, &mut seen);
        if outcome.is_err() {
            seen.failures += 1;
            // Whatever is wrong, it is not to be hammered.
            thread::sleep(Duration::from_millis(20));
        }
    }
    seen
}

fn talk(
    port: u16,
    request: &[u8],
    end: Instant,
    buffer: &mut Vec<u8>,
    seen: &mut Seen,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    while Instant::now() < end {
        let begun = Instant::now();
        stream.write_all(request)?;
        let (status, body) = answer(&mut stream, buffer)?;
        seen.times
            .push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
        seen.body = body;
        if status != 200 {
            seen.failures += 1;
        }
    }
    Ok(())
}

/// Reads one answer to its end: its status and the size of its body.
fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<(u16, usize)> {
    buffer.clear();
    let mut chunk = [0_u8; 32 * 1024];
    let mut head: Option<(usize, Option<usize>)> = None;
    loop {
        let size = stream.read(&mut chunk)?;
        if size == 0 {
            return Err(io::Error::new(
                ErrorKind::UnexpectedEof,
                "the connection ended",
            ));
        }
        buffer.extend_from_slice(&chunk[..size]);
        if head.is_none() {
            head = buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
                .map(|at| (at + 4, content_length(&buffer[..at])));
        }
        let Some((begin, length)) = head else {
            continue;
        };
        let is_whole = match length {
            Some(length) => buffer.len() >= begin + length,
            None => buffer.ends_with(b"\r\n0\r\n\r\n"),
        };
        if is_whole {
            let status = buffer
                .get(9..12)
                .and_then(|digits| str::from_utf8(digits).ok());
            let status = status.and_then(|digits| digits.parse().ok()).unwrap_or(0);
            return Ok((status, buffer.len() - begin));
        }
    }
}

/// `None` where the body comes in chunks.
fn content_length(head: &[u8]) -> Option<usize> {
    let head = str::from_utf8(head).ok()?;
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    })
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| wrong("a number is expected"))
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, what)
}
