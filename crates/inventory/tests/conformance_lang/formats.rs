//! Which cataloger reads which directory of the test data, and what its peers write differently.

/// A directory of cases.
pub(crate) struct Format {
    pub(crate) directory: &'static str,
    /// The catalogers that read its files, whatever those are called there.
    pub(crate) catalogers: &'static [&'static str],
    /// Ends of names of files that are not for these catalogers.
    pub(crate) skips: &'static [&'static str],
    /// Name and version in one spelling for us and the peer.
    pub(crate) name: fn(&str, &str) -> (String, String),
    /// Whether the peer lists the project itself among its dependencies.
    pub(crate) lists_root: bool,
}

const fn format(directory: &'static str, catalogers: &'static [&'static str]) -> Format {
    Format { directory, catalogers, skips: &[], name: as_written, lists_root: false }
}

impl Format {
    const fn without(self, skips: &'static [&'static str]) -> Self {
        Self { skips, ..self }
    }

    const fn listing_the_root(self) -> Self {
        Self { lists_root: true, ..self }
    }

    const fn named(self, name: fn(&str, &str) -> (String, String)) -> Self {
        Self { name, ..self }
    }
}

fn as_written(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.to_owned())
}

/// PyPA, "Name normalization".
fn python(name: &str, version: &str) -> (String, String) {
    (name.to_lowercase().replace(['_', '.'], "-"), version.to_owned())
}

/// With or without the leading `v`, the standard library's included.
fn go(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.trim_start_matches('v').to_owned())
}

/// The last part of a repository's name.
fn last_part(name: &str, version: &str) -> (String, String) {
    let name = if name.contains("github.com/") { name.rsplit('/').next().unwrap_or(name) } else { name };
    (name.to_owned(), version.to_owned())
}

