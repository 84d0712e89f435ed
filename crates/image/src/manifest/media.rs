//! Media types of indexes, manifests, configurations and layers: OCI image specification, media-types.md; Docker
//! image manifest version 2, schema 2, "Media Types".

/// What a document or blob is, by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Index,
    Manifest,
    /// Docker's image manifest version 2, schema 1.
    Schema1,
    Other,
}

pub(crate) fn sort(media_type: &str) -> Sort {
    match media_type {
        "application/vnd.oci.image.index.v1+json"
        | "application/vnd.docker.distribution.manifest.list.v2+json" => Sort::Index,
        "application/vnd.oci.image.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v2+json" => Sort::Manifest,
        "application/vnd.docker.distribution.manifest.v1+prettyjws"
        | "application/vnd.docker.distribution.manifest.v1+json" => Sort::Schema1,
        _ => Sort::Other,
    }
}

/// Whether a configuration of that type is an image's.
pub(crate) fn is_image_config(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.config.v1+json" | "application/vnd.docker.container.image.v1+json"
    )
}

/// How a layer's media type says that it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Plain,
    Gzip,
    Zstd,
    /// Nothing that can be checked against the bytes.
    Unsaid,
}

/// What a layer's media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerType {
    pub(crate) stored: Stored,
    /// Whether it may be left out where the image is copied.
    pub(crate) nondistributable: bool,
    pub(crate) encrypted: bool,
    /// Whether it is a file system at all.
    pub(crate) is_layer: bool,
}

pub(crate) fn layer(media_type: &str) -> LayerType {
    let (rest, encrypted) = match media_type.strip_suffix("+encrypted") {
        Some(rest) => (rest, true),
        None => (media_type, false),
    };
    let (name, stored) = match rest {
        "" => {
            return LayerType { stored: Stored::Unsaid, nondistributable: false, encrypted, is_layer: true };
        }
        "application/vnd.docker.image.rootfs.diff.tar"
        | "application/vnd.docker.image.rootfs.foreign.diff.tar" => (rest, Stored::Plain),
        _ => {
            if let Some(name) = rest.strip_suffix("+gzip").or_else(|| rest.strip_suffix(".gzip")) {
                (name, Stored::Gzip)
            } else if let Some(name) = rest.strip_suffix("+zstd").or_else(|| rest.strip_suffix(".zstd")) {
                (name, Stored::Zstd)
            } else {
                (rest, Stored::Plain)
            }
        }
    };
    let nondistributable = name.contains("nondistributable") || name.contains(".foreign.");
    let is_layer = matches!(
        name,
        "application/vnd.oci.image.layer.v1.tar"
            | "application/vnd.oci.image.layer.nondistributable.v1.tar"
            | "application/vnd.docker.image.rootfs.diff.tar"
            | "application/vnd.docker.image.rootfs.foreign.diff.tar"
    );
    LayerType { stored, nondistributable, encrypted, is_layer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_types_say_how_they_are_stored() {
        let say = |text| {
            let said = layer(text);
            (said.stored, said.nondistributable, said.encrypted, said.is_layer)
        };
        assert_eq!(say("application/vnd.oci.image.layer.v1.tar"), (Stored::Plain, false, false, true));
        assert_eq!(say("application/vnd.oci.image.layer.v1.tar+gzip"), (Stored::Gzip, false, false, true));
        assert_eq!(say("application/vnd.oci.image.layer.v1.tar+zstd"), (Stored::Zstd, false, false, true));
        assert_eq!(
            say("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
            (Stored::Gzip, true, false, true)
        );
        assert_eq!(
            say("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"),
            (Stored::Gzip, false, true, true)
        );
        assert_eq!(
            say("application/vnd.docker.image.rootfs.diff.tar.gzip"),
            (Stored::Gzip, false, false, true)
        );
        assert_eq!(
            say("application/vnd.docker.image.rootfs.diff.tar.zstd"),
            (Stored::Zstd, false, false, true)
        );
        assert_eq!(
            say("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
            (Stored::Gzip, true, false, true)
        );
        assert!(!layer("application/vnd.cncf.helm.chart.content.v1.tar+gzip").is_layer);
    }
}
