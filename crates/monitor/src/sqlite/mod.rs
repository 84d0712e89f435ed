//! The embedded store.

mod ask;
mod assess;
mod base;
mod codec;
mod counts;
mod events;
mod exempt;
mod holder;
mod inventory;
mod jobs;
mod kept;
mod known;
mod list;
mod listing;
mod loaded;
mod measure;
mod migrate;
mod open;
mod outbox;
mod query;
mod reach;
mod reassess;
mod schema;
mod series;
mod side;
mod sqltext;
mod standing;
mod stored;
mod support;
mod tags;
mod turns;
mod verdict;
mod vulnerable;

use plimsoll_core::{Digest, NameKind};

pub use ask::{Answers, QueryLimits};
pub use open::{Durability, SqliteStore};
pub use vulnerable::{Occurrence, Vulnerable};

use crate::Error;
use crate::admission::{AdmissionFacts, AdmissionPolicy, Decision, decide};
use crate::judge::Judge;
use crate::plan::Job;
use crate::policy::Policies;
use crate::scope::{Place, Scope};
use crate::sink::Sink;
use crate::store::{
    Accepted, Claimed, Failure, Incoming, Listed, Listing, Reassessed, Score, ScorePoint, Start, Status,
    Store, Usage,
};
use crate::subject::{Filter, Found, ImageDetail, Page, Scan, Stored};
use crate::time::Millis;

fn kind_of_name(kind: NameKind) -> i64 {
    match kind {
        NameKind::Binary => 0,
        NameKind::Source => 1,
    }
}

impl Store for SqliteStore {
    fn accept(&self, events: &[Incoming], received: Millis, policies: &Policies) -> Result<Accepted, Error> {
        self.write(|conn| events::accept(conn, events, received, policies))
    }

    fn claim(&self, limit: usize, now: Millis) -> Result<Vec<Claimed>, Error> {
        self.write(|conn| jobs::claim(conn, limit, now))
    }

    fn expanded(
        &self,
        index: &Digest,
        images: &[(Digest, Option<String>)],
        now: Millis,
        policies: &Policies,
    ) -> Result<Vec<Job>, Error> {
        self.write(|conn| jobs::expanded(conn, index, images, now, policies))
    }

    fn scanned(&self, digest: &Digest, scan: &Scan, judge: &Judge<'_>, now: Millis) -> Result<(), Error> {
        self.write(|conn| reassess::scanned(conn, digest, scan, judge, now))
    }

    fn failed(&self, job: &Job, failure: &Failure, now: Millis) -> Result<Option<Millis>, Error> {
        self.write(|conn| jobs::failed(conn, job, failure, now))
    }

    fn reassess(&self, judge: &Judge<'_>, now: Millis) -> Result<Reassessed, Error> {
        self.write(|conn| reassess::reassess(conn, judge, now))
    }

    fn rematch(&self, digests: &[Digest], judge: &Judge<'_>, now: Millis) -> Result<Reassessed, Error> {
        self.write(|conn| reassess::rematch(conn, digests, judge, now))
    }

    fn tick(&self, now: Millis, policies: &Policies, limit: usize) -> Result<Vec<Job>, Error> {
        self.write(|conn| jobs::tick(conn, now, policies, limit))
    }

    fn subscribe(&self, name: &str, start: Start) -> Result<(), Error> {
        self.write(|conn| outbox::subscribe(conn, name, start))
    }

    fn unsubscribe(&self, name: &str) -> Result<(), Error> {
        self.write(|conn| outbox::unsubscribe(conn, name))
    }

    fn deliver(&self, subscriber: &str, sink: &mut dyn Sink, limit: usize) -> Result<usize, Error> {
        outbox::deliver(self, subscriber, sink, limit)
    }

    fn listing(&self, registry: &str, now: Millis) -> Result<Listing, Error> {
        self.write(|conn| listing::begin(conn, registry, now))
    }

    fn listed(
        &self,
        listing: &mut Listing,
        place: &Place,
        tags: &[Listed],
        policies: &Policies,
    ) -> Result<Vec<Job>, Error> {
        self.write(|conn| listing::listed(conn, listing, place, tags, policies))
    }

    fn passed_over(&self, listing: &mut Listing, repository: &str) -> Result<(), Error> {
        self.write(|conn| listing::passed(conn, listing, repository))
    }

    fn listing_done(&self, listing: Listing) -> Result<(), Error> {
        self.write(|conn| listing::done(conn, &listing))
    }

    fn prune(&self, before: Millis) -> Result<(), Error> {
        self.write(|conn| query::prune(conn, before))
    }

    fn images(&self, filter: &Filter) -> Result<Page, Error> {
        self.read(|conn| list::images(conn, filter))
    }

    fn image(&self, digest: &Digest) -> Result<Option<ImageDetail>, Error> {
        self.read(|conn| query::detail(conn, digest))
    }

    fn findings(&self, digest: &Digest) -> Result<Vec<Found>, Error> {
        self.read(|conn| query::findings(conn, digest, &self.kept, None))
    }

    fn stored(&self, digest: &Digest) -> Result<Option<Stored>, Error> {
        self.read(|conn| stored::stored(conn, digest, &self.kept))
    }

    fn decide(&self, digest: &Digest, policy: &AdmissionPolicy, now: Millis) -> Result<Decision, Error> {
        // What is below all levels does not count, whatever there is of it.
        let least = [policy.deny_at, policy.warn_at].into_iter().flatten().min();
        let facts = self.read(|conn| {
            let Some(detail) = query::detail(conn, digest)? else { return Ok(AdmissionFacts::default()) };
            let mut findings = Vec::new();
            if let Some(least) = least
                && query::may_reach(&detail.image.counts, least)
            {
                findings = query::findings(conn, digest, &self.kept, Some(least))?;
                // An index runs as one of its images: each must be fit.
                for image in &detail.images {
                    findings.extend(query::findings(conn, image, &self.kept, Some(least))?);
                }
            }
            let (assessment, last_match) = (detail.image.assessment, detail.image.last_match);
            let moved = detail.moved.map(|moved| moved.to_string());
            Ok(AdmissionFacts { assessment, findings, last_match, moved })
        })?;
        Ok(decide(&facts, policy, now))
    }

    fn score(&self, scope: &Scope, max: u32) -> Result<Score, Error> {
        self.read(|conn| measure::score(conn, scope, max))
    }

    fn scores(&self, scope: &Scope, from: Millis, to: Millis, max: u32) -> Result<Vec<ScorePoint>, Error> {
        self.read(|conn| series::points(conn, scope, from, to, max))
    }

    fn usage(&self, from: Millis, to: Millis) -> Result<Vec<Usage>, Error> {
        self.read(|conn| measure::usage(conn, from, to))
    }

    fn status(&self) -> Result<Status, Error> {
        self.read(query::status)
    }
}
