//! What to do about one finding.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_core::{
    Action, Base, Distro, Evidence, Finding, FixState, PackageType, Remedy, Role, Status, Upgrade, Verdict,
};

use crate::command;

/// What is known when advice is given, besides the findings.
#[derive(Debug)]
pub struct Advice<'a> {
    pub(crate) upgrades: BTreeMap<(PackageType, &'a str, &'a str), &'a Upgrade>,
    pub(crate) base: Option<&'a Base>,
    pub(crate) distro: Option<&'a Distro>,
    pub(crate) ended: Option<&'a Ended>,
    /// Whether there is an image that can be built again, or only packages.
    pub(crate) image: bool,
}

/// A distribution's release whose support has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What a person calls it.
    pub product: String,
    /// The last day of its support, `YYYY-MM-DD`, where it is known.
    pub since: Option<String>,
}

/// What a package is upgraded to.
pub(crate) enum Target<'a, 'f> {
    /// The upgrade that was tried.
    Tried(&'a Upgrade),
    /// A version that the finding names.
    Named(&'f str),
}

impl<'f, 'a: 'f> Target<'a, 'f> {
    /// The version.
    pub(crate) fn to(self) -> &'f str {
        match self {
            Self::Tried(upgrade) => &upgrade.to,
            Self::Named(to) => to,
        }
    }
}

/// Whether a version stays in the major version of another.
fn is_within(kind: PackageType, from: &str, to: &str) -> bool {
    let installed = crate::major(kind, from);
    installed.is_some() && installed == crate::major(kind, to)
}

impl<'a> Advice<'a> {
    /// Advice from [`upgrades`](crate::upgrades); more is added by the other functions.
    pub fn new(upgrades: &'a [Upgrade]) -> Self {
        let upgrades =
            upgrades.iter().map(|to| ((to.kind, to.name.as_str(), to.from.as_str()), to)).collect();
        Self { upgrades, base: None, distro: None, ended: None, image: false }
    }

    /// The findings are of an image, built on a base as far as that is known.
    pub fn of_image(mut self, base: Option<&'a Base>) -> Self {
        (self.image, self.base) = (true, base);
        self
    }

    /// The image's distribution.
    pub fn on(mut self, distro: Option<&'a Distro>) -> Self {
        self.distro = distro;
        self
    }

    /// The distribution's release is out of support.
    pub fn ended(mut self, ended: Option<&'a Ended>) -> Self {
        self.ended = ended;
        self
    }

    /// What to do about a finding, the best first. There is always something.
    pub fn actions(&self, finding: &Finding) -> Vec<Action> {
        let mut actions = Vec::new();
        if is_malware(finding) {
            actions.push(self.remove(finding));
        } else if let Some(upgrade) = self.upgrade(finding) {
            self.fixed(finding, &upgrade, &mut actions);
        }
        let unfixed = actions.is_empty();
        if unfixed {
            actions.extend(self.left(finding));
        }
        if unfixed && !matches!(finding.package.role, Role::Normal) {
            actions.push(self.remove(finding));
        }
        if finding.status == Status::Undetermined || unfixed && justification(finding).is_some() {
            actions.push(vex(finding));
        }
        if unfixed && actions.is_empty() {
            actions.push(wait(finding));
        }
        actions
    }

