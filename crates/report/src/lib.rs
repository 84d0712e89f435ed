//! What people and their tools read: the table, JSON and CycloneDX reports
