//! What rules may ask of an image, from what a report says of it.

use plimsoll_core::Base;
use plimsoll_report::{ImageSummary, Report};
use plimsoll_rules::Image;

/// The image of a report as rules see it, so that they can be applied to the report later.
pub fn rules_image(report: &Report) -> Image {
    image(&report.image, report.plan.base.as_ref())
}

pub(crate) fn image(summary: &ImageSummary, base: Option<&Base>) -> Image {
    let digests = summary.digest.iter().chain(&summary.config_digest);
    let mut image = Image {
        digests: digests.map(ToString::to_string).collect(),
        distro: summary.distro.clone(),
        base_layers: base.map(|base| base.layers).filter(|layers| *layers > 0),
        ..Image::default()
    };
    for name in &summary.tags {
        let name = name.split_once('@').map_or(name.as_str(), |(name, _)| name);
        let at = name.rfind('/').map_or(0, |slash| slash + 1);
        let Some((repository, tag)) = name
            .rfind(':')
            .filter(|&colon| colon >= at)
            .map(|colon| (name.get(..colon).unwrap_or_default(), name.get(colon + 1..).unwrap_or_default()))
        else {
            // A layout's reference name is a tag alone; an image by digest has none.
            match name.split_once('/') {
                Some((host, rest)) => {
                    image.registry.get_or_insert_with(|| host.to_owned());
                    image.repository.get_or_insert_with(|| rest.to_owned());
                }
                None => image.tags.push(name.to_owned()),
            }
            continue;
        };
        image.tags.push(tag.to_owned());
        let (registry, repository) = match repository.split_once('/') {
            Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (Some(host), rest),
            _ => (None, repository),
        };
        image.registry = image.registry.or_else(|| registry.map(str::to_owned));
        image.repository.get_or_insert_with(|| repository.to_owned());
    }
    // Registries that have projects (Harbor, GitLab, Google) name them first.
    let project =
        image.repository.as_deref().and_then(|repository| Some(repository.split_once('/')?.0.to_owned()));
    image.project = project;
    image
}
