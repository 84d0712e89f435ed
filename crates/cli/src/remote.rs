//! Images in registries.

#[cfg(feature = "registry")]
pub(crate) use client::open;

/// Without a client there is nothing to read a registry with.
#[cfg(not(feature = "registry"))]
pub(crate) fn open(
    name: &plimsoll::ImageName,
    _: &plimsoll::OpenOptions,
    _: &crate::args::Remote,
) -> Result<plimsoll::Image, crate::output::Failure> {
    Err(plimsoll::Error::NoClient(name.to_string()).into())
}

#[cfg(feature = "registry")]
mod client {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use plimsoll::{
        Client, ClientOptions, Credential, Credentials, DockerConfig, ForRegistry, Image, ImageName,
        OpenOptions, Registries,
    };

    use crate::args;
    use crate::output::Failure;

    /// Opens an image in a registry, as the arguments and the environment say.
    pub(crate) fn open(
        name: &ImageName,
        options: &OpenOptions,
        remote: &args::Remote,
    ) -> Result<Image, Failure> {
        let client = Arc::new(Client::new(client_options(name, remote)?));
        Ok(plimsoll::open_remote(name, &client, options)?)
    }

    fn client_options(name: &ImageName, remote: &args::Remote) -> Result<ClientOptions, Failure> {
        let mut mirrors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mirror in &remote.mirror {
            let Some((registry, mirror)) =
                mirror.split_once('=').filter(|(a, b)| !a.is_empty() && !b.is_empty())
            else {
                return Err(Failure::Said(format!(
                    "--mirror {mirror}: expected REGISTRY=MIRROR, such as docker.io=mirror.example"
                )));
            };
            mirrors.entry(registry.to_owned()).or_default().push(mirror.to_owned());
        }
        Ok(ClientOptions {
            credentials: credentials(name)?,
            mirrors,
            registries: Registries::of_user().map_err(plimsoll::Error::from)?,
            insecure: remote.insecure.then(|| name.registry().to_owned()).into_iter().collect(),
            allowed_hosts: remote.allow_host.clone(),
            foreign_layers: remote.foreign_layers,
            authorities: remote.ca.clone(),
            certificates: ClientOptions::system_certificates(),
            ..ClientOptions::default()
        })
    }

    /// What the environment says for the image's registry; for others, and by default, what docker and podman know.
    fn credentials(name: &ImageName) -> Result<Arc<dyn Credentials>, Failure> {
        let others = DockerConfig::of_user().map_err(plimsoll::Error::from)?;
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let credential = match (var("PLIMSOLL_REGISTRY_TOKEN"), var("PLIMSOLL_REGISTRY_USER")) {
            (Some(token), _) => Credential::Bearer(token),
            (None, Some(user)) => {
                Credential::Basic { user, password: var("PLIMSOLL_REGISTRY_PASSWORD").unwrap_or_default() }
            }
            (None, None) => return Ok(Arc::new(others)),
        };
        Ok(Arc::new(ForRegistry { registry: name.registry().to_owned(), credential, others }))
    }
}
