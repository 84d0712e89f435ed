use plimsoll_core::{Names, Package, PackageType};

use super::super::super::identity;
use super::linked;

/// The packages that build information names: the standard library, the main module, and every module that was
/// linked in, with replacements in place of what they replace (Go, `runtime/debug.ParseBuildInfo`).
pub(super) fn packages(version: &str, modules: &str) -> Vec<Package> {
    let list = List::parse(modules);
    let stdlib = golang("stdlib", stdlib_version(version));
    let built = if let Some(main) = &list.main {
        let undetermined = main.version.is_empty() || main.version == "(devel)";
        let stated = list.ldflags.as_deref().filter(|_| undetermined);
        let stated = stated.and_then(|flags| linked::version(flags, main.path));
        Some(golang(main.path, stated.as_deref().unwrap_or(main.version)))
    } else {
        // Built without modules, from a folder that is named after a repository.
        list.path.and_then(repository).map(|path| {
            let stated = list.ldflags.as_deref().and_then(|flags| linked::version(flags, path));
            golang(path, stated.as_deref().unwrap_or(""))
        })
    };
    let mut deps = Vec::new();
    for (module, replacement) in &list.deps {
        deps.push(match replacement {
            // A directory of the build machine holds some state of the module itself; no one knows which.
            Some(local) if is_local(local.path) => golang(module.path, local.version),
            Some(other) => golang(other.path, other.version),
            None => golang(module.path, module.version),
        });
    }
    // Which module needs which is not in the program: what was built needs all that it was built from.
    let said = |package: &Package| format!("{}@{}", package.name, package.version);
    let linked: Names = [&stdlib].into_iter().chain(&deps).map(said).collect();
    let built = built.map(|main| Package { requires: linked, ..main });
    std::iter::once(stdlib).chain(built).chain(deps).collect()
}

/// `go1.22.1 X:boringcrypto` is a build of 1.22.1, `devel go1.23-abcdef` one on the way to 1.23.
fn stdlib_version(text: &str) -> &str {
    let mut words = text.split_ascii_whitespace();
    let word = words.find(|word| word.starts_with("go")).unwrap_or(text);
    word.strip_prefix("go").unwrap_or(word)
}

fn golang(path: &str, version: &str) -> Package {
    identity::slashed(PackageType::Golang, path, version)
}

/// Local paths begin so, module paths never do (Go Modules Reference, "replace directive").
fn is_local(path: &str) -> bool {
    path.starts_with("./")
        || path.starts_with("../")
        || path.starts_with('/')
        || path.contains('\\')
        || matches!(path, "." | "..")
        || path.as_bytes().get(1) == Some(&b':')
}

/// `github.com/docker/docker` of `github.com/docker/docker/cmd/dockerd`.
fn repository(path: &str) -> Option<&str> {
    let host = path.split('/').next()?;
    let parts = match host {
        "github.com" | "gitlab.com" | "bitbucket.org" => 3,
        _ => return None,
    };
    let end = path.match_indices('/').nth(parts - 1).map_or(path.len(), |(at, _)| at);
    let repository = path.get(..end)?;
    (repository.split('/').count() == parts && repository.split('/').all(|part| !part.is_empty()))
        .then_some(repository)
}

#[derive(Clone, Copy)]
struct Module<'a> {
    path: &'a str,
    version: &'a str,
}

#[derive(Default)]
struct List<'a> {
    /// The package that was built.
    path: Option<&'a str>,
    main: Option<Module<'a>>,
    deps: Vec<(Module<'a>, Option<Module<'a>>)>,
    ldflags: Option<String>,
}

