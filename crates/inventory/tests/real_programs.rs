//! The classifier of binaries against programs of this machine, which are asked for their versions themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_core::{Content, PackageType};
use plimsoll_inventory::{File, Sink, catalogers};

/// Product, program, and what makes it say its version.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("bash", "bash", "--version"),
    ("busybox", "busybox", "--help"),
    ("curl", "curl", "--version"),
    ("gnupg", "gpg", "--version"),
    ("git", "git", "--version"),
    ("httpd", "apache2", "-v"),
    ("imagemagick", "convert", "--version"),
    ("memcached", "memcached", "--version"),
    ("nginx", "nginx", "-v"),
    ("node", "node", "--version"),
    ("openssh", "ssh", "-V"),
    ("openssl", "openssl", "version"),
    ("perl", "perl", "--version"),
    ("php", "php", "--version"),
    ("postgresql", "psql", "--version"),
    ("python", "python3.11", "--version"),
    ("qemu", "qemu-x86_64", "--version"),
    ("redis", "redis-server", "--version"),
    ("rsync", "rsync", "--version"),
    ("ruby", "ruby", "--version"),
    ("sqlite", "sqlite3", "--version"),
    ("tar", "tar", "--version"),
    ("util-linux", "mount", "--version"),
    ("vim", "vim", "--version"),
    ("tmux", "tmux", "-V"),
    ("zstd", "zstd", "--version"),
    ("xz", "xz", "--version"),
    ("zsh", "zsh", "--version"),
];

/// Product, the start of a library's or a program's name in the folders of libraries, and the program to ask.
const LIBRARIES: &[(&str, &str, &str)] = &[
    ("postgresql", "postgres", "psql"),
    ("ruby", "libruby", "ruby"),
    ("sqlite", "libsqlite3.so.", "sqlite3"),
    ("curl", "libcurl.so.", "curl"),
    ("openssl", "libcrypto.so.", "openssl"),
];

const FOLDERS: &[&str] =
    &["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib/postgresql/15/bin"];

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find_map(|file| fs::canonicalize(file).ok())
}

fn classified(path: &Path) -> Vec<(String, String)> {
    let Ok(bytes) = fs::read(path) else { return Vec::new() };
    let binary = catalogers::all().into_iter().find(|c| c.id() == "binary").unwrap();
    let name = path.to_str().unwrap().trim_start_matches('/');
    let (mut out, mut reader) = (Sink::default(), &bytes[..]);
    let size = u64::try_from(bytes.len()).unwrap();
    binary.parse(File { path: name.as_bytes(), size, content: Content::Stream(&mut reader) }, &mut out);
    out.packages.into_iter().filter(|p| p.kind == PackageType::Generic).map(|p| (p.name, p.version)).collect()
}

#[test]
fn programs_are_what_they_say_they_are() {
    let (mut told, mut untold) = (Vec::new(), Vec::new());
    for (product, program, argument) in PROGRAMS {
        let Some(path) = on_path(program) else {
            untold.push(format!("{program} is not here"));
            continue;
        };
        let Ok(output) = Command::new(program).arg(argument).output() else {
            untold.push(format!("{program} does not run"));
            continue;
        };
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        match classified(&path).into_iter().find(|(name, _)| name == product) {
            Some((_, version)) => {
                assert!(said.contains(&version), "{program}: {version} is not in {said:?}");
                told.push(format!("{product} {version}"));
            }
            // A script in front of the program, or a program that has its version in a library.
            None => untold.push(format!("{product}: nothing in {}", path.display())),
        }
    }
    eprintln!("told: {}", told.join(", "));
    eprintln!("skipped: {}", untold.join("; "));
}

#[test]
fn libraries_are_what_their_programs_say_they_are() {
    let mut told = Vec::new();
    for (product, start, program) in LIBRARIES {
        let argument = if *program == "openssl" { "version" } else { "--version" };
        let Ok(output) = Command::new(program).arg(argument).output() else { continue };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for entry in FOLDERS.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(start))
                && entry.path().is_file()
            {
                for (_, version) in classified(&entry.path()).iter().filter(|(name, _)| name == product) {
                    assert!(
                        said.contains(version.as_str()),
                        "{}: {version} is not in {said:?}",
                        entry.path().display()
                    );
                    told.push(format!("{product} {version}"));
                }
            }
        }
    }
    told.dedup();
    eprintln!("told: {}", told.join(", "));
}
