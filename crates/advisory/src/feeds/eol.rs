//! endoflife.date: until when a product's releases are supported.

use serde::Deserialize;

use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// Lifetimes of releases: the API version 1 (`products/full`, one product) and the older one (a list of cycles,
/// whose product is the file's name).
#[derive(Clone, Copy, Debug, Default)]
pub struct EndOfLife;

/// Until when a release is supported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// The product as endoflife.date names it: `debian`, `amazon-linux`.
    pub product: String,
    /// The release: `12`, `22.04`, `2023`.
    pub release: String,
    /// The codename, where it has one.
    pub codename: Option<String>,
    /// The last day of security support, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// The last day of the support that some pay for.
    pub extended: Option<String>,
    /// Whether security support has ended, as the publisher says, for those whose day is not known.
    pub ended: Option<bool>,
}

impl Life {
    /// Whether regular support is over on a day (`YYYY-MM-DD`): its last day is still supported.
    pub fn is_over(&self, day: Option<&str>) -> bool {
        past(self.until.as_deref(), day).or(self.ended).unwrap_or(false)
    }

    /// Whether nobody gets fixes any more on a day (`YYYY-MM-DD`), the extended support included.
    pub fn is_ended(&self, day: Option<&str>) -> bool {
        self.is_over(day) && past(self.extended.as_deref(), day).unwrap_or(true)
    }

    /// That it has ended, for a person. `name` is what the release is called.
    pub fn end(&self, name: &str) -> String {
        let last = if self.extended.is_some() { &self.extended } else { &self.until };
        let since = last.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
        format!("{name} is end of life{since}; no further fixes")
    }
}

/// Whether a last day is before a day. Days of this form are in the order of their texts.
fn past(last: Option<&str>, day: Option<&str>) -> Option<bool> {
    let is_day = |text: &&str| {
        text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    Some(last.filter(is_day)? < day.filter(is_day)?)
}

#[derive(Deserialize)]
struct Answer {
    result: serde_json::Value,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    #[serde(default)]
    releases: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    name: String,
    codename: Option<String>,
    is_eol: Option<bool>,
    eol_from: Option<String>,
    eoes_from: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cycle {
    cycle: serde_json::Value,
    codename: Option<String>,
    eol: Option<serde_json::Value>,
    extended_support: Option<serde_json::Value>,
}

impl Feed for EndOfLife {
    fn about(&self) -> &'static About {
        &About {
            id: "eol",
            title: "endoflife.date",
            address: "https://endoflife.date/api/v1/products/full",
            licence: "MIT",
            decides: "until when a distribution's release gets security updates",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["result"]) && shape.form == Form::Object
            || shape.form == Form::Array && shape.has(&["cycle"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        if Shape::of(document.bytes).form == Form::Array {
            return cycles(self, document, emit);
        }
        let answer: Answer = super::json(self, &document)?;
        let products = match answer.result {
            serde_json::Value::Array(products) => products,
            product => vec![product],
        };
        for (index, product) in products.into_iter().enumerate() {
            match Product::deserialize(product) {
                Ok(product) => releases(&document, product, emit)?,
                Err(e) => emit(skipped(&document, &format!("product {index}"), e))?,
            }
        }
        Ok(())
    }
}

fn releases(document: &Document<'_>, product: Product, emit: &mut Emit<'_>) -> Result<(), Error> {
    for release in product.releases {
        match Release::deserialize(release) {
            Ok(release) => emit(Parsed::Life(Life {
                product: product.name.clone(),
                release: release.name,
                codename: release.codename,
                until: release.eol_from,
                extended: release.eoes_from,
                ended: release.is_eol,
            }))?,
            Err(e) => emit(skipped(document, &format!("a release of {}", product.name), e))?,
        }
    }
    Ok(())
}

fn cycles(feed: &EndOfLife, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
    let cycles: Vec<serde_json::Value> = super::json(feed, &document)?;
    let file = document.name.rsplit(['/', ' ']).next().unwrap_or_default();
    let product = file.strip_suffix(".json").unwrap_or(file);
    // A day, or whether it has come.
    let day =
        |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| Some(value.as_str()?.to_owned()));
    for cycle in cycles {
        match Cycle::deserialize(cycle) {
            Ok(cycle) => emit(Parsed::Life(Life {
                product: product.to_owned(),
                release: cycle.cycle.as_str().map_or_else(|| cycle.cycle.to_string(), str::to_owned),
                codename: cycle.codename,
                until: day(&cycle.eol),
                extended: day(&cycle.extended_support),
                ended: cycle.eol.as_ref().and_then(serde_json::Value::as_bool),
            }))?,
            Err(e) => emit(skipped(&document, "a cycle", e))?,
        }
    }
    Ok(())
}
