//! Valid files of each language cataloger, with places that they can stand in, for the tests that break them.

use plimsoll_testkit::zip::{ZipBuilder, maven_jar};

pub(super) fn language(id: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = |path, text: &str| (path, text.as_bytes().to_vec());
    match id {
        "python-installed" => {
            vec![text("x.dist-info/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 1\n\ntext")]
        }
        "node-installed" => vec![text("node_modules/a/package.json", r#"{"name":"@a/b","version":"1.0.0"}"#)],
        "python-archive" => {
            let egg = ZipBuilder::new().file("EGG-INFO/PKG-INFO", "Name: a\nVersion: 1\n");
            vec![("a.egg", egg.finish())]
        }
        "embedded-sbom" => vec![
            text(
                "usr/share/sbom/a.json",
                r#"{"bomFormat":"CycloneDX","components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"}]}"#,
            ),
            text(
                "bom.xml",
                "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\">\
                 <name>a</name><version>1</version><purl>pkg:npm/a@1</purl></component></components></bom>",
            ),
            text(
                "a.spdx",
                "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\n\
                 ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\n",
            ),
        ],
        "python-origin" => vec![
            text(
                "lib/site-packages/a-1.dist-info/direct_url.json",
                r#"{"url":"https://u@x.org/a.git","vcs_info":{"vcs":"git","commit_id":"00"},"archive_info":{"hashes":{"sha256":"00"}},"dir_info":{"editable":true}}"#,
            ),
            text("lib/site-packages/a.egg-link", "/src/a\n.\n"),
            text("lib/site-packages/__editable__.a-1.pth", "/src/a\n"),
        ],
        "python-record" => vec![
            text("lib/a-1.dist-info/RECORD", "a.so,sha256=0,1\n\"b,\"\"\",,\n../../bin/c,,\n"),
            text("lib/a.egg-info/installed-files.txt", "../a.so\n"),
        ],
        "node-archive" => {
            let zip =
                ZipBuilder::new().file("node_modules/a/package.json", r#"{"name":"a","version":"1.0.0"}"#);
            vec![(".yarn/cache/a-npm-1.0.0-0.zip", zip.finish())]
        }
        "java-archive" => {
            let war = ZipBuilder::new().file("WEB-INF/lib/a-1.jar", maven_jar("g.h", "a", "1"));
            vec![("a-1.jar", maven_jar("g.h", "a", "1")), ("b.war", war.finish())]
        }
        "python-lock" => vec![
            text("poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\ncategory = \"dev\"\n"),
            text("pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\n"),
        ],
        "python-pipfile-lock" => {
            vec![text(
                "Pipfile.lock",
                r#"{"default":{"a":{"version":"==1"}},"develop":{"b":{"version":"==2"}}}"#,
            )]
        }
        "macos-bundle" => vec![
            ("A.app/Contents/Info.plist", super::apple::sample()),
            text(
                "B.app/Contents/Info.plist",
                "<plist><dict><key>CFBundleName</key><string>a</string></dict></plist>",
            ),
        ],
        "conda-environment" => {
            vec![text("environment.yml", "dependencies:\n  - c::a=1.0=b\n  - b >=2\n  - pip:\n    - c==3\n")]
        }
        "conda-lock" => vec![
            text("conda.lock", "@EXPLICIT\nhttps://a.b/linux-64/a-b-1.0-0.conda#00\n"),
            text("conda-lock.yml", "package:\n- name: a\n  version: '1'\n  manager: pip\n"),
        ],
        "python-project" => vec![text(
            "pyproject.toml",
            "[project]\ndependencies = [\"a[b]>=1; x\"]\n[tool.poetry.dependencies]\nc = \"^1\"\nd = {version = \"2\"}\n",
        )],
        "python-pipfile" => vec![text("Pipfile", "[packages]\na = \"==1\"\nb = {version = \">=2\"}\n")],
        "python-setup" => vec![text("setup.py", "setup(install_requires=['a==1', \"b >= 2\"])\n")],
        "python-requirements" => {
            vec![text(
                "requirements.txt",
                "# x\na[b, c] == 1.0 ; python_version < \"3\" --hash=sha256:1 \\\n --hash=x\nb\n",
            )]
        }
        "go-mod" => vec![text(
            "go.mod",
            "module a.b/c\ngo 1.21\nrequire (\n\td.e/f v1.0.0 // indirect\n)\nreplace d.e/f v1.0.0 => g.h/i v2.0.0\n",
        )],
        "go-vendor" => {
            vec![text("vendor/modules.txt", "# a.b/c v1.0.0 => d.e/f v2.0.0\n## explicit\nd.e/f/g\n")]
        }
        "go-sum" => vec![text("go.sum", "a.b/c v1.0.0 h1:x=\na.b/c v1.1.0/go.mod h1:x=\n")],
        "cargo-manifest" => vec![text(
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nb = \"2\"\nc = {git = \"https://a.b\", rev = \"00\"}\n",
        )],
        "dotnet-paket-dependencies" => {
            vec![text("paket.dependencies", "nuget A ~> 1.0 // x\ngithub b/c:1.0 d.fs\n")]
        }
        "gleam-project" => {
            vec![text(
                "gleam.toml",
                "[dependencies]\na = \"~> 1.0\"\nb = {git = \"https://a.b\", ref = \"0\"}\n",
            )]
        }
        "julia-project" => vec![text("Project.toml", "name = \"A\"\nuuid = \"0\"\nversion = \"1.0.0\"\n")],
        "cargo-lock" => {
            vec![text(
                "Cargo.lock",
                "version = 3\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n",
            )]
        }
        "ruby-gemspec" => vec![
            text(
                "specifications/a-1.gemspec",
                "Gem::Specification.new do |s|\n  s.name = \"a\".freeze\n  s.version = '1'\nend\n",
            ),
            text(
                "b.gemspec",
                "require File.join('lib',\n 'b', \"version\")\nGem::Specification.new do |s|\n  s.name = 'b'\n  s.version = B::VERSION\nend\n",
            ),
            text("lib/b/version.rb", "module B\n  VERSION = '1'.freeze\nend\n"),
        ],
        "ruby-gemfile-lock" => {
            vec![text(
                "Gemfile.lock",
                "GEM\n  remote: x\n  specs:\n    a (1.0-java)\n      b (~> 1)\n\nPLATFORMS\n  ruby\n",
            )]
        }
        "php-composer-installed" => vec![
            text("vendor/composer/installed.json", r#"{"packages":[{"name":"a/b","version":"v1.0.0"}]}"#),
            text("vendor/composer/installed.json", r#"[{"name":"a/b","version":"1.0.0"}]"#),
        ],
        "php-composer-lock" => vec![text(
            "composer.lock",
            r#"{"packages":[{"name":"a/b","version":"1.0.0"}],"packages-dev":[{"name":"c/d","version":"2.0.0"}]}"#,
        )],
        "php-pear" => vec![text(
            "usr/share/php/.registry/.channel.pecl.php.net/a.reg",
            "a:3:{s:4:\"name\";s:1:\"a\";s:7:\"version\";a:1:{s:7:\"release\";s:3:\"1.0\";}s:1:\"x\";a:1:{i:0;N;}}",
        )],
        "java-pom" => vec![text(
            "pom.xml",
            "<project><properties><v>1</v></properties><dependencies><dependency><groupId>g</groupId>\
             <artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>",
        )],
        "java-gradle-lock" => vec![text("gradle.lockfile", "# x\ng:a:1=compileClasspath,testX\nempty=\n")],
        "java-gradle-verification" => vec![text(
            "verification-metadata.xml",
            "<verification-metadata><components><component group='g' name=\"a\" version=\"1\"/></components>\
             </verification-metadata>",
        )],
        "java-gradle-catalog" => vec![text(
            "gradle/libs.versions.toml",
            "[versions]\nv = \"1\"\n[libraries]\na = \"g:a:1\"\nb = { module = \"g:b\", version.ref = \"v\" }\n",
        )],
        "java-sbt-lock" => {
            vec![text(
                "build.sbt.lock",
                r#"{"dependencies":[{"org":"g","name":"a","version":"1","configurations":["test"]}]}"#,
            )]
        }
        "dotnet-deps" => vec![text(
            "a.deps.json",
            r#"{"runtimeTarget":{"name":"t"},"targets":{"t":{"a/1":{"runtime":{"a.dll":{}}}}},"libraries":{"a/1":{"type":"package"}}}"#,
        )],
        "dotnet-nuget-lock" => {
            vec![text(
                "packages.lock.json",
                r#"{"dependencies":{"net6.0":{"a":{"type":"Direct","resolved":"1"}}}}"#,
            )]
        }
        "dotnet-project-assets" => {
            vec![text("obj/project.assets.json", r#"{"libraries":{"a/1":{"type":"package"}}}"#)]
        }
        "dotnet-project" => vec![text(
            "a.csproj",
            "<Project><ItemGroup><PackageReference Include=\"a\" Version=\"1\"/></ItemGroup></Project>",
        )],
        "dotnet-packages-config" => {
            vec![text("packages.config", "<packages><package id=\"a\" version=\"1\"/></packages>")]
        }
        "dotnet-paket-lock" => vec![text("paket.lock", "NUGET\n  remote: x\n    a (1)\n      b (>= 2)\n")],
        "dart-pub-lock" => vec![text(
            "pubspec.lock",
            "packages:\n  a:\n    dependency: \"direct dev\"\n    description:\n      url: \"https://x.org\"\n    \
             source: hosted\n    version: \"1.0.0\"\n",
        )],
        "dart-pubspec" => {
            vec![text(".pub-cache/hosted/pub.dev/a-1.0.0/pubspec.yaml", "name: a\nversion: 1.0.0\n")]
        }
        "swift-resolved" => vec![text(
            "Package.resolved",
            r#"{"pins":[{"location":"https://github.com/a/b.git","state":{"version":"1.0.0"}}],"version":2}"#,
        )],
        "swift-podfile-lock" => {
            vec![text("Podfile.lock", "PODS:\n  - A/B (1.0):\n    - C (= 1)\n  - C (1)\n")]
        }
        "haskell-cabal-freeze" => {
            vec![text("cabal.project.freeze", "constraints: any.a ==1.0,\n             any.b installed\n")]
        }
        "haskell-stack" => vec![
            text("stack.yaml", "extra-deps:\n  - a-1.0@sha256:0,1\n"),
            text("stack.yaml.lock", "packages:\n- completed:\n    hackage: a-1.0@sha256:0,1\n"),
        ],
        "erlang-application" => {
            vec![text(
                "lib/a-1/ebin/a.app",
                "{application, 'a', [\n {description, \"x\"},\n {vsn, \"1.0\"}]}.\n",
            )]
        }
        "elixir-mix-lock" => {
            vec![text(
                "mix.lock",
                "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\", [:mix], [], \"hexpm\", \"00\"},\n}\n",
            )]
        }
        "erlang-rebar-lock" => {
            vec![text("rebar.lock", "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0\">>},0}]}.\n")]
        }
        "gleam-manifest" => vec![text(
            "manifest.toml",
            "packages = [\n  { name = \"a\", version = \"1.0.0\", source = \"hex\" },\n]\n",
        )],
        "r-installed" => {
            vec![text(
                "usr/lib/R/library/a/DESCRIPTION",
                "Package: a\nVersion: 1.0\nBuilt: R 4.2.0; ; 2022; unix\n",
            )]
        }
        "r-renv-lock" => {
            vec![text("renv.lock", r#"{"Packages":{"a":{"Package":"a","Version":"1","Repository":"CRAN"}}}"#)]
        }
        "lua-rockspec" => vec![text(
            "usr/lib/luarocks/rocks-5.1/a/1-1/a-1-1.rockspec",
            "package = \"a\"\nversion = '1-1'\nsource = {}\n",
        )],
        "perl-metadata" => vec![
            text(
                "lib/perl5/x/.meta/A-B-1/MYMETA.json",
                r#"{"name":"A-B","version":"1","meta-spec":{"version":2}}"#,
            ),
            text("META.yml", "--- #YAML:1.0\nname: A-B\nversion: 0.10\nmeta-spec:\n  version: 1.3\n"),
        ],
        "perl-cpanfile-snapshot" => {
            vec![text(
                "cpanfile.snapshot",
                "# carton\nDISTRIBUTIONS\n  A-B-1.0\n    pathname: A/A-B-1.0.tar.gz\n",
            )]
        }
        "julia-manifest" => vec![text(
            "Manifest.toml",
            "julia_version = \"1.9.0\"\n[[deps.A]]\nuuid = \"00\"\n[[deps.B]]\nuuid = \"01\"\nversion = \"1.0.0\"\n",
        )],
        "conan-lock" => vec![
            text("conan.lock", r#"{"graph_lock":{"nodes":{"1":{"ref":"a/1.0@u/c#0"}}}}"#),
            text("conan.lock", r#"{"version":"0.5","requires":["a/1.0#0%1.0"],"build_requires":[]}"#),
        ],
        "conan-file" => {
            vec![text("conanfile.txt", "[requires]\na/1.0@u/c # x\nb/[>1]\n[generators]\ncmake\n")]
        }
        "opam-switch" => vec![text(
            "home/.opam/default/.opam-switch/switch-state",
            "opam-version: \"2.0\"\ninstalled: [\n  \"a.1.0\"\n]\n",
        )],
        "opam-package" => vec![
            text(
                "home/.opam/default/.opam-switch/packages/a.1.0/opam",
                "opam-version: \"2.0\"\nlicense: \"ISC\"\n",
            ),
            text("b.opam", "opam-version: \"2.0\"\nname: \"b\"\nversion: \"2\"\n"),
        ],
        "github-actions" => vec![
            text(".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - uses: a/b/c@v1\n"),
            text("action.yml", "runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n"),
        ],
        "wordpress" => vec![
            text("www/wp-content/plugins/a/a.php", "<?php\n/*\nPlugin Name: A\nVersion: 1.0\n*/\n"),
            text("www/wp-includes/version.php", "<?php\n$wp_version = '6.4';\n"),
        ],
        "java-runtime" => {
            vec![text("opt/java/release", "JAVA_VERSION=\"17.0.1\"\nIMPLEMENTOR=\"Debian\"\n")]
        }
        "go-toolchain" => vec![text("usr/local/go/VERSION", "go1.21.3\ntime 2023-10-09T17:04:35Z\n")],
        "erlang-otp" => vec![text("usr/lib/erlang/releases/25/OTP_VERSION", "25.2.3\n")],
        "node-npm-lock" => vec![
            text(
                "package-lock.json",
                r#"{"packages":{"":{},"node_modules/@a/b":{"version":"1.0.0","dev":true}}}"#,
            ),
            text(
                "npm-shrinkwrap.json",
                r#"{"dependencies":{"a":{"version":"1","dependencies":{"b":{"version":"2"}}}}}"#,
            ),
        ],
        "node-yarn-lock" => vec![
            text(
                "yarn.lock",
                "# v1\n\n\"@a/b@^1.0\", \"@a/b@^1\":\n  version \"1.0.0\"\n  dependencies:\n    c \"1\"\n",
            ),
            text("yarn.lock", "\"a@npm:^1.0\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n"),
        ],
        "node-pnpm-lock" => vec![
            text("pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  /@a/b/1.0.0_c@2:\n    dev: true\n"),
            text(
                "pnpm-lock.yaml",
                "lockfileVersion: '9.0'\npackages:\n  '@a/b@1.0.0':\n    resolution: {integrity: x}\n",
            ),
        ],
        "node-bun-lock" => {
            vec![text("bun.lock", "{\"packages\": {\"a\": [\"a@1.0.0\", \"\", {}, \"x\"],}, // x\n}")]
        }
        "node-deno-lock" => {
            vec![text(
                "deno.lock",
                r#"{"version":"4","npm":{"a@1.0.0_b@2":{}},"jsr":{"@std/bytes@1.0.2":{}}}"#,
            )]
        }
        _ => panic!("give a valid file of the cataloger {id} here, so that it can be broken in every way"),
    }
}
