//! What to do when something happens: a pure function.

use std::collections::BTreeMap;

use plimsoll_core::Digest;
use plimsoll_registry::{Action, RegistryEvent};
use serde::{Deserialize, Serialize};

use crate::policy::Policies;
use crate::scope::Place;
use crate::time::Millis;

/// Something that may call for work.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A registry tells of something.
    Registry {
        /// What it tells.
        event: &'a RegistryEvent,
        /// Where it happened.
        place: &'a Place,
        /// When it came: it counts where the event has no time of its own.
        received: Millis,
    },
    /// A listing found an image.
    Listed {
        /// The image.
        digest: &'a Digest,
        /// Its media type, where the listing says.
        media_type: Option<&'a str>,
        /// Where it is.
        place: &'a Place,
    },
    /// An index was read: these are its images.
    Expanded {
        /// The index.
        index: &'a Digest,
        /// Its images, one for each platform.
        images: &'a [Digest],
        /// Where it is.
        place: &'a Place,
        /// Why the index was read.
        reason: Reason,
    },
    /// Advisories have changed that speak of packages of all images in the state.
    Advisories,
    /// Time has passed.
    Tick {
        /// What time it is.
        now: Millis,
    },
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Job {
    /// The image or index.
    pub digest: Digest,
    /// What to do with it.
    pub kind: JobKind,
    /// Why.
    pub reason: Reason,
    /// Where it is to be had. A [`JobKind::Rematch`] asks no registry, and needs none.
    pub place: Option<Place>,
}

/// What to do with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// Read the index and say which images it lists.
    Expand,
    /// Read the image's layers and store its inventory. Once a digest.
    Scan,
    /// Match the stored inventory again. Nothing is read from the registry.
    Rematch,
}

/// What called for a [`Job`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It was pushed, or tagged anew.
    Push,
    /// It was imported, mounted or replicated.
    Import,
    /// It was pulled and had never been scanned.
    Pull,
    /// A listing found it.
    Discovery,
    /// The interval of its policy is over.
    Interval,
    /// Advisories that speak of its packages have changed.
    Advisories,
}

/// What is known of the images that an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The images and indexes, by digest. Those that are not there were never heard of.
    pub subjects: BTreeMap<Digest, SubjectState>,
}

/// What the planner needs to know of one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectState {
    /// How far its scan is.
    pub scan: ScanState,
    /// When someone other than the scanner last pulled it.
    pub last_pull: Option<Millis>,
    /// When it was last pushed or imported.
    pub last_push: Option<Millis>,
    /// When it was last matched as a whole.
    pub last_match: Option<Millis>,
    /// Where it is.
    pub places: Vec<Place>,
    /// When it was deleted, by repository: what happened before does not call for work any more.
    pub deleted: Vec<(Place, Millis)>,
}

/// How far the one scan of a digest is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanState {
    /// Nothing called for one yet.
    #[default]
    Never,
    /// It is to be scanned.
    Queued,
    /// It is being scanned.
    Running,
    /// It was scanned.
    Done,
    /// It can't be scanned: not for Linux, not an image, encrypted.
    Unsupported,
    /// It could not be read, and will not be tried again by itself.
    Failed,
}

/// What to do about an event.
///
/// - A push, an import or a first pull of a digest that was never scanned gives one scan, or the reading of an index.
/// - A digest that was scanned, or is about to be, gives none, so that an event that is sent twice, or a digest that
///   is pushed under a further tag, costs nothing.
/// - An index gives one scan for each platform's image that was never scanned.
/// - Time gives a re-match for each scanned image that its policy calls active and due; changed advisories give one for
///   every scanned image.
/// - What the scanner itself pulls, `HEAD` requests, and events without a digest give nothing.
///
/// Which digests are scanned does not depend on the order of pushes, imports and pulls, nor on repetitions; only the
/// reason that is noted does.
pub fn plan(event: Event<'_>, state: &State, policies: &Policies) -> Vec<Job> {
    match event {
        Event::Registry { event, place, received } => told(event, place, received, state, policies),
        Event::Listed { digest, media_type, place } => {
            let policy = policies.at(place, Some(digest));
            let job = policy.on_discovery.then(|| first(digest, media_type, Reason::Discovery, place));
            job.into_iter().filter(|_| is_new(state, digest)).collect()
        }
        Event::Expanded { index, images, place, reason } => {
            let mut jobs: Vec<Job> = Vec::new();
            for digest in images.iter().filter(|&digest| digest != index && is_new(state, digest)) {
                let job =
                    Job { digest: digest.clone(), kind: JobKind::Scan, reason, place: Some(place.clone()) };
                if !jobs.contains(&job) {
                    jobs.push(job);
                }
            }
            jobs
        }
        Event::Advisories => state
            .subjects
            .iter()
            .filter(|(_, subject)| subject.scan == ScanState::Done)
            .map(|(digest, _)| rematch(digest, Reason::Advisories))
            .collect(),
        Event::Tick { now } => state
            .subjects
            .iter()
            .filter(|(digest, subject)| is_due(digest, subject, now, policies))
            .map(|(digest, _)| rematch(digest, Reason::Interval))
            .collect(),
    }
}

