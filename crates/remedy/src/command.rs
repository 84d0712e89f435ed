//! What a person types to upgrade or remove a package.
//!
//! Names and versions come from images and feeds, and whoever reads a command may paste it into a shell. So every
//! word that is more than letters, digits and a few signs is quoted, and where it can't be, there is no command.

use plimsoll_core::{Distro, PackageType};

/// The command that upgrades packages of one source to a version, or the coordinates to ask for where a build file
/// decides; none where there is no such thing.
///
/// ```
/// use plimsoll_core::PackageType;
/// use plimsoll_remedy::command::upgrade;
/// let upgrade = |kind, name, to| upgrade(kind, None, &[name], to).unwrap();
/// assert_eq!(upgrade(PackageType::PyPi, "jinja2", "3.1.6"), "pip install jinja2==3.1.6");
/// assert_eq!(upgrade(PackageType::Golang, "golang.org/x/net", "0.33.0"), "go get golang.org/x/net@v0.33.0");
/// assert_eq!(
///     upgrade(PackageType::Deb, "openssl", "3.0.15-1"),
///     "apt-get update && apt-get install --only-upgrade openssl"
/// );
/// ```
pub fn upgrade(kind: PackageType, distro: Option<&Distro>, names: &[&str], to: &str) -> Option<String> {
    let all = || words(names);
    let first = names.first()?;
    let one = |text: String| word(&text);
    Some(match kind {
        PackageType::Deb => format!("apt-get update && apt-get install --only-upgrade {}", all()?),
        PackageType::Apk => {
            let newer = names.iter().map(|name| one(format!("{name}>={to}"))).collect::<Option<Vec<_>>>()?;
            format!("apk add --upgrade {}", newer.join(" "))
        }
        PackageType::Rpm => format!("{} {}", rpm(distro, "upgrade"), all()?),
        // Arch supports no partial upgrades.
        PackageType::Alpm => "pacman -Syu".to_owned(),
        PackageType::Ebuild => format!("emerge --update --oneshot {}", all()?),
        PackageType::Opkg => format!("opkg update && opkg upgrade {}", all()?),
        PackageType::PyPi => format!("pip install {}", one(format!("{first}=={to}"))?),
        PackageType::Npm => format!("npm install {}", one(format!("{first}@{to}"))?),
        PackageType::Golang => {
            let to = to.trim_start_matches("go").trim_start_matches('v');
            match *first {
                // The standard library comes with the toolchain.
                "stdlib" | "go" | "toolchain" => format!("go get {}", one(format!("toolchain@go{to}"))?),
                module => format!("go get {}", one(format!("{module}@v{to}"))?),
            }
        }
        PackageType::Cargo => format!("cargo update {} --precise {}", word(first)?, word(to)?),
        PackageType::Maven => one(format!("{first}:{to}"))?,
        PackageType::Gem => format!("gem install {} --version {}", word(first)?, word(to)?),
        PackageType::Nuget => format!("dotnet add package {} --version {}", word(first)?, word(to)?),
        PackageType::Composer => format!("composer require {}", one(format!("{first}:{to}"))?),
        PackageType::Pub => format!("dart pub add {}", one(format!("{first}:{to}"))?),
        PackageType::Hackage => format!("cabal install {}", one(format!("{first}-{to}"))?),
        PackageType::Conda => format!("conda install {}", one(format!("{first}={to}"))?),
        PackageType::Hex => format!("mix deps.update {}", word(first)?),
        PackageType::Conan => format!("conan install --requires={}", one(format!("{first}/{to}"))?),
        PackageType::Luarocks => format!("luarocks install {} {}", word(first)?, word(to)?),
        PackageType::Opam => format!("opam install {}", one(format!("{first}.{to}"))?),
        PackageType::Brew => format!("brew upgrade {}", word(first)?),
        PackageType::Snap => format!("snap refresh {}", word(first)?),
        _ => return None,
    })
}

/// The command that removes packages; none where a build file decides, or there is no such thing.
pub fn remove(kind: PackageType, distro: Option<&Distro>, names: &[&str]) -> Option<String> {
    let all = words(names)?;
    Some(match kind {
        PackageType::Deb => format!("apt-get purge {all}"),
        PackageType::Apk => format!("apk del {all}"),
        PackageType::Rpm => format!("{} {all}", rpm(distro, "remove")),
        PackageType::Alpm => format!("pacman -R {all}"),
        PackageType::Ebuild => format!("emerge --depclean {all}"),
        PackageType::Opkg => format!("opkg remove {all}"),
        PackageType::PyPi => format!("pip uninstall {all}"),
        PackageType::Npm => format!("npm uninstall {all}"),
        PackageType::Cargo => format!("cargo remove {all}"),
        PackageType::Gem => format!("gem uninstall {all}"),
        PackageType::Nuget => format!("dotnet remove package {all}"),
        PackageType::Composer => format!("composer remove {all}"),
        PackageType::Pub => format!("dart pub remove {all}"),
        PackageType::Conda => format!("conda remove {all}"),
        PackageType::Golang => format!("go get {}", word(&format!("{}@none", names.first()?))?),
        PackageType::Brew => format!("brew uninstall {all}"),
        PackageType::Snap => format!("snap remove {all}"),
        _ => return None,
    })
}

