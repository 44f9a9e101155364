//! Clients that are slow, silent or too many: they cost little and keep nobody else waiting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::TestApp;
use harness::account::{Account, create_folder, head, sealed, uuid};
use harness::app::binary;
use harness::client::Client;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use crate::unlimited;

/// A connection from one of this machine's own addresses.
async fn connect(app: &TestApp, from: &str) -> tokio::net::TcpStream {
    let server: SocketAddr = app.url().trim_start_matches("http://").parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(server).await.unwrap()
}

/// A request that announces a body, and a part of that.
async fn begin(app: &TestApp, from: &str) -> tokio::net::TcpStream {
    let mut stream = connect(app, from).await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\n\
                Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// What the server still sends until it closes the connection.
async fn read_to_end(stream: &mut tokio::net::TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_slow_bodies_keep_nobody_waiting_and_are_cut_off() {
    let app = unlimited()
        .env("STRONGROOM_STALL_TIMEOUT", "3")
        .env("STRONGROOM_MAX_CONNECTIONS_PER_ADDRESS", "400")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut stream = begin(&app, "127.0.0.2").await;
        slow.push(tokio::spawn(async move {
            // A byte now and then is not enough to be waited for.
            // (A JSON body has its own time on top of that, which is longer than this.)
            for _ in 0..200 {
                let answered = tokio::time::timeout(Duration::from_millis(100), stream.readable());
                if answered.await.is_ok() || stream.write_all(b" ").await.is_err() {
                    return read_to_end(&mut stream).await;
                }
            }
            panic!("it was never cut off");
        }));
    }
    for n in 0..20 {
        let file = ann.create_file(&ann.root, &[n; 5000]).await;
        let content = ann.client.get(&format!("/files/{file}/content")).await;
        assert_eq!(content.body, [n; 5000]);
    }
    for stream in slow {
        let answer = stream.await.unwrap();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_make_room_and_are_closed() {
    let app = unlimited()
        .env("STRONGROOM_IDLE_TIMEOUT", "3")
        .env("STRONGROOM_MAX_CONNECTIONS", "100")
        .start()
        .await;
    let mut idle = Vec::new();
    for n in 0..300 {
        let mut stream = connect(&app, &format!("127.0.1.{}", n % 200 + 1)).await;
        if n % 2 == 0 {
            // Also those that began to send headers.
            stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        }
        idle.push(stream);
    }
    for _ in 0..20 {
        let client = Client::new(app.url());
        client.get("/health").await.expect(200);
    }
    for mut stream in idle {
        let answer = read_to_end(&mut stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_share_of_connections() {
    let app = unlimited()
        .env("STRONGROOM_MAX_CONNECTIONS_PER_ADDRESS", "5")
        .start()
        .await;
    let client = Client::new(app.url());
    let mut busy = Vec::new();
    for _ in 0..5 {
        busy.push(begin(&app, "127.0.0.7").await);
    }
    let answer = loop {
        // The server may not have seen yet that they are busy, and let one of them go instead.
        busy.push(begin(&app, "127.0.0.7").await);
        let last = busy.last_mut().unwrap();
        let answered = tokio::time::timeout(Duration::from_millis(300), last.readable()).await;
        if answered.is_ok() {
            break read_to_end(last).await;
        }
        assert!(busy.len() < 50, "nobody was refused");
    };
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains(r#""code":"UNAVAILABLE""#), "{answer}");
    client.get("/health").await.expect(200);
    // Who leaves makes room.
    drop(busy);
    for _ in 0..500 {
        let mut again = connect(&app, "127.0.0.7").await;
        let request = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        again.write_all(request).await.unwrap();
        if read_to_end(&mut again).await.starts_with("HTTP/1.1 200 ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_does_not_read_is_cut_off() {
    let app = unlimited()
        .env("STRONGROOM_STALL_TIMEOUT", "2")
        .env("STRONGROOM_LOG", "debug")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let size = 64 * 1024 * 1024;
    let file = ann.create_file(&ann.root, &vec![7; size]).await;
    let token = ann.client.token().unwrap();
    let mut stream = connect(&app, "127.0.0.1").await;
    let request = format!(
        "GET /api/v1/files/{file}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut cut = false;
    for _ in 0..1500 {
        cut = app.logs().contains("a connection broke");
        if cut {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(cut, "the server still waits");
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert!(received.len() < size, "{}", received.len());
    // One that pauses, but takes enough in between, gets everything.
    let mut steady = connect(&app, "127.0.0.1").await;
    let close = request.replace("Host: x", "Host: x\r\nConnection: close");
    steady.write_all(close.as_bytes()).await.unwrap();
    let mut total = 0;
    let mut piece = vec![0; 1024 * 1024];
    let mut since_pause = 0;
    loop {
        let read = steady.read(&mut piece).await.unwrap();
        if read == 0 {
            break;
        }
        total += read;
        since_pause += read;
        if since_pause > 16 * 1024 * 1024 {
            since_pause = 0;
            tokio::time::sleep(Duration::from_millis(1000)).await;
        }
    }
    assert!(total > size, "{total}");
}

/// Answers of 8 MiB that are asked for and not read: two of them are all that one address may keep
/// in memory, eight more wait for room, and the others are refused.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_reads_are_limited() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    for _ in 0..2 {
        let folders: Vec<String> = (0..47).map(|_| uuid()).collect();
        let changes = folders.iter().map(|folder| {
            let mut change = create_folder(folder, &ann.root);
            change["metadata"]["sealed"] = json!(sealed(64 * 1024));
            change
        });
        let changes: Vec<Value> = changes.collect();
        let mut heads: Vec<Value> = folders.iter().map(|folder| head(folder, 0)).collect();
        heads.push(head(&ann.root, ann.seq("root").await));
        ann.commit_with(json!(changes), heads).await.expect(200);
    }
    let server: SocketAddr = app.url().trim_start_matches("http://").parse().unwrap();
    let token = ann.client.token().unwrap();
    let request = format!(
        "GET /api/v1/folders/root/children HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    let mut unread = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let (server, request) = (server, request.clone());
        unread.spawn(async move {
            let mut stream = socket.connect(server).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).await.unwrap();
            (String::from_utf8(status.to_vec()).unwrap(), stream)
        });
    }
    // Those that were answered are kept, and not read on.
    let mut kept = Vec::new();
    loop {
        let (status, stream) = unread.join_next().await.unwrap().unwrap();
        if status == "HTTP/1.1 503" {
            break;
        }
        assert_eq!(status, "HTTP/1.1 200");
        kept.push(stream);
        assert!(kept.len() <= 2, "they are all in memory");
    }
    // Who goes away makes room.
    drop((kept, unread));
    ann.client.get("/folders/root/children").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_addresses_are_limited() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let long = "x".repeat(9000);
    let answer = client.get(&format!("/auth/prelogin?email={long}")).await;
    answer.error(414, "BAD_REQUEST");
    let request = client.request(Method::GET, "/health");
    let details = request.header("x-anything", &long).send().await;
    let details = details.error(431, "BAD_REQUEST");
    assert_eq!(details["parameter"], "x-anything");
    for (count, size, status) in [
        (90, 10, 200),
        (110, 10, 431),
        (20, 2000, 431),
        (300, 10, 431),
        (60, 2000, 431),
    ] {
        let headers = (0..count).fold(String::new(), |all, n| {
            format!("{all}X-{n}: {}\r\n", "y".repeat(size))
        });
        let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).unwrap();
        let request =
            format!("GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{count} of {size}: {answer}");
        // What no program means to send is refused before there is a request to speak of.
        let whole = count < 200 && size * count < 60_000;
        assert_eq!(answer.contains("x-request-id: "), whole, "{answer}");
        assert_eq!(answer.contains("\r\n\r\n{\"success\":"), whole, "{answer}");
    }
}

#[test]
fn the_limit_of_open_files_is_raised() {
    let data = tempfile::tempdir().unwrap();
    let command = format!(
        "ulimit -Sn 200 && exec {} serve --data-dir {} --listen 127.0.0.1:0",
        binary().display(),
        data.path().join("data").display()
    );
    let mut server = Command::new("sh")
        .args(["-c", &command])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = server.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(line.contains("http://"), "{line}");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    let numbers: Vec<&str> = line.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{line}");
    assert_ne!(numbers[0], "200");
}
