//! What each cataloger takes and what it does not: what `docs/catalogers.md` says beside what the code itself knows.

use plimsoll_core::PackageType;

/// What a reader wants to know of a cataloger.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The cataloger's [`id`](crate::Cataloger::id).
    pub id: &'static str,
    /// The types of the packages that it finds; none where it finds facts of another sort.
    pub types: &'static [PackageType],
    /// What is taken.
    pub takes: &'static str,
    /// What is not supported, or is left out on purpose; empty where there is nothing to say.
    pub leaves: &'static str,
}

macro_rules! descriptions {
    ($($id:literal [$($kind:ident),*] $takes:literal $leaves:literal;)*) => {
        /// Every cataloger, in no order.
        pub const DESCRIPTIONS: &[Description] = &[$(Description {
            id: $id,
            types: &[$(PackageType::$kind),*],
            takes: $takes,
            leaves: $leaves,
        }),*];
    };
}

descriptions! {
    "os-release" [] "the distribution: id, release, codename, relatives, CPE" "release files that name a product and not its base";
    "repositories" [] "apk, apt, yum, dnf and zypp repositories, Red Hat content sets: facts of the distribution, which decide between an Alpine release and edge, between Debian's testing and unstable, and whether Red Hat's extended support counts" "credentials and mirrors lists are not followed";
    "dpkg" [Deb] "packages that dpkg-query calls installed, with source package and version, owned files (`.list`, `.md5sums`); `status.d` of distroless" "who built a package: dpkg records a person, of whom only vendors of repositories are known";
    "apk" [Apk] "packages with origin, tagged repository and owned files" "the v3 database (`adb`), which is named and not read";
    "rpm" [Rpm] "packages with epoch, source package, module, vendor, signing key and owned files, of SQLite, NDB and Berkeley DB databases and Azure Linux's manifest; changes in a write-ahead log beside the database" "";
    "opkg" [Opkg] "installed packages" "no feed covers them";
    "pacman" [Alpm] "packages with base and owned files" "";
    "portage" [Ebuild] "packages with owned files" "no feed covers them";
    "chisel" [Deb] "packages and paths of chiselled Ubuntu images" "";
    "bottlerocket" [Rpm] "packages of Bottlerocket's inventory" "no feed covers them";
    "bitnami" [Bitnami] "Bitnami's own components" "what its documents say of other packages";
    "conda" [Conda] "installed packages with their files" "no feed covers them";
    "homebrew" [Brew] "installed formulas and casks" "no feed covers them";
    "snap" [Snap, Deb] "the snap, and the Debian packages of base snaps" "";
    "nix" [Nix] "store paths by their names" "derivations that are not realised; no feed covers them";
    "cos" [Cos] "installed packages" "build-time packages; no feed covers them";
    "spack" [Spack] "installed packages" "no feed covers them";
    "flatpak" [Flatpak] "applications and their releases" "no feed covers them";
    "chocolatey" [Chocolatey] "installed packages" "no feed covers them";
    "macos-bundle" [Generic] "applications of macOS" "no feed covers them";
    "conda-environment" [Conda, PyPi] "what environments ask for: versions that are named, bounds with low confidence" "no feed covers Conda's";
    "conda-lock" [Conda, PyPi] "locked packages: explicit lists, conda-lock, pixi" "no feed covers Conda's";
    "python-installed" [PyPi] "installed distributions: dist-info, egg-info" "";
    "python-archive" [PyPi] "wheels and eggs that are imported as archives" "";
    "python-origin" [PyPi] "where a distribution was installed from: repositories with their commits, archives with their hashes, editable directories; editable installs whose record is gone" "";
    "python-record" [] "the files of installed distributions, so that a program among them is known" "";
    "node-installed" [Npm] "installed packages; fixtures and stubs are marked" "packages bundled into one script";
    "node-archive" [Npm] "Yarn's zips and editor extensions" "";
    "binary" [Golang, Cargo, Maven, Nuget, Generic] "programs and libraries by content: Go modules and standard library, crates of cargo-auditable, GraalVM's embedded list, products by texts; .NET assemblies by their version resource, where no dependency manifest lists them; source paths of crates with low confidence, in the comprehensive view" "packed programs; Go programs without build information";
    "java-archive" [Maven] "archives within archives, by pom.properties, manifest and file name, each with its confidence and its SHA-1" "classes that were copied without their metadata";
    "embedded-sbom" [Generic] "bills of materials in CycloneDX, SPDX and Syft's form, also in Java archives: packages with low confidence, where nothing else of that name was found" "what documents say of system packages, where there is a package database; SPDX 3";
    "python-lock" [PyPi] "poetry, PDM, uv and pylock lock files" "";
    "python-pipfile-lock" [PyPi] "Pipfile.lock" "";
    "python-requirements" [PyPi] "pinned requirements and constraints; the one bound of others with low confidence" "files that a requirements file includes";
    "python-project" [PyPi] "what projects ask for, also in Poetry's, PDM's and uv's tables: pins, and the one bound of others with low confidence, where no lock file names the package" "";
    "python-setup" [PyPi] "requirements that are pinned in the text of setup.py, with medium confidence, where no lock file names the package" "what the program works out";
    "python-pipfile" [PyPi] "what pipenv is asked for, likewise" "";
    "go-mod" [Golang] "required modules with replacements" "";
    "go-sum" [Golang] "the last version of each module with a checksum, with low confidence, where no go.mod names it and the one beside it is of Go before 1.17" "";
    "go-vendor" [Golang] "vendored modules" "";
    "cargo-lock" [Cargo] "locked crates" "";
    "cargo-manifest" [Cargo] "the project, and what it asks for with low confidence, where no lock file names it" "what comes from a folder, a branch or a tag";
    "ruby-gemspec" [Gem] "installed gems; the project of a specification, whose version may stand in a file beside it" "versions that a program works out";
    "ruby-gemfile-lock" [Gem] "locked gems" "";
    "php-composer-installed" [Composer] "installed packages" "";
    "php-composer-lock" [Composer] "locked packages" "";
    "php-pear" [Pear] "PEAR and PECL packages" "no feed covers them";
    "java-pom" [Maven] "dependencies whose versions the file itself decides, or a parent beside it" "imported lists and what is in repositories";
    "java-gradle-lock" [Maven] "locked dependencies" "";
    "java-gradle-verification" [Maven] "verified components" "";
    "java-gradle-catalog" [Maven] "libraries of version catalogs" "";
    "java-sbt-lock" [Maven] "locked dependencies" "";
    "dotnet-deps" [Nuget] "packages that a program is deployed with" "what the shared framework provides";
    "dotnet-nuget-lock" [Nuget] "locked packages" "";
    "dotnet-project-assets" [Nuget] "resolved packages" "";
    "dotnet-project" [Nuget] "package references and central versions" "versions of properties in other files";
    "dotnet-packages-config" [Nuget] "packages" "";
    "dotnet-paket-lock" [Nuget, Generic] "locked packages of NuGet, repositories of GitHub" "";
    "dotnet-paket-dependencies" [Nuget, Generic] "what Paket is asked for, where no lock file names it" "";
    "dart-pubspec" [Pub] "packages in the cache" "";
    "dart-pub-lock" [Pub] "locked packages" "SDKs";
    "swift-resolved" [Swift] "pinned packages" "pins to a branch have no version";
    "swift-podfile-lock" [Cocoapods] "locked pods" "no feed covers them";
    "haskell-cabal-freeze" [Hackage] "pinned packages" "";
    "haskell-stack" [Hackage] "extra dependencies" "";
    "erlang-application" [Otp] "installed applications" "no feed covers them";
    "elixir-mix-lock" [Hex] "locked packages" "commits are no versions";
    "erlang-rebar-lock" [Hex] "locked packages" "";
    "gleam-manifest" [Hex] "resolved packages" "";
    "gleam-project" [Hex] "what projects ask for, where no manifest names it" "folders of the project";
    "r-installed" [Cran] "installed packages" "";
    "r-renv-lock" [Cran] "locked packages of CRAN" "packages of Bioconductor have no feed";
    "lua-rockspec" [Luarocks] "installed rocks" "no feed covers them";
    "perl-metadata" [Cpan] "installed distributions" "no feed covers them";
    "perl-cpanfile-snapshot" [Cpan] "locked distributions" "no feed covers them";
    "julia-manifest" [Julia] "resolved packages" "";
    "julia-project" [Julia] "the project itself" "what it depends on, which has no version there";
    "conan-lock" [Conan] "locked packages" "";
    "conan-file" [Conan] "required packages" "";
    "opam-switch" [Opam] "installed packages" "";
    "opam-package" [Opam] "packages of a switch's store; the project that a file defines" "repositories of packages";
    "github-actions" [GithubActions] "actions and workflows that workflows use; those within the repository have no version" "container images";
    "wordpress" [Wordpress, Generic] "WordPress, plugins and themes" "no feed covers plugins";
    "java-runtime" [Generic] "Java runtimes by their release file" "";
    "go-toolchain" [Generic] "Go toolchains" "";
    "erlang-otp" [Generic] "Erlang/OTP" "";
    "node-npm-lock" [Npm] "locked packages, versions 1 to 3" "";
    "node-yarn-lock" [Npm] "locked packages, classic and berry" "";
    "node-pnpm-lock" [Npm] "locked packages, versions 5 to 9" "";
    "node-bun-lock" [Npm] "locked packages of the text form" "the binary form `bun.lockb`";
    "node-deno-lock" [Npm] "locked packages of npm and JSR, remote modules with a version" "only npm's have a feed";
}