/// How a distribution of rpm packages is spoken to.
fn rpm(distro: Option<&Distro>, what: &str) -> String {
    let (id, version) = distro.map_or(("", ""), |distro| (distro.id.as_str(), distro.version.as_str()));
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    let tool = match id {
        "sles" | "sles_sap" | "sled" | "suse" => "zypper",
        id if id.starts_with("opensuse") => "zypper",
        "photon" | "mariner" | "azurelinux" => "tdnf",
        "amzn" if major != Some(2023) => "yum",
        "rhel" | "centos" | "ol" | "scientific" if major.is_some_and(|major| major < 8) => "yum",
        _ => "dnf",
    };
    let what = match (tool, what) {
        ("zypper" | "yum" | "tdnf", "upgrade") => "update",
        _ => what,
    };
    format!("{tool} {what}")
}

fn words(names: &[&str]) -> Option<String> {
    let words = names.iter().map(|name| word(name)).collect::<Option<Vec<_>>>()?;
    (!words.is_empty()).then(|| words.join(" "))
}

/// A text as one word of a POSIX shell's command line; nothing where that is not safe: empty, with control
/// characters, or to be taken for an option.
fn word(text: &str) -> Option<String> {
    if text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    Some(if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distro(id: &str, version: &str) -> Distro {
        Distro { id: id.into(), version: version.into(), ..Distro::default() }
    }

    #[test]
    fn every_package_manager_has_its_words() {
        for (kind, names, to, expected) in [
            (
                PackageType::Apk,
                &["libcrypto3", "libssl3"][..],
                "3.1.4-r5",
                "apk add --upgrade 'libcrypto3>=3.1.4-r5' 'libssl3>=3.1.4-r5'",
            ),
            (PackageType::Npm, &["@babel/traverse"], "7.23.2", "npm install @babel/traverse@7.23.2"),
            (PackageType::Golang, &["stdlib"], "1.22.9", "go get toolchain@go1.22.9"),
            (PackageType::Golang, &["github.com/x/y"], "v1.2.3", "go get github.com/x/y@v1.2.3"),
            (
                PackageType::Maven,
                &["org.apache.logging.log4j:log4j-core"],
                "2.17.1",
                "org.apache.logging.log4j:log4j-core:2.17.1",
            ),
            (PackageType::Cargo, &["smallvec"], "1.6.1", "cargo update smallvec --precise 1.6.1"),
            (PackageType::Gem, &["rack"], "2.2.8", "gem install rack --version 2.2.8"),
        ] {
            assert_eq!(upgrade(kind, None, names, to).as_deref(), Some(expected));
        }
        for (id, version, expected) in [
            ("almalinux", "8.10", "dnf upgrade openssl"),
            ("centos", "7", "yum update openssl"),
            ("amzn", "2", "yum update openssl"),
            ("amzn", "2023", "dnf upgrade openssl"),
            ("sles", "15.5", "zypper update openssl"),
            ("opensuse-leap", "15.6", "zypper update openssl"),
            ("photon", "5.0", "tdnf update openssl"),
        ] {
            let distro = distro(id, version);
            let command = upgrade(PackageType::Rpm, Some(&distro), &["openssl"], "1");
            assert_eq!(command.as_deref(), Some(expected), "{id}");
        }
        assert_eq!(remove(PackageType::Apk, None, &["git"]).as_deref(), Some("apk del git"));
        assert_eq!(upgrade(PackageType::Generic, None, &["x"], "1"), None);
    }

    #[test]
    fn what_an_image_says_runs_nothing() {
        let of = |name| upgrade(PackageType::PyPi, None, &[name], "1");
        assert_eq!(of("x; rm -rf /").as_deref(), Some("pip install 'x; rm -rf /==1'"));
        assert_eq!(of("x'$(id)'").as_deref(), Some(r"pip install 'x'\''$(id)'\''==1'"));
        for hostile in ["--index-url=http://x", "a\nb", "a\u{1b}[2J"] {
            assert_eq!(of(hostile), None, "{hostile:?}");
        }
        assert_eq!(remove(PackageType::Deb, None, &["-f"]), None);
        assert_eq!(upgrade(PackageType::Deb, None, &[], "1"), None);
    }
}
