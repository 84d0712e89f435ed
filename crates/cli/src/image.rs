//! Opening what a command names.

use std::sync::Arc;

use plimsoll::{FolderCache, LayerCache, OpenOptions, Platform, Reference, Subject, View};

use crate::args;
use crate::demo;
use crate::output::Failure;

/// How the arguments say to read an image.
pub(crate) fn options(args: &args::Reading) -> Result<OpenOptions, Failure> {
    let platform = match &args.platform {
        Some(text) => Some(text.parse::<Platform>().map_err(|error| Failure::Said(error.to_string()))?),
        None => None,
    };
    // Everything that was found includes what is in programs that packages own.
    let tables = !args.remote.whole_layers && matches!(args.view, args::View::Precise);
    Ok(OpenOptions {
        tables,
        platform,
        verify: !args.no_verify,
        strict: args.strict,
        ..OpenOptions::default()
    })
}

/// Where the arguments say to keep what is found in layers.
pub(crate) fn layer_cache(args: &args::Reading) -> Result<Option<Arc<dyn LayerCache>>, Failure> {
    let Some(folder) = &args.layer_cache else { return Ok(None) };
    let cache = FolderCache::open(folder).map_err(|error| Failure::Said(error.to_string()))?;
    Ok(Some(Arc::new(cache)))
}

/// The packages that the arguments say count.
pub(crate) fn view(args: &args::Reading) -> View {
    match args.view {
        args::View::Precise => View::Precise,
        args::View::Comprehensive => View::Comprehensive,
    }
}

/// Opens the image, or whatever else can be scanned, that `name` names.
pub(crate) fn open(name: &str, options: &OpenOptions, remote: &args::Remote) -> Result<Subject, Failure> {
    if name == demo::NAME {
        return Ok(Subject::Image(Box::new(demo::open(options)?)));
    }
    let reference: Reference = name.parse()?;
    if let Some(name) = reference.registry() {
        if remote.offline {
            return Err(Failure::Said(format!("{name} is in a registry, and --offline asks nothing of any")));
        }
        return Ok(Subject::Image(Box::new(crate::remote::open(name, options, remote)?)));
    }
    Ok(Subject::open(&reference, options)?)
}
