//! What requests bring along; what is wrong with it is a [`Problem`].

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use plimsoll::Digest;
use plimsoll_monitor::{DAY, Millis};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::app::{App, now};
use crate::problem::Problem;

/// The parameters after the question mark. Unknown ones are refused where `T` does so.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(value)| Self(value)).map_err(|error| Problem::bad(error.body_text()))
    }
}

/// The digest that the address names.
pub(crate) struct Named(pub(crate) Digest);

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|error| Problem::bad(error.body_text()))?;
        let digest = text.parse().map_err(|error| Problem::bad(format!("no digest: {error}")))?;
        Ok(Self(digest))
    }
}

/// The body, whatever it is, up to `limits.body`.
pub(crate) struct Body(pub(crate) Bytes);

impl FromRequest<App> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, app).await;
        bytes.map(Self).map_err(|error| Problem::new(error.status(), error.body_text()))
    }
}

/// The body as a JSON document. An empty one is `null`.
pub(crate) struct Document<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Document<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Body(bytes) = Body::from_request(request, app).await?;
        let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(bytes).map(Self).map_err(|error| {
            let status = match error.is_data() {
                true => StatusCode::UNPROCESSABLE_ENTITY,
                false => StatusCode::BAD_REQUEST,
            };
            Problem::new(status, format!("the body is not what it should be: {error}"))
        })
    }
}

/// A value that is written as an object. Structs are otherwise also read from lists of their fields, and whole numbers
/// from `2` alone, while to JSON Schema `2.0` is as whole.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut map = Map::deserialize(from)?;
        map.values_mut().for_each(whole);
        T::deserialize(Value::Object(map)).map(Self).map_err(serde::de::Error::custom)
    }
}

fn whole(value: &mut Value) {
    let Some(number) = value.as_f64().filter(|_| value.is_f64()) else { return };
    let digits = format!("{number}");
    if let Ok(number) = digits.parse::<i64>() {
        *value = number.into();
    }
}

/// From when until before when: what is not said is now, and so many days before it.
pub(crate) fn period(
    from: Option<&str>,
    to: Option<&str>,
    days: Millis,
) -> Result<(Millis, Millis), Problem> {
    // What is noted in this millisecond counts.
    let to = to.map_or(Ok(now().saturating_add(1)), |text| instant("to", text))?;
    let from = from.map_or(Ok(to.saturating_sub(days.saturating_mul(DAY))), |text| instant("from", text))?;
    Ok((from, to))
}

/// The last instant of the year 9999, which is the last that RFC 3339 has.
const LAST: i64 = 253_402_300_799_999;

/// An instant as people write it (RFC 3339), or in milliseconds since 1970.
pub(crate) fn instant(name: &str, text: &str) -> Result<i64, Problem> {
    let number = || text.parse().ok().filter(|at| (0..=LAST).contains(at));
    let read = plimsoll_registry::from_rfc3339(text).or_else(number);
    read.ok_or_else(|| Problem::bad(format!("{name}: {text:?} is no instant; expected 2026-01-31T00:00:00Z")))
}
