//! Tells subscribers: each in its own time, on a thread of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_monitor::{FileForm, FileSink, Notification, Sink, Store as _, sign};
use ureq::Agent;

use crate::app::{App, complain};
use crate::config::{Form, Subscriber};
use crate::error::Error;
use crate::metrics::count;

/// What calls itself the source of CloudEvents.
const SOURCE: &str = "/plimsoll";
const BATCH: usize = 256;
const LOOK: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A subscriber and what reaches it.
pub(crate) struct Outlet {
    name: String,
    sink: Box<dyn Sink + Send>,
}

/// Opens files and reads secrets.
pub(crate) fn open(subscribers: &[Subscriber]) -> Result<Vec<Outlet>, Error> {
    let mut outlets = Vec::with_capacity(subscribers.len());
    for subscriber in subscribers {
        let sink: Box<dyn Sink + Send> = match (&subscriber.url, &subscriber.file) {
            (Some(url), _) => Box::new(Webhook::new(url, subscriber)?),
            (None, Some(path)) => {
                let form = match subscriber.form {
                    Form::Plain => FileForm::Plain,
                    Form::CloudEvent => FileForm::CloudEvent(SOURCE.to_owned()),
                };
                Box::new(FileSink::open(path, form)?)
            }
            (None, None) => continue,
        };
        outlets.push(Outlet { name: subscriber.name.clone(), sink });
    }
    Ok(outlets)
}

pub(super) fn run(app: &App, mut outlet: Outlet) {
    let mut wait = FIRST_WAIT;
    while !app.is_stopping() {
        let seen = app.news.rung();
        match app.store.deliver(&outlet.name, &mut *outlet.sink, BATCH) {
            Ok(told) => {
                count(&app.metrics.delivered, told);
                wait = FIRST_WAIT;
                if told < BATCH {
                    app.news.wait(seen, LOOK);
                }
            }
            Err(error) => {
                count(&app.metrics.undelivered, 1);
                complain(&error.to_string());
                pause(app, wait);
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// Waits whatever rings, except for the stop.
fn pause(app: &App, wait: Duration) {
    let until = std::time::Instant::now() + wait;
    while !app.is_stopping() {
        let left = until.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return;
        }
        app.news.wait(app.news.rung(), left.min(LOOK));
    }
}

struct Webhook {
    agent: Agent,
    url: String,
    form: Form,
    secret: Option<Vec<u8>>,
    header: Option<(String, String)>,
}

impl Webhook {
    fn new(url: &str, subscriber: &Subscriber) -> Result<Self, Error> {
        let whose = format!("subscriber {:?}", subscriber.name);
        if !url.starts_with("https://") && !url.starts_with("http://") {
            let why = format!("{url:?} is no web address");
            return Err(Error::Setting { what: whose, why });
        }
        // Standard Webhooks: secrets are written as `whsec_` and base64.
        let secret = subscriber.secret.read(&whose)?.map(|text| match text.strip_prefix("whsec_") {
            Some(coded) => STANDARD.decode(coded).unwrap_or_else(|_| text.clone().into_bytes()),
            None => text.into_bytes(),
        });
        let header = match &subscriber.header {
            Some(header) => header.value.read(&whose)?.map(|value| (header.name.clone(), value)),
            None => None,
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Ok(Self { agent, url: url.to_owned(), form: subscriber.form.clone(), secret, header })
    }
}

impl Sink for Webhook {
    fn take(&mut self, notification: &Notification) -> Result<(), String> {
        let (body, kind) = match self.form {
            Form::Plain => (serde_json::to_vec(notification), "application/json"),
            Form::CloudEvent => {
                (serde_json::to_vec(&notification.cloud_event(SOURCE)), "application/cloudevents+json")
            }
        };
        let body = body.map_err(|error| error.to_string())?;
        let mut request = self.agent.post(&self.url).header("content-type", kind);
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        if let Some(secret) = &self.secret {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
            let signed = sign(secret, &notification.id, seconds, &body);
            request = request
                .header("webhook-id", signed.id)
                .header("webhook-timestamp", signed.timestamp)
                .header("webhook-signature", signed.signature);
        } else {
            request = request.header("webhook-id", &notification.id);
        }
        match request.send(&body[..]) {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
            Err(error) => Err(error.to_string()),
        }
    }
}
