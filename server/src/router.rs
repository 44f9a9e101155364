//! Every route, and what goes around them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::error::ApiError;
use crate::http::{context, cors};
use crate::routes::{auth, changes, commits, files, folders, system, uploads, user};
use crate::state::AppState;
use crate::web;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Strongroom",
        description = "Zero-knowledge file storage: what is stored was sealed by the client, and \
                       the server can open none of it. Every JSON answer is in one envelope.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    modifiers(&Bearer),
    tags(
        (name = "Accounts", description = "Accounts and sessions"),
        (name = "Keys", description = "A vault's sealed keys"),
        (name = "Uploads", description = "Resumable uploads (tus 1.0)"),
        (name = "Tree", description = "A vault's tree: commits, folders, heads, changes"),
        (name = "Files", description = "Files and their bytes"),
        (name = "System", description = "The server itself")
    )
)]
struct ApiDoc;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// All endpoints.
fn api() -> OpenApiRouter<AppState> {
    let endpoints = OpenApiRouter::new()
        .routes(routes!(system::health::health))
        .routes(routes!(system::stats::stats))
        .routes(routes!(auth::register::register))
        .routes(routes!(auth::prelogin::prelogin))
        .routes(routes!(auth::login::login))
        .routes(routes!(auth::logout::logout))
        .routes(routes!(auth::refresh::refresh))
        .routes(routes!(auth::verify::verify))
        .routes(routes!(auth::recovery_start::start))
        .routes(routes!(auth::recovery_finish::finish))
        .routes(routes!(user::profile::get, user::profile::update))
        .routes(routes!(user::storage::get))
        .routes(routes!(user::change_password::change_password))
        .routes(routes!(user::keys::get, user::keys::update))
        .routes(routes!(user::recovery::replace))
        .routes(routes!(user::sessions::list, user::sessions::end_others))
        .routes(routes!(user::sessions::end))
        .routes(routes!(uploads::create::create, uploads::options::options))
        .routes(routes!(
            uploads::head::head,
            uploads::patch::patch,
            uploads::delete::delete
        ))
        .routes(routes!(uploads::batch::batch))
        .routes(routes!(commits::create::create))
        .routes(routes!(changes::list::list))
        .routes(routes!(folders::create::create))
        .routes(routes!(folders::children::children))
        .routes(routes!(folders::heads::heads))
        .routes(routes!(files::list::list))
        .routes(routes!(files::upload::upload))
        .routes(routes!(
            files::details::details,
            files::update::update,
            files::trash::trash
        ))
        .routes(routes!(files::many::details))
        .routes(routes!(files::contents::contents))
        .routes(routes!(files::purge::purge))
        .routes(routes!(files::trash::restore))
        .routes(routes!(files::path::path))
        .routes(routes!(files::metadata::get, files::metadata::update))
        .routes(routes!(files::versions::list, files::versions::add))
        .routes(routes!(files::versions::download))
        .routes(routes!(files::versions::restore))
        .routes(routes!(files::versions::delete))
        .routes(routes!(files::download::download))
        .routes(routes!(files::content::content))
        .routes(routes!(files::thumbnail::thumbnail));
    OpenApiRouter::with_openapi(ApiDoc::openapi()).nest(protocol::BASE_PATH, endpoints)
}

/// The OpenAPI document of this release, as formatted JSON.
///
/// # Panics
/// Never: the document is made of plain values.
#[must_use]
pub fn openapi_json() -> String {
    api()
        .into_openapi()
        .to_pretty_json()
        .expect("the document is made of plain values")
}

/// The whole application.
pub(crate) fn build(state: AppState) -> Router {
    let (api, openapi) = api().split_for_parts();
    let docs: Router<AppState> = SwaggerUi::new("/docs")
        .url(format!("{}/openapi.json", protocol::BASE_PATH), openapi)
        .into();
    api.merge(docs.layer(from_fn(web::docs_headers)))
        .fallback(fallback)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn(api_headers))
        // Bodies are limited where they are read, each by its own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.clone(), cors::around))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), context::around))
        .with_state(state)
}

/// Below `/api` nothing but the API; everything else is the web app.
async fn fallback(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return ApiError::no_route().into_response();
    }
    web::serve(request.method(), path, request.headers())
}

/// Answers of the API are nobody else's: not for caches.
async fn api_headers(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if api {
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .entry(CACHE_CONTROL)
            .or_insert(no_store);
    }
    response
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer asks for this signature"
)]
fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    ApiError::internal(cause).into_response()
}
