//! Apache Parquet: a row for each finding, with its image, so that the files of a fleet are one table. Texts are cleaned
//! as in CSV, lists are joined by blanks, and what is not known is null.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use plimsoll_core::{Finding, Status, clean};

use crate::reference::Name;
use crate::{Options, Report, link, score};

/// The values of a column, one for each finding.
enum Values {
    Text(Vec<Option<String>>),
    Number(Vec<Option<i32>>),
    Real(Vec<Option<f64>>),
}

pub(crate) fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    // The writer wants what threads may share, which not every output is.
    let bytes = file(report).map_err(|error| match error {
        ParquetError::General(text) => io::Error::other(text),
        other => io::Error::other(other.to_string()),
    })?;
    out.write_all(&bytes)
}

fn columns(report: &Report) -> Vec<(&'static str, Values)> {
    let image = &report.image;
    let name = Name::of(image);
    let digest = image.digest.as_ref().or(image.config_digest.as_ref()).map(ToString::to_string);
    let always = |text: Option<String>| Values::Text(vec![text; report.findings.len()]);
    let text =
        |of: &dyn Fn(&Finding) -> Option<String>| Values::Text(report.findings.iter().map(of).collect());
    let number =
        |of: &dyn Fn(&Finding) -> Option<i32>| Values::Number(report.findings.iter().map(of).collect());
    let real = |of: &dyn Fn(&Finding) -> Option<f64>| Values::Real(report.findings.iter().map(of).collect());
    let joined = |all: &[String]| (!all.is_empty()).then(|| all.join(" "));
    vec![
        ("image", always(Some(image.name.clone()))),
        ("repository", always(Some(name.repository).filter(|name| !name.is_empty()))),
        ("tag", always(name.tag)),
        ("digest", always(digest)),
        ("os", always(image.distro.as_ref().map(|distro| distro.title()))),
        ("advisories", always(report.advisories.newest.clone())),
        ("day", always(report.day.clone())),
        ("severity", text(&|finding| Some(finding.severity.name().to_owned()))),
        ("score", real(&score::score)),
        ("priority", number(&|finding| finding.priority.map(i32::from))),
        ("id", text(&|finding| Some(finding.id.clone()))),
        ("aliases", text(&|finding| joined(&finding.aliases))),
        ("cwes", text(&|finding| joined(&finding.cwes))),
        ("title", text(&|finding| Some(finding.summary.clone()).filter(|summary| !summary.is_empty()))),
        (
            "status",
            text(&|finding| {
                Some(if finding.status == Status::Affected { "affected" } else { "undetermined" }.to_owned())
            }),
        ),
        ("package", text(&|finding| Some(finding.package.name.clone()))),
        ("version", text(&|finding| Some(finding.package.version.clone()))),
        ("type", text(&|finding| Some(finding.package.kind.to_string()))),
        ("purl", text(&|finding| Some(finding.package.purl.to_string()))),
        ("path", text(&|finding| finding.package.locations.first().map(|at| at.path.to_text()))),
        (
            "layer",
            number(&|finding| {
                let layer = finding.package.locations.first()?.layer.as_ref()?;
                i32::try_from(layer.index).ok()
            }),
        ),
        ("fixed", text(&|finding| joined(&finding.fixed_versions))),
        ("epss", real(&score::epss)),
        ("exploited_since", text(&|finding| score::exploited(finding).map(str::to_owned))),
        ("first_seen", text(&|finding| finding.first_seen.clone())),
        ("disabled_by", text(&|finding| finding.disabled.as_ref().map(|by| by.rule.clone()))),
        ("disabled_until", text(&|finding| finding.disabled.as_ref()?.until.clone())),
        ("url", text(&|finding| link::vulnerability(&finding.id))),
    ]
}

fn file(report: &Report) -> Result<Vec<u8>> {
    let columns = columns(report);
    let field = |(name, values): &(&str, Values)| {
        let (kind, logical) = match values {
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Number(_) => (Physical::INT32, None),
            Values::Real(_) => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(name, kind).with_repetition(Repetition::OPTIONAL);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    let schema = Arc::new(Type::group_type_builder("findings").with_fields(fields).build()?);
    let made = format!("{} version {}", report.tool.name, report.tool.version);
    let properties = WriterProperties::builder().set_created_by(clean(&made).to_string()).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut rows = writer.next_row_group()?;
    for (_, values) in columns {
        let Some(mut column) = rows.next_column()? else { break };
        match (column.untyped(), values) {
            (ColumnWriter::ByteArrayColumnWriter(to), Values::Text(values)) => {
                let cleaned = |text: String| ByteArray::from(clean(&text).to_string().into_bytes());
                let (values, levels) = defined(values.into_iter().map(|text| text.map(cleaned)));
                to.write_batch(&values, Some(&levels), None)?;
            }
            (ColumnWriter::Int32ColumnWriter(to), Values::Number(values)) => {
                let (values, levels) = defined(values.into_iter());
                to.write_batch(&values, Some(&levels), None)?;
            }
            (ColumnWriter::DoubleColumnWriter(to), Values::Real(values)) => {
                let (values, levels) = defined(values.into_iter());
                to.write_batch(&values, Some(&levels), None)?;
            }
            _ => return Err(ParquetError::General("a column of another type than its values".to_owned())),
        }
        column.close()?;
    }
    rows.close()?;
    writer.into_inner()
}

/// The values that are there, and for each row whether one is (Parquet, "Nested Encoding", definition levels).
fn defined<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    (there, levels)
}
