use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Value};
use plimsoll_core::clean;

use crate::Report;

/// Renders the report by a template in Jinja's language (minijinja). The template sees the report's JSON form
/// (docs/json.md): `{% for f in findings %}{{ f.id }} {{ f.package.name }}{% endfor %}`. Every text that it prints is
/// made safe to show on a terminal; the filter `e` makes it safe for HTML and XML as well.
///
/// # Errors
/// The template is none, or asks for what is not there.
pub fn render(report: &Report, template: &str) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax =
        SyntaxConfig::builder().keep_trailing_newline(true).build().map_err(|error| error.to_string())?;
    environment.set_syntax(syntax);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => {
            minijinja::escape_formatter(out, state, &Value::from(clean(text).to_string()))
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment
        .add_filter("e", |value: Value| Value::from_safe_string(crate::xml::escape(&value.to_string())));
    let report: Value =
        serde_json::to_value(report).and_then(serde_json::from_value).map_err(|error| error.to_string())?;
    environment.render_str(template, report).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use crate::{ImageSummary, Report};

    #[test]
    fn what_is_printed_is_cleaned_and_escaped_on_request() {
        let image = ImageSummary { name: "a\u{1b}<b>".into(), ..ImageSummary::default() };
        let report = Report::of_packages(image, None, Vec::new(), Vec::new());
        let text = super::render(&report, "{{ image.name }} {{ image.name | e }} {{ coverage.packages }}\n");
        assert_eq!(text.as_deref(), Ok("a\u{fffd}<b> a\u{fffd}&lt;b&gt; 0\n"));
        assert!(super::render(&report, "{% for %}").is_err());
    }
}
