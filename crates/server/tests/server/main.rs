//! The server as a whole, on loopback, with registries that are made in code and the ones that everybody has.

mod access;
mod ask;
mod browser;
mod changes;
mod events;
mod faults;
mod harbor;
mod http;
mod kill;
mod listing;
mod openapi;
mod page;
mod plan;
mod real;
mod registry;
mod subassessments;
mod tls;
mod webhook;
mod world;
