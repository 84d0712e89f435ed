use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

/// Someone who is told of what changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscriber {
    /// Its name: its place in the notifications is kept by it.
    pub name: String,
    /// A web address that notifications are posted to.
    #[serde(default)]
    pub url: Option<String>,
    /// A file that gets one document a line; instead of an address.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// What it is told.
    #[serde(default)]
    pub form: Form,
    /// What webhooks are signed with (Standard Webhooks): `whsec_` and base64, or any text.
    #[serde(default)]
    pub secret: Secret,
    /// A header that goes with each webhook, such as `Authorization: Bearer …`: its name and where its value is.
    #[serde(default)]
    pub header: Option<Header>,
    /// Begin with everything that is still there, and not with what happens from now on.
    #[serde(default)]
    pub from_oldest: bool,
}

/// A header of a webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// What a subscriber is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The notification.
    #[default]
    Plain,
    /// A CloudEvent with the notification as its data.
    CloudEvent,
}
