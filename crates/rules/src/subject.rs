use plimsoll_core::{Finding, LayerRef, Location};
use plimsoll_severity::{Cvss, Version};

use crate::bits::{self, Bits};
use crate::criterion::Generation;
use crate::{Context, Tenths};

/// A finding as criteria look at it.
pub(crate) struct Subject<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) context: &'a Context<'a>,
    pub(crate) bits: Bits,
    /// The lowest and highest score of each generation; computed only if some rule asks.
    cvss: [Option<(Tenths, Tenths)>; 3],
}

impl<'a> Subject<'a> {
    pub(crate) fn new(finding: &'a Finding, context: &'a Context<'a>, with_cvss: bool) -> Self {
        let mut subject = Self { finding, context, bits: bits::of(finding), cvss: [None; 3] };
        if with_cvss {
            subject.read_cvss();
        }
        subject
    }

    fn read_cvss(&mut self) {
        for rating in &self.finding.ratings {
            let Ok(cvss) = rating.value.parse::<Cvss>() else { continue };
            let generation = match cvss.version() {
                Version::V2 => Generation::V2,
                Version::V3_0 | Version::V3_1 => Generation::V3,
                Version::V4_0 => Generation::V4,
            };
            let score = Tenths(cvss.score().tenths());
            let [v2, v3, v4] = &mut self.cvss;
            let range = match generation {
                Generation::V2 => v2,
                Generation::V3 => v3,
                Generation::V4 => v4,
            };
            let (lowest, highest) = range.unwrap_or((score, score));
            *range = Some((lowest.min(score), highest.max(score)));
        }
    }

    /// The scores of all generations.
    pub(crate) fn scores(&self) -> [Option<(Tenths, Tenths)>; 3] {
        self.cvss
    }

    pub(crate) fn cvss(&self, generation: Generation) -> Option<(Tenths, Tenths)> {
        let [v2, v3, v4] = self.cvss;
        match generation {
            Generation::V2 => v2,
            Generation::V3 => v3,
            Generation::V4 => v4,
        }
    }

    /// Whether the package was found somewhere, and something holds for every such place.
    pub(crate) fn every_location(&self, holds: impl Fn(&Location) -> bool) -> bool {
        let locations = &self.finding.package.locations;
        !locations.is_empty() && locations.iter().all(holds)
    }

    pub(crate) fn every_layer(&self, holds: impl Fn(&LayerRef) -> bool) -> bool {
        self.every_location(|location| location.layer.as_ref().is_some_and(&holds))
    }

    pub(crate) fn age_days(&self) -> Option<u32> {
        let first_seen = self.context.facts.first_seen(self.finding)?;
        u32::try_from(first_seen.days_until(self.context.now)).ok()
    }
}
