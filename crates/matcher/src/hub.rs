//! What the source knows of vulnerabilities besides the records of the packages: their other ids, and what others say of
//! their severity.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::asked;
use crate::record::Record;
use crate::unit::{Hit, Unit};
use crate::{Candidates, Error, Facts};

/// Gives every hit that is a finding what is known of it.
pub(crate) fn learn(units: &mut [Unit<'_>], source: &dyn Candidates) -> Result<(), Error> {
    let mut open = false;
    for hit in findings(units).filter(|hit| hit.facts.is_none()) {
        hit.facts = source.facts(&hit.record)?;
        open |= hit.facts.is_none();
    }
    if !open {
        return Ok(());
    }
    let records: Vec<Arc<Record>> =
        findings(units).filter(|hit| hit.facts.is_none()).map(|hit| Arc::clone(&hit.record)).collect();
    let own = records.iter().flat_map(|record| &record.derived().identities);
    let mut ids: Vec<&str> = own.flat_map(|known| asked(&known.own)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut by_id: HashMap<&str, Vec<Arc<Record>>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    source.known(&ids, &mut |_, record| {
        for id in record.derived().identities.iter().flat_map(|known| &known.own) {
            if let Some(known) = by_id.get_mut(id.text.as_str()) {
                known.push(Arc::clone(record));
            }
        }
    })?;
    for hit in findings(units).filter(|hit| hit.facts.is_none()) {
        let found = Facts::of(&hit.record, &mut |id: &str, show: &mut dyn FnMut(&Arc<Record>)| {
            by_id.get(id).into_iter().flatten().for_each(show);
            Ok::<(), Error>(())
        })?;
        hit.facts = Some(Arc::new(found));
    }
    Ok(())
}

fn findings<'u>(units: &'u mut [Unit<'_>]) -> impl Iterator<Item = &'u mut Hit> {
    units.iter_mut().flat_map(|unit| &mut unit.hits).filter(|hit| hit.counts())
}
