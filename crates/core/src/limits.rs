/// What an image or a feed may use up. Passing a limit is a [`Diagnostic`](crate::Diagnostic) and a partial
/// result, unless the caller asked for strictness, which makes it an error.
///
/// ```
/// let limits = plimsoll_core::Limits { file: 8 << 20, ..Default::default() };
/// assert_eq!(limits.path, 4096);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file that a cataloger may hold whole; most ask for less. Default 256 MiB, which databases of rpm
    /// reach.
    pub file: u64,
    /// Bytes held at one time over all files. Default 256 MiB.
    pub buffered: u64,
    /// Entries of one layer. Default 10 million.
    pub entries: u64,
    /// Bytes of one path or link name. Default 4096 (Linux `PATH_MAX`).
    pub path: usize,
    /// Components of one path. Default 255.
    pub path_depth: usize,
    /// Bytes that the names and link targets of one layer take, as they are kept. Default 256 MiB.
    pub names: u64,
    /// Bytes of one PAX or GNU long-name header. Default 1 MiB.
    pub tar_header: u64,
    /// Symbolic links followed while one path is resolved. Default 40 (Linux `MAXSYMLINKS`).
    pub symlinks: u32,
    /// Layers of one image. Default 1024.
    pub layers: usize,
    /// Bytes of one manifest, index or configuration. Default 4 MiB, which registries accept at most.
    pub manifest: u64,
    /// Uncompressed bytes of one layer. Default 64 GiB.
    pub layer: u64,
    /// Uncompressed bytes a compressed byte may give, beyond the first 16 MiB. Default 1100: deflate cannot give
    /// more than 1032, so the limit stops what only zstd can do.
    pub ratio: u64,
    /// Base-2 logarithm of the largest zstd window. Default 27 (128 MiB), the `zstd` command's own.
    pub zstd_window_log: u32,
    /// Archives within archives. Default 4.
    pub nesting: u32,
    /// Bytes of one advisory document, decompressed. Default 512 MiB: whole distributions come as one.
    pub advisory: u64,
    /// Uncompressed bytes of one archive of advisories. Default 16 GiB.
    pub advisories: u64,
    /// Diagnostics kept for one layer or feed document set; the rest is counted. Default 1000.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 256 << 20,
            buffered: 256 << 20,
            entries: 10_000_000,
            path: 4096,
            path_depth: 255,
            names: 256 << 20,
            tar_header: 1 << 20,
            symlinks: 40,
            layers: 1024,
            manifest: 4 << 20,
            layer: 64 << 30,
            ratio: 1100,
            zstd_window_log: 27,
            nesting: 4,
            advisory: 512 << 20,
            advisories: 16 << 30,
            diagnostics: 1000,
        }
    }
}
