//! The codenames of releases, which documents and package URLs write in place of numbers.

/// The release of Debian that has the codename, as OSV writes it (<https://wiki.debian.org/DebianReleases>). `sid` has
/// no number.
pub fn debian(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "woody" => "3.0",
        "sarge" => "3.1",
        "etch" => "4",
        "lenny" => "5",
        "squeeze" => "6",
        "wheezy" => "7",
        "jessie" => "8",
        "stretch" => "9",
        "buster" => "10",
        "bullseye" => "11",
        "bookworm" => "12",
        "trixie" => "13",
        "forky" => "14",
        "duke" => "15",
        "sid" => "sid",
        _ => return None,
    })
}

/// The release of Ubuntu that has the codename, as OSV writes it: `22.04:LTS`, `24.10`
/// (<https://wiki.ubuntu.com/Releases>).
pub fn ubuntu(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "warty" => "4.10",
        "hoary" => "5.04",
        "breezy" => "5.10",
        "dapper" => "6.06:LTS",
        "edgy" => "6.10",
        "feisty" => "7.04",
        "gutsy" => "7.10",
        "hardy" => "8.04:LTS",
        "intrepid" => "8.10",
        "jaunty" => "9.04",
        "karmic" => "9.10",
        "lucid" => "10.04:LTS",
        "maverick" => "10.10",
        "natty" => "11.04",
        "oneiric" => "11.10",
        "precise" => "12.04:LTS",
        "quantal" => "12.10",
        "raring" => "13.04",
        "saucy" => "13.10",
        "trusty" => "14.04:LTS",
        "utopic" => "14.10",
        "vivid" => "15.04",
        "wily" => "15.10",
        "xenial" => "16.04:LTS",
        "yakkety" => "16.10",
        "zesty" => "17.04",
        "artful" => "17.10",
        "bionic" => "18.04:LTS",
        "cosmic" => "18.10",
        "disco" => "19.04",
        "eoan" => "19.10",
        "focal" => "20.04:LTS",
        "groovy" => "20.10",
        "hirsute" => "21.04",
        "impish" => "21.10",
        "jammy" => "22.04:LTS",
        "kinetic" => "22.10",
        "lunar" => "23.04",
        "mantic" => "23.10",
        "noble" => "24.04:LTS",
        "oracular" => "24.10",
        "plucky" => "25.04",
        "questing" => "25.10",
        "resolute" => "26.04:LTS",
        _ => return None,
    })
}
