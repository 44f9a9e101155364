//! Uploads of accounts without keys: forms written byte by byte, so that tests can bend them.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// What separates the parts.
pub const BOUNDARY: &str = "----FormBoundary7MA4YWxkTrZu0gW";

/// A form's parts, in their order.
#[derive(Clone, Default)]
pub struct Form {
    parts: Vec<u8>,
}

impl Form {
    /// A form that is accepted, with such a name and such bytes.
    #[must_use]
    pub fn of(name: &str, data: &[u8]) -> Self {
        Self::default()
            .file(data)
            .text("encrypted_filename", name)
            .text("encrypted_metadata", &metadata(name).to_string())
            .text("file_size", &data.len().to_string())
    }

    /// Adds a field.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("form-data; name=\"{name}\""), value.as_bytes())
    }

    /// Adds the file.
    #[must_use]
    pub fn file(self, data: &[u8]) -> Self {
        self.part(
            "form-data; name=\"file\"; filename=\"blob\"\r\nContent-Type: application/octet-stream",
            data,
        )
    }

    /// Adds a part with such a disposition.
    #[must_use]
    pub fn part(mut self, disposition: &str, data: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n");
        self.parts.extend_from_slice(head.as_bytes());
        self.parts.extend_from_slice(data);
        self.parts.extend_from_slice(b"\r\n");
        self
    }

    /// The whole body.
    #[must_use]
    pub fn body(mut self) -> Vec<u8> {
        self.parts
            .extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.parts
    }

    /// Uploads it.
    pub async fn send(self, client: &Client) -> Answer {
        send(client, self.body()).await
    }
}

/// What the tests say of a file.
#[must_use]
pub fn metadata(name: &str) -> Value {
    json!({
        "encrypted_size": format!("size of {name}"),
        "encrypted_type": "sealed type",
        "encrypted_original_name": format!("\"{name}\" é"),
    })
}

/// Sends a body as a form.
pub async fn send(client: &Client, body: Vec<u8>) -> Answer {
    client
        .request(reqwest::Method::POST, "/files/upload")
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
        .send()
        .await
}

/// Uploads a file and answers its id.
///
/// # Panics
/// If it is refused.
pub async fn upload(client: &Client, name: &str, data: &[u8]) -> String {
    let answer = Form::of(name, data).send(client).await;
    answer.expect(201);
    answer.data()["file_id"].as_str().expect("an id").to_owned()
}
