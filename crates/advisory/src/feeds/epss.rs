//! FIRST's Exploit Prediction Scoring System: a probability for each CVE, new every day.

use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// The daily `epss_scores-….csv`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epss;

/// How likely a vulnerability is to be exploited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The CVE.
    pub id: String,
    /// The probability of exploitation within 30 days, in millionths.
    pub probability: u32,
    /// The share of all vulnerabilities that score lower, in millionths; the oldest files have none.
    pub percentile: Option<u32>,
}

impl Feed for Epss {
    fn about(&self) -> &'static About {
        &About {
            id: "epss",
            title: "Exploit Prediction Scoring System",
            address: "https://epss.cyentia.com/epss_scores-current.csv.gz",
            licence: "free to use with attribution to FIRST",
            decides: "how likely a vulnerability is to be exploited in the next 30 days",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        let first = shape.names.first().map(AsRef::as_ref).unwrap_or_default();
        shape.form == Form::Text && (first.starts_with("#model_version:") || first.starts_with("cve,epss"))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let refused =
            |why: &str| Error::Document { feed: "epss", path: document.name.to_owned(), why: why.to_owned() };
        let text = std::str::from_utf8(document.bytes).map_err(|_| refused("it is not UTF-8"))?;
        let mut lines = text.lines();
        let mut line = lines.next().unwrap_or_default();
        let mut date = date_of_name(document.name);
        if let Some(comment) = line.strip_prefix('#') {
            let stated = comment.split(',').find_map(|field| field.strip_prefix("score_date:"));
            date = Some(day(stated.ok_or_else(|| refused("its comment has no score_date"))?).to_owned());
            line = lines.next().unwrap_or_default();
        }
        // The oldest files have no comment: their name alone says the day.
        let date = date.ok_or_else(|| refused("neither it nor its name says of which day it is"))?;
        let columns: Vec<&str> = line.split(',').map(str::trim).collect();
        let column = |name: &str| columns.iter().position(|column| *column == name);
        let (Some(id), Some(epss)) = (column("cve"), column("epss")) else {
            return Err(refused("its columns are not cve,epss,percentile"));
        };
        let percentile = column("percentile");
        emit(Parsed::Scores { date })?;
        for (number, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let field = |at: usize| fields.get(at).copied();
            let score = field(id)
                .filter(|id| id.starts_with("CVE-"))
                .and_then(|id| Some((id.to_owned(), millionths(field(epss)?)?)))
                .map(|(id, probability)| Score {
                    id,
                    probability,
                    percentile: percentile.and_then(field).and_then(millionths),
                });
            match score {
                Some(score) => emit(Parsed::Score(score))?,
                None => {
                    emit(skipped(&document, &format!("row {}", number + 1), "it is not cve,epss,percentile"))?
                }
            }
        }
        Ok(())
    }
}

/// `2024-10-25T00:00:00+0000`.
fn day(date: &str) -> &str {
    date.split('T').next().unwrap_or(date)
}

/// `epss_scores-2021-04-14.csv`.
fn date_of_name(name: &str) -> Option<String> {
    let date = name.rsplit("epss_scores-").next().filter(|rest| rest.len() < name.len())?.get(..10)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = date.split('-');
    let whole = matches!((parts.next(), parts.next(), parts.next(), parts.next()),
        (Some(y), Some(m), Some(d), None) if y.len() == 4 && m.len() == 2 && d.len() == 2 && digits(y) && digits(m) && digits(d));
    whole.then(|| date.to_owned())
}

/// A decimal fraction between 0 and 1 in millionths; further digits are cut off.
fn millionths(text: &str) -> Option<u32> {
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        // Tiny probabilities may be written `4.3e-05`.
        let value: f64 = format!("{mantissa}e{exponent}").parse().ok()?;
        return if value.is_finite() { millionths(&format!("{value:.6}")) } else { None };
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut digits: String = fraction.chars().take(6).collect();
    while digits.len() < 6 {
        digits.push('0');
    }
    let value = whole.parse::<u32>().ok()?.checked_mul(1_000_000)?.checked_add(digits.parse().ok()?)?;
    (value <= 1_000_000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{date_of_name, millionths};

    #[test]
    fn fractions_are_exact() {
        assert_eq!(millionths("0.91963"), Some(919_630));
        assert_eq!(millionths("1.00000"), Some(1_000_000));
        assert_eq!(millionths("0"), Some(0));
        assert_eq!(millionths("4.3e-05"), Some(43));
        for bad in ["", ".5", "1.1", "-0.1", "x", "0.x"] {
            assert_eq!(millionths(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_of_files_say_the_day() {
        assert_eq!(date_of_name("a/epss_scores-2021-04-14.csv").as_deref(), Some("2021-04-14"));
        assert_eq!(date_of_name("epss_scores-current.csv"), None);
        assert_eq!(date_of_name("x.csv"), None);
    }
}
