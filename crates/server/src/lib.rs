//! The scanner of registries as a server.
//!
//! A [`Server`] runs by a [`Config`]: it takes the events of registries, scans each image once, matches what it has
//! stored again whenever advisories or rules change, tells [`Subscriber`]s what has changed, and answers questions over
//! HTTP. What it knows is kept by `plimsoll_monitor`.
//!
//! ```no_run
//! use plimsoll_server::{Config, Server};
//!
//! let server = Server::start(Config { data: "/var/lib/plimsoll".into(), ..Config::default() })?;
//! println!("listening on {}", server.address());
//! server.run_until_signal()?;
//! # Ok::<(), plimsoll_server::Error>(())
//! ```
//!
//! Only this crate has async code, and only where connections are served; what takes time runs on threads.

mod app;
mod audit;
mod auth;
mod config;
mod connection;
mod error;
mod harbor;
mod limiter;
mod metrics;
mod page;
mod problem;
mod registries;
mod route;
mod server;
mod stored;
mod tls;
mod work;

pub use auth::{NewToken, new_token};
pub use config::{Config, Form, Header, Limits, Registry, Scope, Secret, Subscriber, Tls, Token};
pub use error::Error;
pub use server::Server;