fn told(
    event: &RegistryEvent,
    place: &Place,
    received: Millis,
    state: &State,
    policies: &Policies,
) -> Vec<Job> {
    let Some(digest) = event.digest.as_ref().filter(|digest| is_new(state, digest)) else {
        return Vec::new();
    };
    let at = event.time.unwrap_or(received);
    let deleted = state.subjects.get(digest).into_iter().flat_map(|subject| &subject.deleted);
    if deleted.filter(|(other, _)| other == place).any(|(_, deleted)| *deleted >= at) {
        return Vec::new();
    }
    let policy = policies.at(place, Some(digest));
    let reason = match event.action {
        Action::Push | Action::Retag if policy.on_push => Reason::Push,
        Action::Import | Action::Mount | Action::Replicate if policy.on_import => Reason::Import,
        Action::Pull if policy.on_pull && counts_as_pull(event, policies) => Reason::Pull,
        _ => return Vec::new(),
    };
    vec![first(digest, event.media_type.as_deref(), reason, place)]
}

/// Whether the event is a pull that says that someone uses the image.
pub fn counts_as_pull(event: &RegistryEvent, policies: &Policies) -> bool {
    let head = event.method.as_deref().is_some_and(|method| method.eq_ignore_ascii_case("HEAD"));
    event.action == Action::Pull && !head && !policies.own.is(event)
}

/// Whether a media type is that of a list of images, one for each platform.
pub fn is_index(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json"
    )
}

/// The first thing to do with a digest.
fn first(digest: &Digest, media_type: Option<&str>, reason: Reason, place: &Place) -> Job {
    let kind = if media_type.is_some_and(is_index) { JobKind::Expand } else { JobKind::Scan };
    Job { digest: digest.clone(), kind, reason, place: Some(place.clone()) }
}

fn rematch(digest: &Digest, reason: Reason) -> Job {
    Job { digest: digest.clone(), kind: JobKind::Rematch, reason, place: None }
}

fn is_new(state: &State, digest: &Digest) -> bool {
    state.subjects.get(digest).is_none_or(|subject| subject.scan == ScanState::Never)
}

/// An image in several places is due where the policy of any of them says so.
fn is_due(digest: &Digest, subject: &SubjectState, now: Millis, policies: &Policies) -> bool {
    let Some(last) = subject.last_match.filter(|_| subject.scan == ScanState::Done) else { return false };
    subject.places.iter().any(|place| {
        let policy = policies.at(place, Some(digest));
        policy.is_due(now, last) && policy.is_active(now, subject.last_pull, subject.last_push)
    })
}

impl State {
    /// Notes what an event tells of the image it is about. With [`planned`](Self::planned) this is all of the state's
    /// course, for those who keep it themselves.
    pub fn note(&mut self, event: &RegistryEvent, place: &Place, received: Millis, policies: &Policies) {
        let Some(digest) = &event.digest else { return };
        let at = event.time.unwrap_or(received);
        let latest = |to: &mut Option<Millis>| *to = (*to).max(Some(at));
        if event.action == Action::Pull && !counts_as_pull(event, policies) {
            return;
        }
        let subject = self.subjects.entry(digest.clone()).or_default();
        match event.action {
            Action::Pull => latest(&mut subject.last_pull),
            Action::Delete => match subject.deleted.iter_mut().find(|(other, _)| other == place) {
                Some((_, deleted)) => *deleted = at.max(*deleted),
                None => subject.deleted.push((place.clone(), at)),
            },
            _ => latest(&mut subject.last_push),
        }
        if event.action != Action::Delete && !subject.places.contains(place) {
            subject.places.push(place.clone());
        }
    }

    /// Notes that a job is to be done.
    pub fn planned(&mut self, job: &Job) {
        if job.kind != JobKind::Rematch {
            self.subjects.entry(job.digest.clone()).or_default().scan = ScanState::Queued;
        }
    }
}