    /// What the finding's package is upgraded to.
    pub(crate) fn target<'f>(&self, finding: &'f Finding) -> Option<Target<'a, 'f>> {
        let (kind, name, from) = finding.package.upgraded_as();
        let tried = self.upgrades.get(&(kind, name, from)).copied();
        if let Some(upgrade) = tried.filter(|upgrade| upgrade.fixes.binary_search(&finding.id).is_ok()) {
            return Some(Target::Tried(upgrade));
        }
        let mut fixed = finding.fixed_versions.iter();
        let to = fixed.find(|to| is_within(kind, from, to)).or(finding.fixed_versions.first())?;
        Some(Target::Named(to))
    }

    /// The upgrade that is rid of the finding: the one that was tried, or what the advisories name.
    pub(crate) fn upgrade(&self, finding: &Finding) -> Option<Cow<'a, Upgrade>> {
        let (kind, name, from) = finding.package.upgraded_as();
        let to = match self.target(finding)? {
            Target::Tried(upgrade) => return Some(Cow::Borrowed(upgrade)),
            Target::Named(to) => to,
        };
        let names: &[&str] = &[if kind.is_os() { finding.package.name.as_str() } else { name }];
        Some(Cow::Owned(Upgrade {
            kind,
            name: name.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            same_major: crate::major(kind, from).map(|_| is_within(kind, from, to)),
            fixes: vec![finding.id.clone()],
            leaves: Vec::new(),
            brings: Vec::new(),
            within_major: None,
            command: command::upgrade(kind, self.distro, names, to),
        }))
    }

    fn fixed(&self, finding: &Finding, upgrade: &Upgrade, actions: &mut Vec<Action>) {
        let compiled = match (upgrade.kind, finding.package.locations.first()) {
            (PackageType::Golang | PackageType::Cargo, Some(at)) if self.image => {
                format!(" and build {} again", at.path.to_text())
            }
            _ => String::new(),
        };
        let action = upgrade_action(upgrade, &compiled);
        // A base image's packages are renewed with it; so are those that an instruction installs without a version.
        match (self.image && upgrade.kind.is_os(), self.is_of_base(finding)) {
            (true, true) => actions.extend([self.rebuild(), action]),
            (true, false) => actions.extend([action, self.rebuild()]),
            (false, true) => actions.extend([action, self.change_base()]),
            (false, false) => actions.push(action),
        }
    }

    /// What to do where nothing is published.
    fn left(&self, finding: &Finding) -> Vec<Action> {
        let is_os = finding.package.kind.is_os();
        let replace = || if self.is_of_base(finding) { self.change_base() } else { self.remove(finding) };
        match (finding.fix, self.ended.filter(|_| is_os)) {
            (FixState::EndOfLife, ended) => vec![end_of_life(finding, ended), replace()],
            (_, Some(ended)) => vec![end_of_life(finding, Some(ended)), self.change_base()],
            (FixState::WontFix, None) => vec![wait(finding), replace()],
            _ => Vec::new(),
        }
    }

    /// Whether the package came with the base image, wherever it was found.
    pub(crate) fn is_of_base(&self, finding: &Finding) -> bool {
        let Some(base) = self.base else { return false };
        let mut layers =
            finding.package.locations.iter().map(|at| at.layer.as_ref().map(|layer| layer.index));
        layers.len() > 0 && layers.all(|layer| layer.is_some_and(|layer| layer < base.layers))
    }

    pub(crate) fn rebuild(&self) -> Action {
        let name = self.base.and_then(|base| base.name.clone());
        let made = self.base.and_then(|base| base.created.as_deref()).and_then(|at| at.get(..10));
        let made = made.map(|day| format!(" (the present one is of {day})")).unwrap_or_default();
        let text = match &name {
            Some(name) => format!("Rebuild on a current {name}{made}, without cached layers."),
            None => format!("Rebuild on the current state of the same base{made}, without cached layers."),
        };
        let command = Some("docker build --pull --no-cache .".to_owned());
        Action { remedy: Remedy::Rebuild { base: name, command }, text }
    }

    pub(crate) fn change_base(&self) -> Action {
        let base = self.base.and_then(|base| base.name.clone());
        let text = match (&base, self.ended) {
            (Some(base), Some(ended)) => {
                format!("Change the base {base} to a release that is supported: {}.", since(ended))
            }
            (None, Some(ended)) => {
                format!("Change the base to a release that is supported: {}.", since(ended))
            }
            (Some(base), None) => format!("Change the base {base} to one in which this is mended or absent."),
            (None, None) => "Change the base to one in which this is mended or absent.".to_owned(),
        };
        Action { remedy: Remedy::ChangeBase { base }, text }
    }

    pub(crate) fn remove(&self, finding: &Finding) -> Action {
        let package = &finding.package;
        let command = command::remove(package.kind, self.distro, &[&package.name]);
        let why = match package.role {
            _ if is_malware(finding) => ": it is malware",
            Role::Headers => ", of which nothing runs,",
            Role::Documentation => ", which is documentation,",
            Role::Debug => ", which is for debugging,",
            Role::Development => ", which only development needs,",
            _ => "",
        };
        let text = match why.strip_prefix(':') {
            Some(why) => format!("Remove {}:{why}.", package.name),
            None => format!("Remove {}{why} if the image does not need it.", package.name),
        };
        Action { remedy: Remedy::Remove { package: package.name.clone(), command }, text }
    }
}

fn since(ended: &Ended) -> String {
    match &ended.since {
        Some(day) => format!("{} is out of support since {day}", ended.product),
        None => format!("{} is out of support", ended.product),
    }
}

