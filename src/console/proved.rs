//! What changes something comes with proof: a form that this console made for the session it comes back with.
//!
//! A handler that changes anything takes one of these two in place of a [`Person`]. They are the one place where the proof
//! is looked at, so that a form without it never reaches what it would change.

use axum::{
    Form,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{access::Person, shield::plain, site::Site, upload};

/// A form with these fields, and who sent it.
#[derive(Debug)]
pub(super) struct ProvedForm<T = Click> {
    pub person: Person,
    pub fields: T,
}

/// The fields of a form that is a mere button.
#[derive(Debug, Deserialize)]
pub(super) struct Click {}

/// A form with one file, and who sent it.
#[derive(Debug)]
pub(super) struct ProvedUpload {
    pub person: Person,
    pub file: Bytes,
}

/// What every form of a signed-in person carries.
#[derive(Deserialize)]
struct Proof {
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<Site> for ProvedForm<T> {
    type Rejection = Response;
    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (person, parts, body) = signed_in(request, site).await?;
        let Proof { csrf } = fields(&parts, &body, site).await?;
        if !person.session.proves(&csrf) {
            return Err(foreign());
        }
        Ok(Self { person, fields: fields(&parts, &body, site).await? })
    }
}

impl FromRequest<Site> for ProvedUpload {
    type Rejection = Response;
    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (person, parts, body) = signed_in(request, site).await?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let Some(upload) = upload::read(kind.unwrap_or_default(), &body) else {
            return Err(plain(StatusCode::BAD_REQUEST, "The form cannot be understood."));
        };
        if !person.session.proves(&upload.csrf) {
            return Err(foreign());
        }
        let (start, length) = upload.file;
        Ok(Self { person, file: body.slice(start..start + length) })
    }
}

/// Who is signed in is asked before the body is read: a stranger's megabytes are not taken.
async fn signed_in(request: Request, site: &Site) -> Result<(Person, Parts, Bytes), Response> {
    let (mut parts, body) = request.into_parts();
    let person = Person::from_request_parts(&mut parts, site).await?;
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), site).await;
    Ok((person, parts, body.map_err(IntoResponse::into_response)?))
}

/// Reads some fields of a form. The proof is read apart from the others: a field that is no text could not be read from one
/// struct flattened into another.
async fn fields<T: DeserializeOwned>(parts: &Parts, body: &Bytes, site: &Site) -> Result<T, Response> {
    let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let form = Form::<T>::from_request(request, site).await;
    form.map(|Form(fields)| fields).map_err(IntoResponse::into_response)
}

fn foreign() -> Response {
    plain(StatusCode::FORBIDDEN, "The form did not come from this console.")
}
