use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use harness::TestApp;
use harness::account::{Account, bare_registration, uuid};
use harness::client::Client;
use reqwest::Method;
use serde_json::json;

use crate::{start, unlimited};

#[tokio::test(flavor = "multi_thread")]
async fn everything_below_api_answers_in_the_envelope() {
    let (_app, client) = start().await;
    for path in ["/nowhere", "/files/x/y/z", "/", ""] {
        client.get(path).await.error(404, "NOT_FOUND");
    }
    client
        .get(&format!("{}/api", client.url()))
        .await
        .error(404, "NOT_FOUND");
    client
        .get(&format!("{}/api/v2/health", client.url()))
        .await
        .error(404, "NOT_FOUND");
    let answer = client.delete("/health").await;
    answer.error(405, "METHOD_NOT_ALLOWED");
    assert!(answer.header("allow").contains("GET"));
    client
        .request(Method::PUT, "/auth/login")
        .send()
        .await
        .error(405, "METHOD_NOT_ALLOWED");

    let post = |body: &str, kind: &str| {
        let request = client
            .request(Method::POST, "/auth/login")
            .body(body.to_owned());
        request.header("content-type", kind)
    };
    for bad in [
        "{",
        "",
        "nul",
        "{\"email\":\"\\ud800\"}",
        "{}{}",
        "\u{feff}{}",
    ] {
        let answer = post(bad, "application/json").send().await;
        assert!([400, 422].contains(&answer.status), "{bad}: {answer:?}");
    }
    post("{", "application/json")
        .send()
        .await
        .error(400, "BAD_REQUEST");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        post("{}", kind)
            .send()
            .await
            .error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let fine = r#"{"email":"a@b.c","password_hash":"x"}"#;
    post(fine, "Application/JSON; charset=utf-8")
        .send()
        .await
        .error(401, "INVALID_CREDENTIALS");
    let large = format!(r#"{{"email":"{}"}}"#, "x".repeat(100_000));
    let details = post(&large, "application/json")
        .send()
        .await
        .error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(details["limit"], 65_536);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_an_id_that_is_in_the_log_and_nothing_private_is() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "canary-email@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    let answer = ann
        .client
        .get(&format!("/files/{file}?canary-query=1"))
        .await;
    let id = answer.header("x-request-id").to_owned();
    assert_eq!(id.len(), 36);
    let missing = client
        .get("/canary-path")
        .await
        .header("x-request-id")
        .to_owned();
    let download = ann
        .client
        .get(&format!("/files/{file}/download"))
        .await
        .data();
    client
        .get(download["download_url"].as_str().unwrap())
        .await
        .expect(200);
    let logs = app.logs();
    let line = logs
        .lines()
        .find(|line| line.contains(&id))
        .expect("the request is logged");
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["route"], "/api/v1/files/{id}");
    assert_eq!(
        (&line["method"], &line["status"]),
        (&json!("GET"), &json!(200))
    );
    assert!(line["ms"].is_u64());
    assert!(logs.contains(&missing));
    let token = ann.client.token().unwrap();
    for private in [
        "canary",
        token,
        &ann.refresh_token,
        &ann.password_hash,
        &file,
        "signature",
        &ann.root,
    ] {
        assert!(!logs.contains(private), "{private}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_body_is_read_so_that_the_answer_arrives() {
    let (app, client) = start().await;
    let address = app.url().trim_start_matches("http://").to_owned();
    drop(client);
    let length = 4 * 1024 * 1024;
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    stream.write_all(&vec![b' '; length]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("PAYLOAD_TOO_LARGE"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_makes_the_server_fail() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let document = client.get("/openapi.json").await.json();
    let bodies = [
        json!(null),
        json!([]),
        json!({}),
        json!("x"),
        json!(-1),
        json!(1e300),
        json!({"email": [], "password_hash": {}, "id": 1, "changes": [[]], "heads": {}}),
        json!({"id": uuid(), "changes": [{"type": "create"}], "heads": []}),
        json!({"account_state": {"epoch": u64::MAX, "sealed": "AAAA"}}),
        json!({"email": "\u{0}", "password_hash": "\u{0}", "salt": "\u{0}"}),
        bare_registration("a\u{202e}b@example.org"),
    ];
    let ids = [
        "root",
        "%00",
        "%2e%2e%2f",
        "-1",
        "'",
        &"9".repeat(3000),
        &ann.root,
    ];
    let queries = [
        "",
        "?limit=-1&page=1e9",
        "?cursor=%F0%28%8C%28",
        "?%",
        "?version=%00&signature=%00&expires=-1&owner=x",
    ];
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        // It ends the session that the others need.
        if path == "/auth/logout" {
            continue;
        }
        for method in operations.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            for id in ids {
                for query in queries {
                    for body in &bodies {
                        let path = format!("{}{query}", path.replace("{id}", id));
                        let request = ann.client.request(method.clone(), &path).json(body);
                        let answer = request.header("range", "bytes=9-1").send().await;
                        assert!(answer.status < 500, "{method} {path} {body}: {answer:?}");
                    }
                    if !path.contains("{id}") {
                        break;
                    }
                }
                if !path.contains("{id}") {
                    break;
                }
            }
        }
    }
    assert!(!app.logs().contains("\"ERROR\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_named_origins_may_call() {
    let app = TestApp::builder().start().await;
    let client = Client::new(app.url());
    let ask = async |origin: &str, preflight: bool| {
        let method = if preflight {
            Method::OPTIONS
        } else {
            Method::GET
        };
        let request = client.request(method, "/health").header("origin", origin);
        let request = if preflight {
            request.header("access-control-request-method", "PATCH")
        } else {
            request
        };
        request.send().await
    };
    let answer = ask("http://localhost:3000", true).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "http://localhost:3000"
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("Authorization")
    );
    let answer = ask("http://localhost:3000", false).await;
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("Location")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    for preflight in [true, false] {
        let answer = ask("http://evil.example", preflight).await;
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let app = unlimited()
        .env(
            "STRONGROOM_CORS_ORIGINS",
            "https://a.example,https://b.example",
        )
        .start()
        .await;
    let client = Client::new(app.url());
    let answer = client
        .request(Method::GET, "/health")
        .header("origin", "https://b.example")
        .send()
        .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://b.example"
    );
}

/// Such a client waits to be told to go on; an answer at once spares both the body.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_wanted_is_not_asked_for() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let address = app.url().trim_start_matches("http://").to_owned();
    let ask = |token: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /api/v1/commits HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).unwrap();
        (String::from_utf8(answer).unwrap(), stream)
    };
    assert_eq!(ask("wrong").0, "HTTP/1.1 401");
    let (first, mut stream) = ask(ann.client.token().unwrap());
    assert_eq!(first, "HTTP/1.1 100");
    stream.write_all(b"{}").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("HTTP/1.1 422"), "{rest}");
}
