//! The exact version order of every package ecosystem, version ranges, and keys whose byte order is that order.
//!
//! A [`Scheme`] is one ecosystem's order. [`Scheme::compare`] orders two version texts, [`Scheme::key`] turns one
//! into a [`Key`]: bytes whose plain byte order is the scheme's order, so that a range test is a comparison of
//! blobs in any database. [`range::locate`] places a version in a range as the OSV schema defines ranges, and
//! [`Expression`](expression::Expression) is a range as ecosystems and vendors write it.
//!
//! ```
//! use plimsoll_version::Scheme;
//! use std::cmp::Ordering;
//!
//! let debian = Scheme::for_ecosystem("Debian:12").unwrap();
//! assert_eq!(debian.compare("1.0~rc1-1", "1.0-1"), Ok(Ordering::Less));
//! assert!(debian.key("1.0~rc1-1") < debian.key("1.0-1"));
//! ```
//!
//! Nothing here panics or fails on hostile text, and time is linear in the length of the text.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod key;
mod scan;
mod scheme;
mod unparsable;
mod writer;

pub mod expression;
pub mod lines;
pub mod order;
pub mod range;

pub use key::Key;
pub use scheme::Scheme;
pub use unparsable::{Operand, Reason, Unparsable};
