//! Builds images, package databases and hostile inputs in code, for tests and demonstrations
