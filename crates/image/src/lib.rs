//! Reads container images: docker archives, OCI layouts, root directories; every layer once, streaming, bounded
