//! Rules that disable findings, with reason and expiry; nothing is deleted, everything is counted
