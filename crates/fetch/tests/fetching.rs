//! Fetching from a server that behaves as servers do: it breaks off, is busy, knows what is new.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use plimsoll_core::{Observer, Progress, Silent};
use plimsoll_fetch::catalogue::choose;
use plimsoll_fetch::{Error, Fetched, Options, Outcome, State, fetch};
use plimsoll_testkit::http::{Fault, Server};
use plimsoll_testkit::sha256;

const KEV: &str = "/sites/default/files/feeds/known_exploited_vulnerabilities.json";
const BYTES: usize = 300_000;

/// A document of no pattern that a cut or a doubling would leave whole.
fn document() -> Vec<u8> {
    (0..BYTES).map(|i| u8::try_from((i * i + i / 251) % 251).unwrap()).collect()
}

fn options(folder: &Path, server: &Server) -> Options {
    Options {
        base: Some(server.url().parse().unwrap()),
        backoff: Duration::from_millis(1),
        timeout: Duration::from_secs(5),
        ..Options::new(folder)
    }
}

fn get(feeds: &[&str], options: &Options, known: &HashMap<String, State>) -> Result<Outcome, Error> {
    let chosen: Vec<_> = feeds.iter().map(|name| choose(name).unwrap()).collect();
    fetch(&chosen, &|address| known.get(address).cloned(), options, &Silent)
}

fn kev(options: &Options) -> Result<Fetched, Error> {
    get(&["kev"], options, &HashMap::new()).map(|mut outcome| outcome.fetched.remove(0))
}

fn known(fetched: &Fetched) -> HashMap<String, State> {
    HashMap::from([(fetched.state.address.clone(), fetched.state.clone())])
}

#[test]
fn what_is_known_is_not_sent_again() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    let options = options(folder.path(), &server);
    let first = kev(&options).unwrap();
    assert_eq!(fs::read(&first.file).unwrap(), document());
    assert_eq!(first.state.address, format!("https://www.cisa.gov{KEV}"), "by its name at the publisher");
    assert_eq!(first.state.sha256, sha256(&document()).hex());
    assert!(
        first.file.ends_with("www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json")
    );

    // Downloaded and not read: it is there.
    assert_eq!(kev(&options).unwrap(), first);
    // Read: it is known, with and without the file.
    assert_eq!(get(&["kev"], &options, &known(&first)).unwrap().unchanged, 1);
    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(get(&["kev"], &options, &known(&first)).unwrap().unchanged, 1);
    let statuses: Vec<u16> = server.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 304, 304, 304]);

    server.put(KEV, "new", "2");
    let second = get(&["kev"], &options, &known(&first)).unwrap().fetched.remove(0);
    assert_eq!(fs::read(&second.file).unwrap(), b"new");
    assert_eq!(second.state.etag.as_deref(), Some("\"2\""));
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_ended() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    server.fail(KEV, [Fault::BreakOff(100_000), Fault::BreakOff(50_000), Fault::BreakOff(0)]);
    let fetched = kev(&options(folder.path(), &server)).unwrap();
    assert_eq!(fs::read(&fetched.file).unwrap(), document());
    let requests = server.requests();
    let ranges: Vec<_> = requests.iter().map(|r| (r.status, r.header("range"))).collect();
    let third = Some("bytes=150000-");
    assert_eq!(ranges, [(200, None), (206, Some("bytes=100000-")), (206, third), (206, third)]);
    assert!(requests[1..].iter().all(|request| request.header("if-range") == Some("\"1\"")));
}

#[test]
fn the_next_run_takes_up_what_an_earlier_one_began() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    server.fail(KEV, vec![Fault::BreakOff(70_000), Fault::BreakOff(0), Fault::BreakOff(0)]);
    let options = Options { attempts: 2, ..options(folder.path(), &server) };
    let failed = kev(&options).unwrap_err();
    assert!(matches!(failed, Error::Unreachable { attempts: 2, .. }), "{failed}");
    server.requests();
    assert_eq!(fs::read(kev(&options).unwrap().file).unwrap(), document());
    assert_eq!(server.requests().last().unwrap().header("range"), Some("bytes=70000-"));
}

#[test]
fn bytes_of_two_states_are_never_joined() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    server.fail(KEV, [Fault::BreakOff(100_000), Fault::BreakOff(0)]);
    let options = Options { attempts: 2, ..options(folder.path(), &server) };
    kev(&options).unwrap_err();
    let newer: Vec<u8> = document().into_iter().rev().collect();
    server.put(KEV, newer.clone(), "2");
    assert_eq!(fs::read(kev(&options).unwrap().file).unwrap(), newer);

    // A server that knows no ranges, or no states, begins anew.
    for alter in [Server::without_ranges, Server::without_etag] {
        let folder = tempfile::tempdir().unwrap();
        server.put(KEV, document(), "3");
        alter(&server, KEV);
        server.fail(KEV, [Fault::BreakOff(100_000)]);
        let fetched = kev(&self::options(folder.path(), &server)).unwrap();
        assert_eq!(fs::read(fetched.file).unwrap(), document());
    }
}

