//! Asks a server as fast as it answers, over connections that stay open, each waiting for its
//! answer before it asks again. Prints what it saw as JSON. Anything but success ends it: figures
//! of refusals mean nothing.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

struct Plan {
    address: String,
    /// Whole requests, asked in turns.
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
    end: Instant,
}

#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    bytes: usize,
}

pub(crate) fn run(words: &[&str]) -> Result<(), Box<dyn Error>> {
    let (mut seconds, mut connections, mut headers, mut urls) =
        (5.0, 16, String::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match *word {
            "--seconds" => seconds = value()?.parse()?,
            "--connections" => connections = value()?.parse()?,
            "--header" => headers += &format!("{}\r\n", value()?),
            url => urls.push(url.strip_prefix("http://").ok_or("only http")?),
        }
    }
    let first = urls.first().ok_or("no URL")?;
    let address = first.split('/').next().unwrap_or_default().to_owned();
    let requests = urls
        .iter()
        .map(|url| {
            let path = url
                .strip_prefix(&address)
                .filter(|path| path.starts_with('/'));
            let path = path.ok_or("all URLs must be of one server")?;
            Ok(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").into_bytes())
        })
        .collect::<Result<Vec<_>, &str>>()?;
    let start = Instant::now();
    let plan = Arc::new(Plan {
        address,
        requests,
        next: AtomicUsize::new(0),
        end: start + Duration::from_secs_f64(seconds),
    });
    let mut seen = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(ask_all(&plan, connections))?;
    let took = start.elapsed().as_secs_f64();
    seen.times.sort_unstable();
    let count = seen.times.len();
    let at = |share: f64| seen.times[((count - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{}",
        json!({
            "requests": count,
            "per_second": count as f64 / took,
            "p50_ms": at(0.5),
            "p99_ms": at(0.99),
            "bytes_each": seen.bytes / count,
        })
    );
    Ok(())
}

async fn ask_all(plan: &Arc<Plan>, connections: usize) -> Result<Seen, String> {
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(ask(Arc::clone(plan)));
    }
    let mut all = Seen::default();
    while let Some(seen) = tasks.join_next().await {
        let seen = seen.map_err(|error| error.to_string())??;
        all.times.extend(seen.times);
        all.bytes += seen.bytes;
    }
    if all.times.is_empty() {
        return Err("nothing was answered in time".to_owned());
    }
    Ok(all)
}

async fn ask(plan: Arc<Plan>) -> Result<Seen, String> {
    let text = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(&plan.address).await.map_err(text)?;
    stream.set_nodelay(true).map_err(text)?;
    let mut seen = Seen::default();
    let mut buffer = vec![0; 256 * 1024];
    while Instant::now() < plan.end {
        let turn = plan.next.fetch_add(1, Ordering::Relaxed) % plan.requests.len();
        let start = Instant::now();
        stream.write_all(&plan.requests[turn]).await.map_err(text)?;
        seen.bytes += answer(&mut stream, &mut buffer).await?;
        seen.times.push(start.elapsed());
    }
    Ok(seen)
}

/// Reads one answer and gives its length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize, String> {
    let mut have = 0;
    let mut whole = None;
    loop {
        if have == buffer.len() {
            buffer.resize(have * 2, 0);
        }
        let read = stream
            .read(&mut buffer[have..])
            .await
            .map_err(|error| error.to_string())?;
        if read == 0 {
            return Err("the server hung up".to_owned());
        }
        have += read;
        if whole.is_none()
            && let Some(end) = buffer[..have]
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
        {
            whole = Some(end + 4 + body_length(&buffer[..end])?);
        }
        if whole == Some(have) {
            return Ok(have);
        }
    }
}

/// What the head of an answer announces; only successes with a length are understood.
fn body_length(head: &[u8]) -> Result<usize, String> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(format!("the server answered {status}"));
    }
    lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(|| "an answer without a length".to_owned())
}
