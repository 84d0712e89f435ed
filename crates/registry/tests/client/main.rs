//! The client, against registries that behave, registries that do not, and a real one.
#![cfg(feature = "registry")]

mod proxy;
mod real;
mod server;
mod tls;
mod toc;
mod wire;
