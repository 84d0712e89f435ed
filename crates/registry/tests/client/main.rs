//! The client, against registries that behave, registries that do not, and a real one.
#![cfg(feature = "registry")]

mod real;
mod server;
mod toc;
mod wire;