/// The action of an upgrade. `place` says where it is done.
pub(crate) fn upgrade_action(upgrade: &Upgrade, place: &str) -> Action {
    let Upgrade { name, from, to, .. } = upgrade;
    let installed = if from.is_empty() { String::new() } else { format!(" from {from}") };
    let mut text = format!("Upgrade {name}{installed} to {to}{place}");
    let major = crate::major(upgrade.kind, from);
    match (&upgrade.within_major, upgrade.same_major, major) {
        (Some(within), _, Some(major)) => {
            let (some, all) = (within.fixes.len(), upgrade.fixes.len() + upgrade.leaves.len());
            text += &format!(" (within version {major}, {} fixes {some} of {all})", within.to);
        }
        (None, Some(true), Some(major)) => text += &format!(" (within version {major})"),
        (None, Some(false), Some(major)) => text += &format!(" (nothing within version {major} fixes it)"),
        _ => {}
    }
    if !upgrade.brings.is_empty() {
        text += &format!("; it has {} of its own", upgrade.brings.join(", "));
    }
    let remedy = Remedy::Upgrade {
        package: name.clone(),
        from: from.clone(),
        to: to.clone(),
        command: upgrade.command.clone(),
    };
    Action { remedy, text: text + "." }
}

fn end_of_life(finding: &Finding, ended: Option<&Ended>) -> Action {
    let ended = ended.cloned().unwrap_or_else(|| Ended {
        product: match &finding.package.ecosystem {
            Some(ecosystem) => format!("{} in {ecosystem}", finding.package.source_name()),
            None => finding.package.source_name().to_owned(),
        },
        since: None,
    });
    let text = format!("Expect no fix: {}.", since(&ended));
    Action { remedy: Remedy::EndOfLife { product: ended.product, since: ended.since }, text }
}

fn vex(finding: &Finding) -> Action {
    let justification = justification(finding);
    let text = match justification {
        Some("component_not_present") => {
            format!("Say in a VEX document that {} is not installed, if that is so.", finding.package.name)
        }
        Some(_) => format!(
            "Say in a VEX document that the image is not affected: nothing of {} runs.",
            finding.package.name
        ),
        None => format!(
            "Find out whether {} affects the image, and say in a VEX document or a rule if it does not.",
            finding.id
        ),
    };
    Action { remedy: Remedy::ApplyVex { justification: justification.map(str::to_owned) }, text }
}

/// What the package's role suggests.
fn justification(finding: &Finding) -> Option<&'static str> {
    match finding.package.role {
        Role::Headers | Role::Documentation | Role::Debug => Some("vulnerable_code_not_in_execute_path"),
        Role::Declared | Role::Development | Role::Fixture => Some("component_not_present"),
        _ => None,
    }
}

fn wait(finding: &Finding) -> Action {
    let deciding =
        |evidence: &&Evidence| matches!(evidence.verdict, Verdict::Affected | Verdict::Undetermined);
    let evidence = || finding.evidence.iter().filter(deciding);
    let since =
        evidence().filter_map(|evidence| evidence.published.as_ref().or(evidence.modified.as_ref())).min();
    let vendor = finding.package.ecosystem.clone();
    let who = match &vendor {
        Some(vendor) if finding.package.kind.is_os() => vendor.to_string(),
        _ => format!("the maker of {}", finding.package.name),
    };
    let known =
        since.and_then(|at| at.get(..10)).map(|day| format!(" (known since {day})")).unwrap_or_default();
    let text = match finding.fix {
        FixState::WontFix => format!("Do not wait for {who}, who will not fix it{known}."),
        FixState::Deferred => format!("Wait for {who}, who has put a fix off{known}."),
        FixState::NotAvailable => format!("Wait for {who}, who has published no fix yet{known}."),
        _ => format!("Wait for {who}: nothing is said of a fix{known}."),
    };
    Action { remedy: Remedy::Wait { vendor, state: finding.fix, since: since.map(String::from) }, text }
}

/// Records of malicious packages (OSV, `MAL-`): there is no version to go to.
pub(crate) fn is_malware(finding: &Finding) -> bool {
    let mut ids = [&finding.id].into_iter().chain(&finding.aliases);
    ids.any(|id| id.starts_with("MAL-")) || finding.evidence.iter().any(|at| at.advisory.starts_with("MAL-"))
}
