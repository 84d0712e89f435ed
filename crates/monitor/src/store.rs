//! What a store of images has to do, whatever it is made of.

use plimsoll_core::Digest;
use plimsoll_registry::RegistryEvent;
use plimsoll_rules::SecureScore;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::admission::{AdmissionPolicy, Decision};
use crate::judge::Judge;
use crate::plan::Job;
use crate::policy::Policies;
use crate::scope::{Place, Scope};
use crate::sink::Sink;
use crate::subject::{Filter, Found, ImageDetail, Page, Scan, Stored};
use crate::time::Millis;

/// An event and where it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The event.
    pub event: RegistryEvent,
    /// Where it happened. An event may not name its registry; whoever received it knows.
    pub place: Place,
}

impl Incoming {
    /// An event of a registry, which is used where the event names none.
    pub fn new(event: RegistryEvent, registry: &str) -> Self {
        let registry = event.registry.clone().unwrap_or_else(|| registry.to_owned());
        let place = Place::new(registry, event.repository.clone());
        Self { event, place }
    }
}

/// What came of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Events that were not known.
    pub new: usize,
    /// Events that had come before.
    pub duplicates: usize,
    /// What is to be done about them. It is in the queue already.
    pub jobs: Vec<Job>,
}

/// A job that was taken from the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The job.
    pub job: Job,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What came of looking at stored inventories anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reassessed {
    /// The generation of the advisories that everything is assessed by now.
    pub generation: u64,
    /// Records that had changed.
    pub records: usize,
    /// Distinct packages that were matched.
    pub packages: usize,
    /// Of them, those about which something else is known now.
    pub changed: usize,
    /// Images that were assessed anew.
    pub images: usize,
    /// Notifications that were put into the outbox.
    pub notifications: usize,
}

/// How a job failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why, for a person.
    pub why: String,
    /// Whether it may go better another time.
    pub retry: Retry,
}

/// When a job that failed is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again.
    #[default]
    Never,
    /// At once, nearly: after half a second, and then after twice as long each time, up to half a minute; for three
    /// minutes in all. For what is only just on its way.
    Soon,
    /// After half a minute, and then after twice as long each time, up to six hours; for two days in all. For what
    /// someone has to mend.
    Later,
}

/// Where a new subscriber begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With what happens from now on.
    #[default]
    Now,
    /// With everything that is still in the outbox.
    Oldest,
}

/// How the listing of a registry goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The registry.
    pub registry: String,
    /// When it was begun: what happened later is not undone by it.
    pub started: Millis,
    /// The last repository that was listed wholly: go on after it.
    pub after: Option<String>,
}

/// An image that a listing found under a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The tag.
    pub tag: String,
    /// What it names.
    pub digest: Digest,
    /// Its media type, where it is known.
    pub media_type: Option<String>,
}

/// The images of a period that are paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// The registry.
    pub registry: String,
    /// Distinct images that were scanned for the first time.
    pub images: u64,
}

/// How images in a scope fare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// The score.
    pub score: SecureScore,
    /// Images without findings.
    pub healthy: u32,
    /// Images whose findings are all disabled.
    pub exempt: u32,
    /// Images with findings.
    pub unhealthy: u32,
    /// Images that can't be assessed, or only in part.
    pub not_applicable: u32,
}

/// How a scope fared from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ScorePoint {
    /// From when on, until the next point.
    pub at: Millis,
    /// How it fared.
    pub score: Score,
}

/// How much there is, for health checks and metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Images and indexes.
    pub subjects: u64,
    /// Images that were scanned.
    pub scanned: u64,
    /// Distinct packages that verdicts are kept of.
    pub packages: u64,
    /// Jobs that wait or run.
    pub jobs: u64,
    /// The last notification's number.
    pub sequence: u64,
    /// Subscribers, and the last notification that each has taken.
    pub subscribers: Vec<(String, u64)>,
    /// The generation of the advisories that everything is assessed by.
    pub generation: u64,
    /// Bytes of the store.
    pub size: u64,
}

/// Keeps everything that is known of images. All of it is `&self`: threads may share one.
///
/// Whatever changes is changed as a whole or not at all, and is there when the call returns, whatever becomes of the
/// process afterwards.
pub trait Store: Send + Sync {
    /// Notes events, and queues what they call for ([`plan`](crate::plan)). Events that have come before change
    /// nothing. When it returns the events may be acknowledged.
    ///
    /// # Errors
    /// The store can't be written; then none of the events is noted.
    fn accept(&self, events: &[Incoming], received: Millis, policies: &Policies) -> Result<Accepted, Error>;

    /// Takes up to `limit` jobs that are due: indexes and images that nothing is known of first, and then those that
    /// are matched again. A job that was taken when a process died is there again when the store
    /// is opened next.
    ///
    /// # Errors
    /// The store can't be written.
    fn claim(&self, limit: usize, now: Millis) -> Result<Vec<Claimed>, Error>;

    /// Notes which images an index lists, and queues the scan of those that were never scanned. Entries without a
    /// platform of their own, such as attestations, are not to be given.
    ///
    /// # Errors
    /// The store can't be written, or the index is not known.
    fn expanded(
        &self,
        index: &Digest,
        images: &[(Digest, Option<String>)],
        now: Millis,
        policies: &Policies,
    ) -> Result<Vec<Job>, Error>;

