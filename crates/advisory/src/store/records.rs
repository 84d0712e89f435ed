use plimsoll_core::Advisory;

use super::{Store, changes, schema};
use crate::Error;

impl Store {
    /// The valid records that are known by an id, whole: with everything that they speak of.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::Database`] where the store can't be read.
    pub fn records(&self, id: &str) -> Result<Vec<Advisory>, Error> {
        let failed = |e| Error::database(&self.path, e);
        let connection = self.connection();
        let mut known = connection.prepare_cached(schema::IDS).map_err(failed)?;
        let records = known.query_map([id], |row| row.get(0)).map_err(failed)?;
        let records = records.collect::<Result<Vec<i64>, _>>().map_err(failed)?;
        let whole = |record| {
            let mut advisory = self.head(&connection, record)?;
            let entries = changes::entries(&connection, record).map_err(failed)?;
            advisory.affected = entries.map_err(|e| self.damaged(e))?;
            Ok(advisory)
        };
        records.into_iter().map(whole).collect()
    }
}
