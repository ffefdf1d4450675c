//! One handler for every command of the table.

use axum::Json;
use axum::RequestExt;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caseledger_dispatch::{self as dispatch, Entry, Receipt};
use uuid::Uuid;

use crate::Api;
use crate::body;
use crate::circumstances::Circumstances;
use crate::kinds::KINDS;
use crate::problem::Problem;

/// `POST /v1/{collection}/{id}/{command}`, and without an id for a command that opens something or a register of which
/// there is one.
pub async fn post(api: &Api, entry: Entry, request: Request<Body>) -> Result<Response, Problem> {
    let (id, request) = path_id(request).await?;
    let circumstances = Circumstances::of(&request)?;
    if api.settings.require_idempotency_key && circumstances.key.is_none() {
        return Err(Problem::of(&KINDS.key_required));
    }
    let message = body::json(request, api.settings.largest_body).await?;
    let asked = dispatch::Request {
        collection: entry.aggregate.collection.to_owned(),
        command: entry.spec.name.to_owned(),
        id,
        message,
        ..circumstances.request()
    };
    let receipt = api.dispatcher.dispatch(&circumstances.actor, asked).await?;
    Ok(answer(entry, receipt))
}

/// The id in the path, where there is one. What is no id can't be the id of anything.
async fn path_id(mut request: Request<Body>) -> Result<(Option<Uuid>, Request<Body>), Problem> {
    let unfit = || Problem::of(&KINDS.not_found);
    let params: RawPathParams = request.extract_parts().await.map_err(|_| unfit())?;
    let id = params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id.parse().map_err(|_| unfit()));
    Ok((id.transpose()?, request))
}

/// 201 for what was opened, now or when the same request came first; 200 otherwise.
fn answer(entry: Entry, receipt: Receipt) -> Response {
    let opened = entry.spec.opens() && receipt.positions.is_some();
    let status = if opened { StatusCode::CREATED } else { StatusCode::OK };
    let collection = entry.aggregate.collection;
    let location = match entry.aggregate.only {
        Some(_) => format!("/v1/{collection}"),
        None => format!("/v1/{collection}/{}", receipt.id),
    };
    let headers = [(header::ETAG, format!("\"{}\"", receipt.version)), (header::LOCATION, location)];
    (status, headers, Json(receipt)).into_response()
}