    /// Stores what a scan found and assesses it. The store is brought up to the judge's advisories first.
    ///
    /// # Errors
    /// The store can't be written, the image is not known, or the advisories can't be read.
    fn scanned(&self, digest: &Digest, scan: &Scan, judge: &Judge<'_>, now: Millis) -> Result<(), Error>;

    /// Notes that a job could not be done, and says when it is tried again; nothing where it is given up. Until then it
    /// is in the queue, whatever becomes of the process.
    ///
    /// # Errors
    /// The store can't be written.
    fn failed(&self, job: &Job, failure: &Failure, now: Millis) -> Result<Option<Millis>, Error>;

    /// Brings every image up to the judge's advisories and rules: at once after an import, a change of rules, and the
    /// turn of a day, by which rules expire. Nothing is read from a registry.
    ///
    /// # Errors
    /// The store can't be written, or the advisories can't be read; then everything is as it was.
    fn reassess(&self, judge: &Judge<'_>, now: Millis) -> Result<Reassessed, Error>;

    /// Matches whole images again, and settles their [`Rematch`](crate::JobKind::Rematch) jobs.
    ///
    /// # Errors
    /// As [`reassess`](Self::reassess).
    fn rematch(&self, digests: &[Digest], judge: &Judge<'_>, now: Millis) -> Result<Reassessed, Error>;

    /// Queues the re-matches that are due, and notes once a day how scopes fare. At most `limit` jobs at once: ask again.
    ///
    /// # Errors
    /// The store can't be written.
    fn tick(&self, now: Millis, policies: &Policies, limit: usize) -> Result<Vec<Job>, Error>;

    /// Adds a subscriber, if it is not there yet.
    ///
    /// # Errors
    /// The store can't be written.
    fn subscribe(&self, name: &str, start: Start) -> Result<(), Error>;

    /// Takes a subscriber away. What only it has not seen yet goes as well.
    ///
    /// # Errors
    /// The store can't be written.
    fn unsubscribe(&self, name: &str) -> Result<(), Error>;

    /// Shows a subscriber up to `limit` notifications that it has not taken yet, in their order. Returns how many it
    /// took.
    ///
    /// # Errors
    /// [`Error::Sink`] where the sink refuses one: those before it are taken.
    fn deliver(&self, subscriber: &str, sink: &mut dyn Sink, limit: usize) -> Result<usize, Error>;

    /// Begins to list a registry, or says how far an interrupted listing has come.
    ///
    /// # Errors
    /// The store can't be written.
    fn listing(&self, registry: &str, now: Millis) -> Result<Listing, Error>;

    /// Notes all tags of one repository: what was pushed and no event told of is queued, and tags that are gone end.
    /// Repositories must come in ascending order of their names.
    ///
    /// # Errors
    /// The store can't be written.
    fn listed(
        &self,
        listing: &mut Listing,
        place: &Place,
        tags: &[Listed],
        policies: &Policies,
    ) -> Result<Vec<Job>, Error>;

    /// Passes over a repository that can't be read: what was known of its tags stays, and the listing goes on after it.
    ///
    /// # Errors
    /// The store can't be written.
    fn passed_over(&self, listing: &mut Listing, repository: &str) -> Result<(), Error>;

    /// Ends a listing: repositories that it did not find are empty now.
    ///
    /// # Errors
    /// The store can't be written.
    fn listing_done(&self, listing: Listing) -> Result<(), Error>;

    /// Forgets what is older than `before` and that nothing refers to any more: keys of events, activity, delivered
    /// notifications, resolved findings.
    ///
    /// # Errors
    /// The store can't be written.
    fn prune(&self, before: Millis) -> Result<(), Error>;

    /// Images by what they are like, in the order of their numbers.
    ///
    /// # Errors
    /// The store can't be read.
    fn images(&self, filter: &Filter) -> Result<Page, Error>;

    /// One image; nothing where it is not known.
    ///
    /// # Errors
    /// The store can't be read.
    fn image(&self, digest: &Digest) -> Result<Option<ImageDetail>, Error>;

    /// The findings of one image, the disabled ones included, worst first. Of an index: nothing; ask for its images.
    ///
    /// # Errors
    /// The store can't be read, or the image is not known.
    fn findings(&self, digest: &Digest) -> Result<Vec<Found>, Error>;

    /// The packages of one image; nothing where it was not scanned, or is an index.
    ///
    /// # Errors
    /// The store can't be read.
    fn stored(&self, digest: &Digest) -> Result<Option<Stored>, Error>;

    /// Whether the image may run.
    ///
    /// # Errors
    /// The store can't be read.
    fn decide(&self, digest: &Digest, policy: &AdmissionPolicy, now: Millis) -> Result<Decision, Error>;

    /// How the images of a scope fare. `max` is what the control is worth.
    ///
    /// # Errors
    /// The store can't be read.
    fn score(&self, scope: &Scope, max: u32) -> Result<Score, Error>;

    /// How a scope has fared from `from` until before `to`: a point whenever it was found to fare otherwise, which is
    /// looked at by [`tick`](Self::tick) once a day and by [`reassess`](Self::reassess) where advisories or rules have
    /// changed. The first point may be older than `from`: it says how the scope fared then. There are points for
    /// everything, an organisation, a registry, and a project or a repository of a registry; for other scopes none.
    ///
    /// # Errors
    /// The store can't be read.
    fn scores(&self, scope: &Scope, from: Millis, to: Millis, max: u32) -> Result<Vec<ScorePoint>, Error>;

    /// The images that were scanned for the first time from `from` until before `to`, by registry. Images that can't
    /// be scanned, indexes and re-matches are never among them.
    ///
    /// # Errors
    /// The store can't be read.
    fn usage(&self, from: Millis, to: Millis) -> Result<Vec<Usage>, Error>;

    /// How much there is.
    ///
    /// # Errors
    /// The store can't be read.
    fn status(&self) -> Result<Status, Error>;
}
