//! What is known of an image, in the words of those who ask.

use std::fmt;

use plimsoll_core::{Assessment, Base, Digest, Distro, Finding, Package, Severity};
use plimsoll_registry::{Action, to_rfc3339};
use serde::{Deserialize, Serialize};

use crate::plan::ScanState;
use crate::scope::Place;
use crate::time::Millis;

/// What reading an image came to: what is stored of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The packages that count, each with its locations and their layers.
    pub packages: Vec<Package>,
    /// The distribution.
    pub distro: Option<Distro>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// Why it can't be scanned, where it can't: it is then never metered.
    pub unsupported: Option<String>,
    /// What could not be read of it, one sentence each: it is then never called healthy.
    pub gaps: Vec<String>,
    /// The image that it was built on, as far as it can be told.
    pub base: Option<Base>,
}

/// What is stored of an image's scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The packages, in the order of their names, and whether each could be judged.
    pub packages: Vec<(Package, bool)>,
    /// The distribution.
    pub distro: Option<Distro>,
    /// What could not be read of it, one sentence each.
    pub gaps: Vec<String>,
    /// The image that it was built on.
    pub base: Option<Base>,
}

/// How many findings an image has, by what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Counts {
    /// Critical ones that no rule disables.
    pub critical: u32,
    /// High ones.
    pub high: u32,
    /// Medium ones.
    pub medium: u32,
    /// Low ones.
    pub low: u32,
    /// Negligible ones, those without impact, and those that nobody rates.
    pub other: u32,
    /// Of all these, those that a published version fixes.
    pub fixable: u32,
    /// Of all these, those that someone has to look at.
    pub undetermined: u32,
    /// Those that rules disable; they are in none of the others.
    pub disabled: u32,
    /// Packages.
    pub packages: u32,
    /// Packages that could not be judged.
    pub unjudged: u32,
}

impl Counts {
    /// The findings that no rule disables.
    pub fn active(&self) -> u32 {
        [self.critical, self.high, self.medium, self.low, self.other].into_iter().fold(0, u32::saturating_add)
    }

    /// The worst level of the findings that no rule disables.
    pub fn worst(&self) -> Option<Severity> {
        let levels = [
            (self.critical, Severity::Critical),
            (self.high, Severity::High),
            (self.medium, Severity::Medium),
            (self.low, Severity::Low),
            (self.other, Severity::Unknown),
        ];
        levels.into_iter().find(|(count, _)| *count > 0).map(|(_, level)| level)
    }
}

/// An image in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its number in the store: lists are in its order.
    pub number: u64,
    /// Its digest.
    pub digest: Digest,
    /// Whether it is an index: what it comes to is then the worst of what its images come to.
    pub index: bool,
    /// Its media type, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// `os/architecture[/variant]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// How far its scan is.
    pub scan: ScanState,
    /// What it comes to; nothing before its scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// How many findings it has.
    pub counts: Counts,
    /// The generation of the advisories that it is assessed by.
    pub generation: u64,
    /// When it was first heard of.
    pub first_seen: Millis,
    /// When it was first scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_scanned: Option<Millis>,
    /// When what it comes to was last changed or confirmed as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_match: Option<Millis>,
    /// When it was last pushed or imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Millis>,
    /// When someone other than the scanner last pulled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_pull: Option<Millis>,
    /// Why it can't be scanned, could not be read, or is not called healthy: one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// Everything that is known of an image besides its findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageDetail {
    /// What lists show.
    #[serde(flatten)]
    pub image: Image,
    /// The repositories that it is in.
    pub places: Vec<Place>,
    /// The tags that have named it, or an index that lists it; the latest first.
    pub tags: Vec<TagInterval>,
    /// What was last done with it, the latest first.
    pub activity: Vec<Activity>,
    /// The indexes that list it.
    pub indexes: Vec<Digest>,
    /// For an index: its images.
    pub images: Vec<Digest>,
    /// That no tag names it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// From when until when a tag named an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagInterval {
    /// Where.
    pub place: Place,
    /// The tag.
    pub tag: String,
    /// From when.
    pub since: Millis,
    /// Until when; none means it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// What it named afterwards; none where the tag was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Digest>,
}

/// An image that no tag names any more. It can still be pulled by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The tag that named it last.
    pub tag: String,
    /// Until when.
    pub until: Millis,
    /// What the tag names, or named, instead; none where the tag was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Digest>,
    /// When it was last pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_pull: Option<Millis>,
}

impl Moved {
    /// What to do about its findings: nobody can patch an image that its tag has left.
    pub const ACTION: &'static str = "remove or block this digest";
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "was :{} until {}", self.tag, to_rfc3339(self.until))?;
        match &self.replaced_by {
            Some(digest) => write!(f, ", replaced by {digest}")?,
            None => write!(f, ", when the tag was removed")?,
        }
        match self.last_pull {
            Some(at) => write!(f, ", last pulled {}", to_rfc3339(at)),
            None => write!(f, ", never pulled"),
        }
    }
}

/// Something that was done with an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When.
    pub at: Millis,
    /// What.
    pub action: Action,
    /// Where.
    pub place: Place,
    /// The tag that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// With which client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Whether it was the scanner itself.
    #[serde(default)]
    pub own: bool,
}

/// A finding of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The finding, with the image's own locations; disabled where a rule says so.
    #[serde(flatten)]
    pub finding: Finding,
    /// When it was first known of this image.
    pub first_seen: Millis,
    /// That no tag names the image any more: `was :latest until …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
    /// What to do about it: [`Moved::ACTION`] where no tag names the image, or the upgrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// Which images to list, and how many at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub assessment: Option<Assessment>,
    /// How far their scan is.
    pub scan: Option<ScanState>,
    /// With an active finding of this level or above.
    pub at_least: Option<Severity>,
    /// In this registry.
    pub registry: Option<String>,
    /// In this repository of any registry.
    pub repository: Option<String>,
    /// In a repository whose name has this in it: in the first thousand of them, by their names. With
    /// [`repository`](Self::repository) it is the same one that is meant.
    pub repository_part: Option<String>,
    /// That this tag names now.
    pub tag: Option<String>,
    /// With this vulnerability, by any of its ids.
    pub vulnerability: Option<String>,
    /// With a package of this name.
    pub package: Option<String>,
    /// Pulled since then.
    pub pulled_since: Option<Millis>,
    /// Whether any tag names them.
    pub tagged: Option<bool>,
    /// After this number: the last of the page before.
    pub after: u64,
    /// How many. Default 100; at most 1000.
    pub limit: Option<u32>,
}

/// A page of a list. It may have fewer images than were asked for, even none, and still have a next one: so long as it
/// takes to look through images of which hardly any is meant, it is divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The images.
    pub images: Vec<Image>,
    /// What to give as [`Filter::after`] for the next page; none where this is the last.
    pub next: Option<u64>,
}
