//! Finds what is installed in an image: operating-system and language packages, and where each came from
