//! What to do: joins what is known of the image's build to the upgrades that the advisories have.

use plimsoll_core::{Base, Distro, Finding, Package, Plan, Upgrade};
use plimsoll_image::ImageInfo;
use plimsoll_matcher::{Candidates, Error};
use plimsoll_remedy::{Advice, Build, Ended, upgrades};
use plimsoll_report::Support;

/// What is known of the image that findings are of.
#[derive(Default)]
pub(crate) struct Built {
    /// Whether there is an image, or only packages.
    pub(crate) image: bool,
    pub(crate) base: Option<Base>,
    pub(crate) distro: Option<Distro>,
    pub(crate) ended: Option<Ended>,
}

impl Built {
    pub(crate) fn of(info: &ImageInfo, distro: Option<&Distro>, packages: &[Package]) -> Self {
        Self { image: true, base: base_of(info, distro, packages), distro: distro.cloned(), ended: None }
    }
}

/// The image that an image was built on, as far as it can be told: for those who take inventories themselves. The
/// packages are those that count.
pub fn base_of(info: &ImageInfo, distro: Option<&Distro>, packages: &[Package]) -> Option<Base> {
    let stated = info.base.as_ref();
    let system = packages
        .iter()
        .filter(|package| package.kind.is_os())
        .flat_map(|package| &package.locations)
        .filter_map(|at| Some(at.layer.as_ref()?.index));
    let build = Build {
        history: &info.history,
        name: stated.and_then(|base| base.name.as_deref()),
        digest: stated.and_then(|base| base.digest.as_deref()),
        said_by: if stated.is_some_and(|base| base.annotated) { "annotation" } else { "label" },
        layers: u32::try_from(info.layers.len()).unwrap_or(u32::MAX),
        distro,
        system: system.min(),
    };
    build.base()
}

/// A release that gets no fixes any more, for [`Advice`]: of a support that has ended.
pub fn ended(support: &Support) -> Ended {
    let since = support.extended.as_ref().or(support.until.as_ref()).cloned();
    Ended { product: format!("{} {}", support.product, support.release), since }
}

/// Gives every finding its actions; returns the upgrades and the plan for those that no rule disables.
pub(crate) fn advise(
    findings: &mut [Finding],
    built: &Built,
    advisories: &dyn Candidates,
) -> Result<(Vec<Upgrade>, Plan), Error> {
    let active = || findings.iter().filter(|finding| finding.disabled.is_none());
    let upgrades = upgrades(active(), built.distro.as_ref(), advisories)?;
    let mut advice = Advice::new(&upgrades).on(built.distro.as_ref()).ended(built.ended.as_ref());
    if built.image {
        advice = advice.of_image(built.base.as_ref());
    }
    let plan = advice.plan(active());
    for finding in findings {
        finding.actions = advice.actions(finding);
    }
    Ok((upgrades, plan))
}
