//! Inputs made to break readers: archives that claim what they do not hold, names that lead out of the image, streams
//! that unpack to a thousand times their size, and whole images with such layers.

mod archives;
mod images;
mod streams;

pub use archives::{
    absolute_names, bad_checksum, deep_directories, duplicates, garbage, hard_links_out, header_claim,
    large_size, long_name_claim, negative_size, odd_whiteouts, parent_names, pax_claim, sparse_claim,
    symlink_loops, symlinks_out, truncated,
};
pub use images::{BrokenImage, Outcome, broken_images};
pub use streams::{deep_json, gzip_bomb, nested_jars, zstd_bomb};
