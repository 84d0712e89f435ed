//! What is counted while the server runs.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in milliseconds.
const BOUNDS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 60_000];

/// How long something took.
#[derive(Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    pub(crate) fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            if micros <= bound * 1000 {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn write(&self, name: &str, help: &str, out: &mut String) {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram");
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            let (seconds, millis) = (bound / 1000, bound % 1000);
            let count = bucket.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}_bucket{{le=\"{seconds}.{millis:03}\"}} {count}");
        }
        let (count, micros) = (self.count.load(Ordering::Relaxed), self.micros.load(Ordering::Relaxed));
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(
            out,
            "{name}_sum {}.{:06}\n{name}_count {count}",
            micros / 1_000_000,
            micros % 1_000_000
        );
    }
}

macro_rules! counters {
    ($($field:ident: $name:literal, $help:literal;)*) => {
        /// Everything that is counted.
        #[derive(Default)]
        pub(crate) struct Metrics {
            $(pub(crate) $field: AtomicU64,)*
            /// From the event to the assessment.
            pub(crate) until_assessed: Histogram,
            /// The reading of one image.
            pub(crate) scan: Histogram,
            /// Requests.
            pub(crate) request: Histogram,
            /// Re-matches of everything.
            pub(crate) reassess: Histogram,
        }

        impl Metrics {
            /// In Prometheus' text format.
            pub(crate) fn write(&self, out: &mut String) {
                $({
                    let value = self.$field.load(Ordering::Relaxed);
                    let _ = writeln!(out, "# HELP {} {}\n# TYPE {} counter\n{} {value}", $name, $help, $name, $name);
                })*
                self.until_assessed.write("plimsoll_assessed_seconds", "From a push's arrival to its assessment.", out);
                self.scan.write("plimsoll_scan_seconds", "Reading one image.", out);
                self.request.write("plimsoll_http_request_seconds", "Answering a request.", out);
                self.reassess.write("plimsoll_reassess_seconds", "Carrying new advisories or rules to all images.", out);
            }
        }
    };
}

counters! {
    events: "plimsoll_events_total", "Events that were accepted.";
    duplicates: "plimsoll_events_duplicate_total", "Events that had come before.";
    skipped: "plimsoll_events_skipped_total", "Parts of messages that are no event of an image.";
    refused: "plimsoll_requests_refused_total", "Requests that were refused: no token, the wrong one, too many.";
    errors: "plimsoll_requests_failed_total", "Requests that were answered with 5xx.";
    scans: "plimsoll_scans_total", "Images that were read.";
    failures: "plimsoll_scans_failed_total", "Images that could not be read; each try counts.";
    expansions: "plimsoll_indexes_total", "Indexes that were read.";
    rematches: "plimsoll_rematches_total", "Images that were matched again as a whole.";
    reassessments: "plimsoll_reassessments_total", "Times that new advisories or rules were carried to all images.";
    delivered: "plimsoll_notifications_delivered_total", "Notifications that subscribers took.";
    undelivered: "plimsoll_notifications_refused_total", "Times that a subscriber did not take a notification.";
    listings: "plimsoll_listings_total", "Registries that were listed to the end.";
    listings_unread: "plimsoll_listing_repositories_unread_total", "Repositories that a listing could not read.";
    listings_failed: "plimsoll_listings_failed_total", "Listings that broke off.";
}

/// One more.
pub(crate) fn count(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Ordering::Relaxed);
}
