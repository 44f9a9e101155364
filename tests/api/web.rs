use harness::account::Account;
use harness::client::{Answer, Client};
use reqwest::Method;

use crate::start;

async fn page(client: &Client, path: &str, accept: &str) -> Answer {
    let request = client.request(Method::GET, &format!("{}{path}", client.url()));
    request.header("accept", accept).send().await
}

fn is_confined(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    assert!(
        !policy.contains("unsafe-eval'") || policy.contains("'wasm-unsafe-eval'"),
        "{what}: {policy}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}");
    }
    assert!(
        answer.header("permissions-policy").contains("camera=()"),
        "{what}"
    );
    assert_eq!(answer.header("x-request-id").len(), 36, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_confined() {
    let (_app, client) = start().await;
    for path in [
        "/",
        "/api/v1/health",
        "/api/v1/nowhere",
        "/docs/",
        "/nothing.js",
    ] {
        is_confined(&page(&client, path, "*/*").await, path);
    }
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    let signed = ann.client.get(&format!("/files/{file}/download")).await;
    let signed = signed.data()["download_url"].as_str().unwrap().to_owned();
    let preflight = |origin: &str| {
        let request = client.request(Method::OPTIONS, "/files");
        request
            .header("origin", origin)
            .header("access-control-request-method", "GET")
    };
    let long = format!("/health?{}", "x".repeat(9000));
    for (what, answer) in [
        ("signed", client.get(&signed).await),
        ("preflight", preflight("http://localhost:3000").send().await),
        ("foreign", preflight("http://elsewhere").send().await),
        (
            "tus",
            client.request(Method::OPTIONS, "/uploads").send().await,
        ),
        ("refused", client.get("/files").await),
        ("too long", client.get(&long).await),
        ("method", client.delete("/health").await),
    ] {
        is_confined(&answer, what);
    }
    let outside = client.request(Method::POST, client.url()).body("x");
    let outside = outside.send().await;
    is_confined(&outside, "outside of the API");
    outside.error(405, "METHOD_NOT_ALLOWED");
    assert_eq!(outside.header("allow"), "GET, HEAD");
}

/// Whether the app was built before the server decides which of the two must be served.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_the_app_show_its_page() {
    let (_app, client) = start().await;
    let root = page(&client, "/", "text/html").await;
    root.expect(200);
    assert_eq!(root.header("cache-control"), "no-cache");
    if root.header("content-type").starts_with("text/plain") {
        assert!(String::from_utf8_lossy(&root.body).contains("without the web app"));
        return;
    }
    let policy = root.header("content-security-policy");
    for part in [
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types ",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    // A cached service worker would hold an old app in place.
    for path in ["/sw.js", "/direct.js"] {
        let worker = page(&client, path, "*/*").await;
        worker.expect(200);
        assert_eq!(worker.header("cache-control"), "no-cache");
        assert!(worker.header("content-type").starts_with("text/javascript"));
    }
    assert!(policy.contains("worker-src 'self'"), "{policy}");
    assert!(policy.contains("manifest-src 'self'"), "{policy}");
    let manifest = page(&client, "/manifest.webmanifest", "*/*").await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let deep = page(&client, "/files/some/folder", "text/html,*/*").await;
    assert_eq!((deep.status, &deep.body), (200, &root.body));
    assert_eq!(page(&client, "/assets/missing.js", "*/*").await.status, 404);
    assert_eq!(
        client
            .request(Method::POST, client.url())
            .send()
            .await
            .status,
        405
    );
    let etag = root.header("etag").to_owned();
    let again = client
        .request(Method::GET, client.url())
        .header("if-none-match", etag)
        .send()
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    let html = String::from_utf8(root.body.clone()).unwrap();
    let start = html.find("/assets/").expect("the page loads a script");
    let asset: String = html[start..].chars().take_while(|c| *c != '"').collect();
    let answer = page(&client, &asset, "*/*").await;
    answer.expect(200);
    assert!(
        answer.header("cache-control").contains("immutable"),
        "{asset}"
    );
    assert_eq!(
        answer.header("content-security-policy"),
        root.header("content-security-policy")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_is_served_without_the_network() {
    let (_app, client) = start().await;
    let answer = page(&client, "/docs/", "text/html").await;
    answer.expect(200);
    let html = String::from_utf8(answer.body).unwrap();
    assert!(html.contains("swagger-ui"));
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "{html}"
    );
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    page(&client, "/docs/swagger-ui-bundle.js", "*/*")
        .await
        .expect(200);
    page(&client, "/docs/swagger-initializer.js", "*/*")
        .await
        .expect(200);
}
