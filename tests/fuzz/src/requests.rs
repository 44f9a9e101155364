//! The wire types: ids, binary fields, every request.

use protocol::{
    Base64, ChangePasswordRequest, CommitRequest, LoginRequest, NodeId, RecoveryFinishRequest,
    RecoveryStartRequest, RefreshRequest, RegisterRequest, ReplaceRecoveryRequest,
    UpdateKeysRequest, UpdateProfileRequest,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Target, choices::Choices, text, world::world};

pub(crate) const ID: Target = Target {
    name: "id",
    check: |bytes| {
        text(bytes, |text| {
            text.parse::<NodeId>().is_ok_and(|id| {
                assert_eq!(id.to_string(), text, "an id has one spelling");
                assert_eq!(NodeId::from_bytes(*id.as_bytes()), id);
                true
            })
        })
    },
    seeds: || {
        [
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
            "00000000-0000-0000-0000-000000000000",
            "67E55044-10b1-426f-9247-bb680e5fe0c8",
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    memory: (4096, 16),
};

pub(crate) const BASE64: Target = Target {
    name: "base64",
    check: |bytes| {
        serde_json::from_slice::<Base64>(bytes).is_ok_and(|value| {
            let text: String = serde_json::from_slice(bytes).expect("it was a string");
            assert_eq!(value.to_string(), text, "bytes have one spelling");
            true
        })
    },
    seeds: || {
        [
            r#""""#,
            r#""AAECAw==""#,
            r#""AAECAwQF""#,
            r#""AAECAx==""#,
            r#""AAEC_-==""#,
            "7",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    memory: (8192, 64),
};

/// A request and what is read back of it must be the same; the client is told a field.
fn request<T: Serialize + DeserializeOwned>(body: &[u8]) -> bool {
    match server::fuzzing::json::<T>(body) {
        Ok(request) => {
            let again = serde_json::to_vec(&request).expect("a request is JSON");
            let parsed: T = server::fuzzing::json(&again).expect("our own JSON");
            assert_eq!(
                serde_json::to_vec(&parsed).expect("a request is JSON"),
                again
            );
            true
        }
        Err(refusal) => {
            assert!(matches!(refusal.code, "BAD_REQUEST" | "VALIDATION_ERROR"));
            let details: serde_json::Value =
                serde_json::from_str(&refusal.details).expect("details are JSON");
            let named = details["fields"]
                .as_object()
                .is_some_and(|fields| fields.len() == 1);
            assert_eq!(named, refusal.code == "VALIDATION_ERROR", "{details}");
            false
        }
    }
}

const REQUESTS: &[fn(&[u8]) -> bool] = &[
    request::<RegisterRequest>,
    request::<LoginRequest>,
    request::<RefreshRequest>,
    request::<ChangePasswordRequest>,
    request::<UpdateProfileRequest>,
    request::<UpdateKeysRequest>,
    request::<CommitRequest>,
    request::<RecoveryStartRequest>,
    request::<RecoveryFinishRequest>,
    request::<ReplaceRecoveryRequest>,
];

/// Which request, then its body.
pub(crate) const REQUEST: Target = Target {
    name: "request",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let kind = usize::from(choices.byte()) % REQUESTS.len();
        REQUESTS[kind](choices.rest())
    },
    seeds: || {
        let world = world();
        let mut seeds: Vec<Vec<u8>> = (0..REQUESTS.len() as u8)
            .map(|kind| [&[kind][..], b"{}"].concat())
            .collect();
        seeds.push([&[0][..], &world.register].concat());
        seeds.push([&[3][..], &world.change_password].concat());
        seeds.push([&[6][..], &world.commit].concat());
        for (kind, body) in [
            (
                1,
                r#"{"email":"a@b.c","password_hash":"x","session":"cookie"}"#,
            ),
            (2, r#"{"refresh_token":null}"#),
            (4, r#"{"username":"ann","first_name":null}"#),
            (7, r#"{"email":"a@b.c","auth":1e400}"#),
            (
                6,
                r#"{"id":"67e55044-10b1-426f-9247-bb680e5fe0c8","changes":[{"type":"nothing"}],"heads":[]}"#,
            ),
            (
                6,
                r#"{"id":"67e55044-10b1-426f-9247-bb680e5fe0c8","changes":[{"type":"trash","node":"67E55044-10b1-426f-9247-bb680e5fe0c8"}],"heads":[]}"#,
            ),
        ] {
            seeds.push([&[kind][..], body.as_bytes()].concat());
        }
        seeds
    },
    // Values of tagged enums are kept until their tag is known.
    memory: (65_536, 512),
};