/// The repository of an action; the peer has each of its folders by itself.
fn action(name: &str, version: &str) -> (String, String) {
    (name.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"), version.to_owned())
}

const PYTHON: &[&str] = &["python-installed", "python-archive"];
const JAVA: &[&str] = &["java-archive"];

pub(crate) const FORMATS: &[Format] = &[
    format("python-packaging", PYTHON).without(&["LICENSE.txt"]).named(python),
    format("python-wheelegg", PYTHON).named(python),
    format("python-poetry", &["python-lock"]).without(&["pyproject.toml"]).named(python),
    format("python-poetrylock", &["python-lock"]).named(python),
    format("python-pdmlock", &["python-lock"]).named(python),
    format("python-pylock", &["python-lock"]).without(&["pyproject.toml"]).named(python),
    format("python-uv", &["python-lock"]).named(python),
    format("python-uvlock", &["python-lock"]).named(python),
    format("python-pipenv", &["python-pipfile-lock"]).named(python),
    format("python-pipfilelock", &["python-pipfile-lock"]).named(python),
    format("python-pyprojecttoml", &["python-project"]).named(python),
    format("python-requirements", &["python-requirements"]).named(python),
    format("python-pip", &["python-requirements"]).named(python),
    format("javascript-packagejson", &["node-installed"]),
    format("nodejs-pkg", &["node-installed"]),
    format("go-buildinfo", &["binary"]).named(go),
    format("golang-binary", &["binary"]).named(go),
    format("golang-gobinary", &["binary"]).named(go),
    format("java-archive", JAVA),
    format("java-jar", JAVA),
    format("javascript-packagelockjson", &["node-npm-lock"]),
    format("nodejs-npm", &["node-npm-lock"]),
    format("javascript-yarnlock", &["node-yarn-lock"]),
    format("nodejs-yarn", &["node-yarn-lock", "node-installed"]),
    format("javascript-pnpmlock", &["node-pnpm-lock"]),
    format("nodejs-pnpm", &["node-pnpm-lock"]).without(&["package.json"]),
    format("javascript-bunlock", &["node-bun-lock"]),
    format("nodejs-bun", &["node-bun-lock"]).without(&["package.json"]),
    format("golang", &["go-mod"]).named(go),
    format("golang-gomod", &["go-mod"]).named(go),
    format("golang-mod", &["go-mod", "go-sum"]).without(&["LICENSE"]).named(go).listing_the_root(),
    format("golang-sum", &["go-sum"]).named(go),
    format("golang-vendormodules", &["go-vendor"]).named(go),
    format("rust", &["cargo-lock"]),
    format("rust-cargo", &["cargo-lock"]).without(&["Cargo.toml"]),
    format("rust-cargotoml", &["cargo-manifest"]),
    format("rust-cargolock", &["cargo-lock"]),
    format("ruby", &["ruby-gemfile-lock"]),
    format("ruby-bundler", &["ruby-gemfile-lock"]),
    format("ruby-gemfilelock", &["ruby-gemfile-lock"]),
    format("ruby-gemspec", &["ruby-gemspec"]),
    format("php-composer", &["php-composer-lock"]).without(&["composer.json"]),
    format("php-composerlock", &["php-composer-lock"]),
    format("php", &["php-composer-lock", "php-pear"]),
    format("java-pom", &["java-pom"]).listing_the_root(),
    format("java-pomxml", &["java-pom"]),
    format("java-gradle", &["java-gradle-lock"]),
    format("java-gradlelockfile", &["java-gradle-lock"]),
    format("gradle-lockfile", &["java-gradle-lock"]),
    format("java-gradleverificationmetadataxml", &["java-gradle-verification"]),
    format("java-gradleversioncatalog", &["java-gradle-catalog"]),
    format("java-sbt", &["java-sbt-lock"]),
    format("sbt-lockfile", &["java-sbt-lock"]),
    format("java", &["java-pom"]).without(&["micronaut.json"]).listing_the_root(),
    format("dotnet", &["dotnet-deps"]),
    format("dotnet-core_deps", &["dotnet-deps"]),
    format("dotnet-deps", &["dotnet-deps"]),
    format("dotnet-depsjson", &["dotnet-deps"]),
    format("dotnet-csproj", &["dotnet-project"]),
    format("dotnet-nugetcpm", &["dotnet-project"]),
    format("dotnet-packagesprops", &["dotnet-project"]),
    format("nuget-packagesprops", &["dotnet-project"]),
    format("dotnet-packagesconfig", &["dotnet-packages-config"]),
    format("dotnet-nuget", &["dotnet-nuget-lock"]),
    format("dotnet-packageslockjson", &["dotnet-nuget-lock"]),
    format("nuget-lock", &["dotnet-nuget-lock"]),
    format("dotnet-paketlock", &["dotnet-paket-lock"]),
    format("dotnet-paketdependencies", &["dotnet-paket-dependencies"]),
    format("dotnet-projectassetsjson", &["dotnet-project-assets"]),
    format("dart", &["dart-pub-lock", "dart-pubspec"]),
    format("dart-pub", &["dart-pub-lock"]).without(&["pubspec.yaml"]),
    format("dart-pubspec", &["dart-pub-lock"]),
    format("swift", &["swift-resolved", "swift-podfile-lock"]).named(last_part),
    format("swift-packageresolved", &["swift-resolved"]),
    format("swift-swift", &["swift-resolved"]),
    format("swift-cocoapods", &["swift-podfile-lock"]),
    format("swift-podfilelock", &["swift-podfile-lock"]),
    format("haskell", &["haskell-cabal-freeze", "haskell-stack"]),
    format("haskell-cabal", &["haskell-cabal-freeze"]),
    format("haskell-stacklock", &["haskell-stack"]),
    format("elixir", &["elixir-mix-lock"]),
    format("elixir-mix", &["elixir-mix-lock"]),
    format("elixir-mixlock", &["elixir-mix-lock"]),
    format("erlang", &["erlang-rebar-lock", "erlang-application"]),
    format("erlang-mixlock", &["elixir-mix-lock"]),
    format("hex-mix", &["elixir-mix-lock"]),
    format("r-renvlock", &["r-renv-lock"]),
    format("perl-cpan", &["perl-metadata"]),
    format("gleam-gleamtoml", &["gleam-project"]),
    format("julia-projecttoml", &["julia-project"]),
    format("julia-manifest", &["julia-manifest"]),
    format("julia-manifesttoml", &["julia-manifest"]),
    format("julia-pkg", &["julia-manifest"]).without(&["Project.toml"]),
    format("c-conan", &["conan-lock"]),
    format("cpp", &["conan-lock", "conan-file"]),
    format("cpp-conanlock", &["conan-lock"]),
    format("conda-environment", &["conda-environment"]),
    format("apple", &["macos-bundle"]),
    format("os-macapps", &["macos-bundle"]),
    format("ocaml-opam", &["opam-switch"]),
    format("githubactions", &["github-actions"]).named(action),
    format("python", &["python-installed", "python-lock", "python-pipfile-lock"])
        .without(&["RECORD", "top_level.txt", "LICENSE.txt", "direct_url.json", "PKG-INFO-INVALID"])
        .named(python),
    format(
        "javascript",
        &["node-npm-lock", "node-yarn-lock", "node-pnpm-lock", "node-bun-lock", "node-deno-lock"],
    )
    .listing_the_root(),
    format("javascript-vsix", &["node-archive"]),
    format("rust-binary", &["binary"]),
    format("rust-cargoauditable", &["binary"]),
];

/// Cases whose peer says something else, and why we do not.
pub(crate) const DIFFERENCES: &[(&str, &str)] = &[
    (
        "java-archive/osv-scalibr-Test_MANIFEST.MF_with_no_valid_ArtifactID",
        "the peer finds nothing; the file's name says com.google.src.yolo 0.1.2",
    ),
    (
        "java-jar/trivy-artifactId-search",
        "the peer takes the group from a database of everything that was ever published",
    ),
    (
        "javascript-packagejson/osv-scalibr-package_with_dependencies",
        "ranges of a manifest are no versions: the peer invents the lowest that fits",
    ),
    (
        "nodejs-yarn/trivy-yarn-with-local-dependency",
        "the peer leaves out what comes from a folder; name and version are stated all the same",
    ),
    (
        "nodejs-yarn/trivy-yarn-file-with-bad-protocol",
        "the peer leaves out what comes by a protocol that it does not know",
    ),
    ("java/syft-x-4f9555", "a list embedded in a native image, shown without the image"),
    ("python-uv/trivy-normal", "the peer lists the project itself"),
    ("python-requirements/osv-scalibr-pip_example", "a requirement of an address and one that pip refuses"),
    (
        "python-requirements/osv-scalibr-per_requirement_options",
        "the peer takes text that pip refuses for part of the version",
    ),
    ("golang-mod/trivy-go-1.16", "the peer leaves out what is marked indirect in files of old versions"),
    (
        "java-pom/trivy-dependencyManagement-prefers-child",
        "the peer reads parents and repositories beside the file",
    ),
    (
        "java-pom/trivy-overwrite-artifact-version",
        "the peer reads what the dependencies themselves depend on",
    ),
    ("java-pom/trivy-dependency-from-parent", "the peer reads parents and repositories beside the file"),
    ("java-pomxml/osv-scalibr-with-parent", "the peer reads the parent beside the file"),
    (
        "java-gradleverificationmetadataxml/osv-scalibr-missing-attribute",
        "without a group or a name there is nothing that could be matched",
    ),
    (
        "dotnet/syft-TestParseDotnetDeps",
        "the peer lists what the shared framework provides and the program is not deployed with",
    ),
    ("gleam-gleamtoml/osv-scalibr-git_and", "the peer takes the requirement for the version"),
    ("gleam-gleamtoml/osv-scalibr-only", "the peer takes the requirement for the version"),
    ("dart/syft-standard-pubspec.lock", "the oldest SDK that will do is not the one that is installed"),
    ("swift-swift/trivy-happy-path-v2", "the peer takes a branch for a version"),
    ("githubactions/syft-Test_parseWorkflowForWorkflowUsage", "the peer lists actions and workflows apart"),
    ("elixir/syft-TestParseMixLock", "a commit is no version"),
    (
        "javascript/syft-TestParsePnpmLock-9c1997",
        "the file is cut short: what it asks for is not among the packages it lists",
    ),
];
