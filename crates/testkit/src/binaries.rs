//! Executables that say what they were built of: Go's build information, and the dependency lists that cargo-auditable
//! puts into Rust programs.

use std::io::Write;

use crate::elf::{ALLOC, EXEC, ElfBuilder, PROGBITS, WRITE};

/// A Go program's build information (Go's debug/buildinfo and runtime/debug.BuildInfo).
#[derive(Clone, Debug)]
pub struct GoBinary {
    go: String,
    path: String,
    main: (String, String),
    deps: Vec<GoDep>,
    settings: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct GoDep {
    path: String,
    version: String,
    replaced_by: Option<(String, String)>,
}

/// Stands around the module information, and tells it from what else may be there.
const MODULES_START: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const MODULES_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Where a linker puts the data of a small program.
const DATA_ADDRESS: u64 = 0x54_2000;

impl GoBinary {
    /// A program built by the given version of Go (`go1.20.4`) from the main module `module`.
    pub fn new(go: impl Into<String>, module: impl Into<String>) -> Self {
        let module = module.into();
        Self {
            go: go.into(),
            path: module.clone(),
            main: (module, "(devel)".into()),
            deps: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// The main module's version, instead of `(devel)`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.main.1 = version.into();
        self
    }

    /// A module that is linked in.
    pub fn dep(mut self, path: impl Into<String>, version: impl Into<String>) -> Self {
        self.deps.push(GoDep { path: path.into(), version: version.into(), replaced_by: None });
        self
    }

    /// A module for which another one is linked in.
    pub fn replaced(mut self, dep: (&str, &str), by: (&str, &str)) -> Self {
        self.deps.push(GoDep {
            path: dep.0.into(),
            version: dep.1.into(),
            replaced_by: Some((by.0.into(), by.1.into())),
        });
        self
    }

    /// A build setting: `-ldflags`, `vcs.revision`.
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// The module information, as `go version -m` prints it, without the sentinels.
    pub fn modules(&self) -> String {
        let sum = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let mut text = format!("path\t{}\nmod\t{}\t{}\t\n", self.path, self.main.0, self.main.1);
        for dep in &self.deps {
            match &dep.replaced_by {
                None => text.push_str(&format!("dep\t{}\t{}\t{sum}\n", dep.path, dep.version)),
                Some((path, version)) => text
                    .push_str(&format!("dep\t{}\t{}\n=>\t{path}\t{version}\t{sum}\n", dep.path, dep.version)),
            }
        }
        for (key, value) in &self.settings {
            text.push_str(&format!("build\t{key}={value}\n"));
        }
        text
    }

    /// The content of `.go.buildinfo` since Go 1.18: both texts inline, each with its length before it.
    pub fn build_info(&self) -> Vec<u8> {
        let mut blob = MAGIC.to_vec();
        blob.extend([8, 2]);
        blob.resize(32, 0);
        let modules = [MODULES_START, self.modules().as_bytes(), MODULES_END].concat();
        for text in [self.go.as_bytes(), &modules] {
            blob.extend(uvarint(text.len()));
            blob.extend(text);
        }
        blob
    }

    /// An ELF executable with the build information inline.
    pub fn elf(&self) -> Vec<u8> {
        ElfBuilder::new()
            .section(".text", PROGBITS, ALLOC | EXEC, 0x40_1000, vec![0xC3; 64])
            .section(".go.buildinfo", PROGBITS, ALLOC | WRITE, DATA_ADDRESS, self.build_info())
            .finish()
    }

    /// An ELF executable as Go before 1.18 made them: `.go.buildinfo` points at Go strings elsewhere in the data.
    pub fn elf_with_pointers(&self, big_endian: bool) -> Vec<u8> {
        let modules = [MODULES_START, self.modules().as_bytes(), MODULES_END].concat();
        let number = |n: u64| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
        // The section is 32 bytes; behind it two string headers and the strings.
        let (headers, strings) = (DATA_ADDRESS + 32, DATA_ADDRESS + 64);
        let mut info = MAGIC.to_vec();
        info.extend([8, u8::from(big_endian)]);
        info.extend(number(headers));
        info.extend(number(headers + 16));
        let version_len = self.go.len() as u64;
        let mut data = Vec::new();
        for n in [strings, version_len, strings + version_len, modules.len() as u64] {
            data.extend(number(n));
        }
        data.extend(self.go.as_bytes());
        data.extend(modules);
        let mut elf = ElfBuilder::new().section(".text", PROGBITS, ALLOC | EXEC, 0x40_1000, vec![0xC3; 64]);
        if big_endian {
            elf = elf.big_endian().machine(22);
        }
        elf.section(".go.buildinfo", PROGBITS, ALLOC | WRITE, DATA_ADDRESS, info)
            .section(".data", PROGBITS, ALLOC | WRITE, headers, data)
            .finish()
    }
}

fn uvarint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7F) as u8);
    bytes
}

/// An ELF executable with the section `.dep-v0` of cargo-auditable: the JSON of the crates (`name`, `version`,
/// `source`), compressed with zlib.
///
/// # Panics
/// Never: the writer is memory.
pub fn rust_auditable(crates: &[(&str, &str)]) -> Vec<u8> {
    let packages: Vec<serde_json::Value> = crates
        .iter()
        .map(|(name, version)| serde_json::json!({ "name": name, "version": version, "source": "crates.io" }))
        .collect();
    rust_auditable_raw(&serde_json::json!({ "packages": packages }).to_string())
}

/// The same with the JSON as given.
///
/// # Panics
/// Never: the writer is memory.
pub fn rust_auditable_raw(json: &str) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    let list = writer.write_all(json.as_bytes()).and_then(|()| writer.finish());
    ElfBuilder::new()
        .section(".text", PROGBITS, ALLOC | EXEC, 0x40_1000, vec![0xC3; 64])
        .section(".dep-v0", PROGBITS, 0, 0, list.expect("writing to memory does not fail"))
        .finish()
}
