use std::cmp::Ordering;

use plimsoll_core::{Distro, Finding, Package};

use crate::{Date, Share};

/// What rules may ask about, besides the findings: the day, the image, and facts that come from elsewhere. All of it
/// is given, so that the same rules give the same result.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The day on which the rules are applied.
    pub now: Date,
    /// The image that the findings are of, as far as it is known.
    pub image: Option<&'a Image>,
    /// Facts about findings.
    pub facts: &'a dyn Facts,
}

impl Context<'_> {
    /// A day, and nothing else known.
    pub fn on(now: Date) -> Self {
        Self { now, image: None, facts: &Nothing }
    }
}

/// An image as rules see it. What is not known stays empty, and no criterion on it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The organisation that owns the registry.
    pub organisation: Option<String>,
    /// The registry's host name.
    pub registry: Option<String>,
    /// The project within the registry.
    pub project: Option<String>,
    /// The repository's name within the registry.
    pub repository: Option<String>,
    /// The tags that point at it.
    pub tags: Vec<String>,
    /// Its digests: of the manifest, of the index that lists it.
    pub digests: Vec<String>,
    /// The distribution inside.
    pub distro: Option<Distro>,
    /// How many of its lowest layers are the base image's.
    pub base_layers: Option<u32>,
}

/// What is known about findings from elsewhere. Every answer may be "not known", which meets no criterion.
pub trait Facts {
    /// How likely exploitation is (EPSS).
    fn epss(&self, finding: &Finding) -> Option<Share> {
        let _ = finding;
        None
    }

    /// Whether it is a known exploited vulnerability: `Some(false)` where a catalogue was asked and has it not.
    fn kev(&self, finding: &Finding) -> Option<bool> {
        let _ = finding;
        None
    }

    /// The day on which the finding was first seen.
    fn first_seen(&self, finding: &Finding) -> Option<Date> {
        let _ = finding;
        None
    }

    /// Compares two versions in the order of the package's ecosystem.
    fn compare(&self, package: &Package, a: &str, b: &str) -> Option<Ordering> {
        let _ = (package, a, b);
        None
    }
}

/// No facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Facts for Nothing {}
