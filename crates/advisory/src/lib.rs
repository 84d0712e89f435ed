//! Advisory feeds as pure parsers, and the SQLite store that holds them
