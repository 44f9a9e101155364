use axum::extract::State;
use axum::response::Response;
use protocol::{
    ErrorCode, Failure, NewKeys, NodeKind, RegisterRequest, RegisterResponse, Success, UserId,
};
use uuid::Uuid;

use crate::clock::{now_ms, rfc3339};
use crate::commit::{check_head, check_metadata};
use crate::db::{Conn, DbError};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::{Fields, normalise_email};
use crate::http::input::{Body, MEDIUM};
use crate::limits::extract::RegistrationLimit;
use crate::repo::nodes::NewNode;
use crate::repo::users::NewUser;
use crate::repo::vaults::NewVault;
use crate::repo::{heads, nodes, users, vaults};
use crate::state::AppState;

/// The largest identity record, sealed state, sealed pins and ACL at registration, in bytes.
const RECORD: usize = 64 * 1024;

/// Make an account
///
/// The password never comes here: the client derives `password_hash` from it. With `keys` the
/// account is a vault. The first account becomes the administrator.
#[utoipa::path(post, path = "/auth/register", tag = "Accounts", operation_id = "register",
    request_body = RegisterRequest,
    responses(
        (status = 201, description = "The account was made", body = Success<RegisterResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn register(
    State(state): State<AppState>,
    _: RegistrationLimit,
    Body(request): Body<RegisterRequest, MEDIUM>,
) -> ApiResult<Response> {
    let email = validate(&request)?;
    let lookup = email.clone();
    if state
        .db
        .read::<_, DbError, _>(move |c| users::email_exists(c, &lookup))
        .await?
    {
        return Err(email_taken());
    }
    let password_hash = state.passwords.hash(request.password_hash.clone()).await?;
    let recovery_auth = match &request.keys {
        Some(keys) => Some(state.passwords.hash(keys.recovery.auth.clone()).await?),
        None => None,
    };
    let id = request
        .user_id
        .unwrap_or_else(|| UserId::from_random(crate::secrets::random()));
    let (now, quota) = (now_ms(), state.config.quota);
    let answer = RegisterResponse {
        user_id: id,
        email: email.clone(),
        created_at: rfc3339(now),
    };
    state
        .db
        .write::<_, ApiError, _>(move |c| {
            let user = NewUser {
                id,
                email: &email,
                username: request.username.as_deref(),
                first_name: request.first_name.as_deref(),
                last_name: request.last_name.as_deref(),
                password_hash: &password_hash,
                salt: &request.salt,
                kdf: request.kdf.as_deref(),
                created_at: now,
                quota,
            };
            if !users::insert(c, &user)? {
                let taken = users::email_exists(c, &email)?;
                return Err(if taken { email_taken() } else { id_taken() });
            }
            match (&request.keys, &recovery_auth) {
                (Some(keys), Some(auth)) => insert_vault(c, id, keys, auth, now),
                _ => Ok(()),
            }
        })
        .await?;
    Ok(answer::created("User registered successfully", answer))
}

fn insert_vault(
    conn: &mut dyn Conn,
    user: UserId,
    keys: &NewKeys,
    recovery_auth: &str,
    now: i64,
) -> ApiResult<()> {
    let root = &keys.root;
    let node = NewNode {
        id: root.id,
        owner: user,
        parent: None,
        kind: NodeKind::Folder,
        wrapped_key: &root.wrapped_key.0,
        metadata: &root.metadata,
        live: true,
        created_at: now,
        feed: 1,
    };
    if !nodes::insert(conn, &node)? {
        return Err(id_taken());
    }
    let vault = NewVault {
        user,
        format: keys.format,
        identity: &keys.identity.0,
        wrapped_key: &keys.wrapped_key.0,
        recovery_key: &keys.recovery.wrapped_key.0,
        recovery_auth,
        state: &keys.account_state,
        pins: &keys.pins,
        root: root.id,
    };
    vaults::insert(conn, &vault)?;
    heads::insert(conn, root.id, root.head.seq, &root.head.sealed)?;
    nodes::set_head(conn, root.id, root.head.seq, 1)?;
    heads::insert_acl(conn, root.id, &root.acl)?;
    Ok(())
}

/// Answers the normalised email.
fn validate(request: &RegisterRequest) -> ApiResult<String> {
    let mut fields = Fields::default();
    let email = normalise_email(&request.email);
    fields.require(email.is_some(), "email", "it is not an email address");
    fields.text("password_hash", &request.password_hash, 32, 1024);
    fields.text("salt", &request.salt, 16, 1024);
    fields.opt_text("kdf", request.kdf.as_deref(), 200);
    fields.opt_text("username", request.username.as_deref(), 64);
    fields.opt_text("first_name", request.first_name.as_deref(), 100);
    fields.opt_text("last_name", request.last_name.as_deref(), 100);
    fields.require(
        request.user_id != Some(UserId(Uuid::nil())),
        "user_id",
        "it must be a random UUID",
    );
    if let Some(keys) = &request.keys {
        fields.require(
            request.user_id.is_some(),
            "user_id",
            "an account with keys needs it",
        );
        fields.require(
            request.kdf.is_some(),
            "kdf",
            "an account with keys needs it",
        );
        validate_keys(&mut fields, keys);
    }
    fields.finish()?;
    Ok(email.unwrap_or_default())
}

fn validate_keys(fields: &mut Fields, keys: &NewKeys) {
    fields.equal("keys.format", keys.format.into(), protocol::FORMAT.into());
    fields.require(
        (64..=RECORD).contains(&keys.identity.0.len()),
        "keys.identity",
        "it must be 64 to 65536 bytes",
    );
    fields.wrapped_key("keys.wrapped_key", &keys.wrapped_key);
    fields.wrapped_key("keys.recovery.wrapped_key", &keys.recovery.wrapped_key);
    fields.text("keys.recovery.auth", &keys.recovery.auth, 32, 1024);
    for (name, record) in [("account_state", &keys.account_state), ("pins", &keys.pins)] {
        fields.equal(&format!("keys.{name}.epoch"), record.epoch, 1);
        fields.sealed(&format!("keys.{name}.sealed"), &record.sealed, RECORD);
    }
    let root = &keys.root;
    fields.wrapped_key("keys.root.wrapped_key", &root.wrapped_key);
    fields.equal("keys.root.metadata.rev", root.metadata.rev, 1);
    check_metadata(fields, "keys.root", &root.metadata);
    fields.equal("keys.root.acl.seq", root.acl.seq, 1);
    fields.sealed("keys.root.acl.sealed", &root.acl.sealed, RECORD);
    fields.require(
        root.head.node == root.id,
        "keys.root.head.node",
        "it must be the root's id",
    );
    fields.equal("keys.root.head.expected_seq", root.head.expected_seq, 0);
    fields.equal("keys.root.head.seq", root.head.seq, 1);
    check_head(fields, "keys.root.head", &root.head);
}

fn email_taken() -> ApiError {
    ApiError::new(
        ErrorCode::EmailTaken,
        "There is an account with this email already.",
    )
}

fn id_taken() -> ApiError {
    ApiError::conflict("An id was used before. Choose another one.")
}