#[test]
fn busy_and_broken_servers_are_tried_again() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    let after = |value: &str| vec![("Retry-After", value.to_owned())];
    let faults = [
        Fault::Status(500, vec![]),
        Fault::Status(429, after("0")),
        Fault::Nonsense,
        Fault::Status(503, after("Sun, 06 Nov 1994 08:49:37 GMT")),
    ];
    server.fail(KEV, faults);
    assert_eq!(fs::read(kev(&options(folder.path(), &server)).unwrap().file).unwrap(), document());

    let folder = tempfile::tempdir().unwrap();
    server.fail(KEV, vec![Fault::Status(500, vec![]); 5]);
    let failed = kev(&options(folder.path(), &server)).unwrap_err();
    assert!(failed.to_string().contains("the server says 500 (tried 5 times)"), "{failed}");

    server.fail(KEV, [Fault::Status(429, after("3600"))]);
    let failed = kev(&options(folder.path(), &server)).unwrap_err();
    assert!(matches!(failed, Error::Busy { seconds: 3600, .. }), "{failed}");

    server.requests();
    server.remove(KEV);
    let failed = kev(&options(folder.path(), &server)).unwrap_err();
    assert!(matches!(failed, Error::Refused { status: 404, .. }), "{failed}");
    assert_eq!(server.requests().len(), 1, "what is not there is not asked for again");
}

#[test]
fn a_silent_server_is_given_up() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    server.fail(KEV, [Fault::Silence(Duration::from_secs(600))]);
    let options = Options { timeout: Duration::from_millis(500), ..options(folder.path(), &server) };
    assert_eq!(fs::read(kev(&options).unwrap().file).unwrap(), document());
}

#[test]
fn redirects_are_followed() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put("/elsewhere", document(), "1");
    server.fail(KEV, [Fault::Status(302, vec![("Location", format!("{}/elsewhere", server.url()))])]);
    assert_eq!(fs::read(kev(&options(folder.path(), &server)).unwrap().file).unwrap(), document());
}

#[test]
fn a_document_has_a_limit() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put(KEV, document(), "1");
    let options = Options { max_bytes: 1000, ..options(folder.path(), &server) };
    assert!(matches!(kev(&options).unwrap_err(), Error::TooLarge { limit: 1000, .. }));
}

#[test]
fn published_checksums_are_verified() {
    let path = |end: &str| format!("/feeds/json/cve/2.0/nvdcve-2.0-2003.{end}");
    let gz = plimsoll_testkit::compression::gzip(&document());
    let serve = |server: &Server, of: &[u8]| {
        server.put(&path("json.gz"), gz.clone(), "1");
        let meta = format!("lastModifiedDate:x\r\nsha256:{}\r\n", sha256(of).hex().to_uppercase());
        server.put(&path("meta"), meta, "1");
    };
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    serve(&server, &document());
    // What was garbled on its way is fetched again.
    server.fail(&path("json.gz"), [Fault::Garbage]);
    let options = options(folder.path(), &server);
    let fetched = get(&["nvd:2003"], &options, &HashMap::new()).unwrap().fetched.remove(0);
    assert_eq!(fs::read(&fetched.file).unwrap(), gz);
    // The list says that nothing is new: the document itself is not asked for.
    server.requests();
    assert_eq!(get(&["nvd:2003"], &options, &known(&fetched)).unwrap().unchanged, 1);
    assert_eq!(server.requests().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    serve(&server, b"something else");
    let failed = get(&["nvd:2003"], &self::options(folder.path(), &server), &HashMap::new()).unwrap_err();
    assert!(matches!(failed, Error::Checksum { .. }), "{failed}");
}

#[test]
fn one_feed_that_fails_stops_all_unless_told_otherwise() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put("/ecosystems.txt", "PyPI\nGIT\nnpm\nHex\n", "1");
    server.put("/PyPI/all.zip", "a", "1");
    server.put("/npm/all.zip", "b", "1");
    server.put(KEV, document(), "1");
    let options = options(folder.path(), &server);
    // The list names an ecosystem that has no file yet.
    let outcome = get(&["osv", "kev"], &options, &HashMap::new()).unwrap();
    let sources: Vec<_> = outcome.fetched.iter().map(|fetched| fetched.source).collect();
    assert_eq!(sources, ["osv", "osv", "kev"]);

    let failed = get(&["osv", "epss"], &options, &HashMap::new()).unwrap_err();
    assert!(failed.to_string().starts_with("https://epss.cyentia.com/"), "{failed}");
    let lenient = Options { keep_going: true, ..options };
    let outcome = get(&["epss", "osv", "alpine"], &lenient, &HashMap::new()).unwrap();
    let missing: Vec<_> = outcome.missing.iter().map(|missing| missing.source).collect();
    assert_eq!((outcome.fetched.len(), missing), (2, vec!["alpine", "epss"]));
}

#[test]
fn without_network_there_is_what_was_downloaded() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    server.put("/ecosystems.txt", "PyPI\n", "1");
    server.put("/PyPI/all.zip", "a", "1");
    let online = options(folder.path(), &server);
    let offline = Options { offline: true, ..online.clone() };
    assert!(matches!(get(&["osv"], &offline, &HashMap::new()).unwrap_err(), Error::Offline { .. }));
    get(&["osv"], &online, &HashMap::new()).unwrap();
    server.requests();
    assert_eq!(get(&["osv"], &offline, &HashMap::new()).unwrap().fetched.len(), 1);
    assert_eq!(server.requests(), []);
}

#[test]
fn a_caller_may_stop_it() {
    struct Stop;
    impl Observer for Stop {
        fn progress(&self, _: Progress<'_>) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    let chosen = [choose("kev").unwrap()];
    let stopped = fetch(&chosen, &|_| None, &options(folder.path(), &server), &Stop);
    assert!(matches!(stopped.unwrap_err(), Error::Cancelled));
}
