//! The registries that are asked, and by which of their names.

use std::sync::Arc;

use plimsoll::{
    Client, ClientOptions, Credential, Credentials, DockerConfig, ForRegistry, ImageName, RegistryError,
};
use plimsoll_monitor::{Incoming, Place};
use plimsoll_registry::{Anonymous, RegistryEvent};

use crate::config::{Config, Registry};
use crate::error::Error;

/// A client for each registry that there is something to say of, and one for all others.
pub(crate) struct Registries {
    known: Vec<(Registry, Arc<Client>)>,
    others: Arc<Client>,
    organisation: Option<String>,
}

/// The credentials of one registry, which no other is shown.
#[derive(Debug)]
struct Own {
    registry: Registry,
    credential: Option<Credential>,
    others: Arc<DockerConfig>,
}

impl Credentials for Own {
    fn get(&self, registry: &str, repository: &str) -> Result<Option<Credential>, RegistryError> {
        match &self.credential {
            Some(credential) if self.registry.is(registry) => Ok(Some(credential.clone())),
            _ => self.others.get(registry, repository),
        }
    }
}

impl Registries {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let others = Arc::new(DockerConfig::of_user()?);
        let elsewhere = plimsoll::Registries::of_user()?;
        let options = |credentials: Arc<dyn Credentials>| ClientOptions {
            credentials,
            registries: elsewhere.clone(),
            certificates: ClientOptions::system_certificates(),
            ..ClientOptions::default()
        };
        let mut known = Vec::with_capacity(config.registries.len());
        for registry in &config.registries {
            let whose = format!("registry {:?}", registry.host);
            let credential = match (&registry.user, registry.password.read(&whose)?) {
                (Some(user), password) => {
                    Some(Credential::Basic { user: user.clone(), password: password.unwrap_or_default() })
                }
                (None, token) => token.map(Credential::Bearer),
            };
            let own = Own { registry: registry.clone(), credential, others: others.clone() };
            let client = Client::new(ClientOptions {
                insecure: registry.insecure.then(|| registry.asked().to_owned()).into_iter().collect(),
                allowed_hosts: registry.allowed_hosts.clone(),
                authorities: registry.authorities.clone(),
                ..options(Arc::new(own))
            });
            known.push((registry.clone(), Arc::new(client)));
        }
        let others = Arc::new(Client::new(options(others)));
        Ok(Self { known, others, organisation: config.organisation.clone() })
    }

    fn find(&self, host: &str) -> Option<&(Registry, Arc<Client>)> {
        self.known.iter().find(|(registry, _)| registry.is(host))
    }

    /// Those that are configured.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Registry> {
        self.known.iter().map(|(registry, _)| registry)
    }

    /// What asks a registry, and by which name it does.
    pub(crate) fn client<'a>(&'a self, registry: &'a str) -> (&'a Arc<Client>, &'a str) {
        match self.find(registry) {
            Some((known, client)) => (client, known.asked()),
            None => (&self.others, registry),
        }
    }

    /// Whether the registry may be asked: where some are configured, no others are.
    pub(crate) fn is_allowed(&self, host: &str) -> bool {
        self.known.is_empty() || self.find(host).is_some()
    }

    /// By which name a configured registry is asked.
    pub(crate) fn asked(&self, host: &str) -> Option<&str> {
        self.find(host).map(|(known, _)| known.asked())
    }

    /// A client that shows a registry what is given and nothing that is our own, and others nothing.
    pub(crate) fn with_credential(&self, host: &str, credential: Option<Credential>, plain: bool) -> Client {
        let known = self.find(host).map(|(known, _)| known);
        let credentials: Arc<dyn Credentials> = match credential {
            Some(credential) => {
                Arc::new(ForRegistry { registry: host.to_owned(), credential, others: Anonymous })
            }
            None => Arc::new(Anonymous),
        };
        Client::new(ClientOptions {
            credentials,
            certificates: ClientOptions::system_certificates(),
            insecure: (plain || known.is_some_and(|known| known.insecure))
                .then(|| host.to_owned())
                .into_iter()
                .collect(),
            allowed_hosts: known.map(|known| known.allowed_hosts.clone()).unwrap_or_default(),
            authorities: known.and_then(|known| known.authorities.clone()),
            ..ClientOptions::default()
        })
    }

    /// An image of a repository, as it is asked for.
    pub(crate) fn image(
        &self,
        place: &Place,
        tag: Option<&str>,
        digest: Option<plimsoll::Digest>,
    ) -> Result<ImageName, plimsoll::ImageNameError> {
        ImageName::new(self.client(&place.registry).1, &place.repository, tag, digest)
    }

    /// A repository of a registry, by the registry's own name.
    pub(crate) fn place(&self, host: &str, repository: &str) -> Place {
        let known = self.find(host).map(|(known, _)| known);
        let organisation = known.and_then(|known| known.organisation.clone()).or(self.organisation.clone());
        let host = known.map_or(host, |known| known.host.as_str());
        Place { organisation, ..Place::new(host, repository) }
    }

    /// Says where an event happened. `named` is what the webhook's address names; it knows better than the event, which
    /// may only know the name that its client has used.
    ///
    /// Where registries are configured others are not asked: whoever may post events could have the server ask anyone.
    pub(crate) fn incoming(&self, event: RegistryEvent, named: Option<&str>) -> Result<Incoming, String> {
        let only = match self.known.as_slice() {
            [(registry, _)] => Some(registry.host.as_str()),
            _ => None,
        };
        let Some(host) = named.or(event.registry.as_deref()).or(only) else {
            return Err("the event names no registry: add ?registry=HOST to the webhook's address".to_owned());
        };
        if !self.known.is_empty() && self.find(host).is_none() {
            let host: String = host.chars().take(200).collect();
            return Err(format!("{host:?} is none of the configured registries, nor one of their aliases"));
        }
        let place = self.place(host, &event.repository);
        Ok(Incoming { event, place })
    }

    /// Requests and bytes so far.
    pub(crate) fn moved(&self) -> (u64, u64) {
        let all = self.known.iter().map(|(_, client)| client).chain([&self.others]);
        all.fold((0, 0), |(requests, bytes), client| {
            (requests + client.requests(), bytes + client.bytes_read())
        })
    }
}