impl<'a> List<'a> {
    fn parse(text: &'a str) -> Self {
        let mut list = Self::default();
        for line in text.lines() {
            let Some((kind, rest)) = line.split_once('\t') else { continue };
            let mut columns = rest.split('\t');
            let path = columns.next().unwrap_or_default();
            let module = Module { path, version: columns.next().unwrap_or_default() };
            match kind {
                _ if path.is_empty() => {}
                "path" => list.path = Some(path),
                "mod" => list.main = Some(module),
                "dep" => list.deps.push((module, None)),
                "=>" => {
                    if let Some((_, replacement)) = list.deps.last_mut() {
                        *replacement = Some(module);
                    }
                }
                "build" => {
                    if let Some(value) = rest.strip_prefix("-ldflags=") {
                        list.ldflags = Some(linked::unquote(value));
                    }
                }
                _ => {}
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(version: &str, modules: &str) -> Vec<(String, String)> {
        packages(version, modules).into_iter().map(|p| (p.name, p.version)).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn replacements_take_the_place_of_what_they_replace() {
        let modules = "path\texample.org/a/cmd/a\nmod\texample.org/a\t(devel)\t\n\
            dep\tgolang.org/x/xerrors\tv0.1.0\n=>\tgithub.com/golang/xerrors\tv0.2.0\th1:x=\n\
            dep\tk8s.io/api\tv0.0.0\n=>\t./staging/src/k8s.io/api\t(devel)\t\n\
            dep\tgithub.com/BurntSushi/toml\tv1.4.0\th1:y=\n";
        assert_eq!(
            names("go1.22.1", modules),
            owned(&[
                ("stdlib", "1.22.1"),
                ("example.org/a", "(devel)"),
                ("github.com/golang/xerrors", "v0.2.0"),
                ("k8s.io/api", "(devel)"),
                ("github.com/BurntSushi/toml", "v1.4.0"),
            ])
        );
    }

    #[test]
    fn what_was_built_needs_all_that_was_linked() {
        let modules = "mod\texample.org/a\tv1.0.0\ndep\td.e/f\tv1.0.0\n=>\tg.h/i\tv2.0.0\th1:x=\n";
        let all = packages("go1.22.1", modules);
        let needs: Vec<Vec<&str>> = all.iter().map(|package| package.requires.iter().collect()).collect();
        assert_eq!(needs, [vec![], vec!["g.h/i@v2.0.0", "stdlib@1.22.1"], vec![]]);
    }

    #[test]
    fn the_linker_may_have_been_told_the_main_version() {
        let modules = "mod\texample.org/a\t(devel)\t\nbuild\t-ldflags=\"-s -X main.version=v1.0.0\"\n";
        assert_eq!(names("go1.22.1", modules)[1], ("example.org/a".into(), "v1.0.0".into()));
        let modules = "mod\texample.org/a\tv1.2.3\t\nbuild\t-ldflags=\"-s -X main.version=v1.0.0\"\n";
        assert_eq!(names("go1.22.1", modules)[1], ("example.org/a".into(), "v1.2.3".into()));
    }

    #[test]
    fn the_standard_library_is_numbered_like_a_module() {
        for (go, version) in [
            ("go1.21.3", "1.21.3"),
            ("go1.20.10 (Red Hat 1.20.10-1.el9_3)", "1.20.10"),
            ("go1.19.13 X:boringcrypto", "1.19.13"),
            ("devel go1.23-5e0f1b4 Tue May 7 2024", "1.23-5e0f1b4"),
            ("go1.21rc2", "1.21rc2"),
            ("devel +b7a85e0003 Tue Nov 1 2022", "devel +b7a85e0003 Tue Nov 1 2022"),
        ] {
            assert_eq!(names(go, ""), owned(&[("stdlib", version)]));
        }
        let stdlib = packages("go1.21.3", "").remove(0);
        assert_eq!(stdlib.purl.to_string(), "pkg:golang/stdlib@1.21.3");
    }

    #[test]
    fn what_was_built_without_modules_is_named_by_its_folder() {
        let modules = "path\tgithub.com/docker/docker/cmd/dockerd\nbuild\t-ldflags=\"-w -X \\\"github.com/docker/docker/dockerversion.Version=24.0.5\\\"\"\n";
        assert_eq!(
            names("go1.20.6", modules),
            owned(&[("stdlib", "1.20.6"), ("github.com/docker/docker", "v24.0.5")])
        );
        assert_eq!(names("go1.20.6", "path\tcommand-line-arguments\n").len(), 1);
        assert_eq!(names("go1.20.6", "path\tgithub.com/a\n").len(), 1);
    }

    #[test]
    fn lines_that_are_no_modules_are_passed_over() {
        assert_eq!(names("go1.21.3", "=>\tx\ty\nmod\ndep\t\t\nx\n\n\tz").len(), 1);
    }
}
