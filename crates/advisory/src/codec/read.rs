use plimsoll_core::{
    Advisory, AdvisoryKind, Affected, Event, FixState, NameKind, Range, RangeKind, Rating, Reference,
};

use super::{Damaged, LINK_KINDS, LINKS};

/// Bytes to read from. Whatever they are, reading ends: a list holds at most as many values as bytes are left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.left.len()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        let (&byte, left) = self.left.split_first().ok_or(Damaged)?;
        self.left = left;
        Ok(byte)
    }

    pub(crate) fn number(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.long()?).map_err(|_| Damaged)
    }

    /// A number of four bytes at most.
    pub(crate) fn index(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.long()?).map_err(|_| Damaged)
    }

    pub(crate) fn long(&mut self) -> Result<u64, Damaged> {
        let mut number = 0u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Damaged)?;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    /// Bytes of any sort, with their length before them.
    pub(crate) fn blob(&mut self) -> Result<&'a [u8], Damaged> {
        let len = self.number()?;
        let (taken, left) = self.left.split_at_checked(len).ok_or(Damaged)?;
        self.left = left;
        Ok(taken)
    }

    fn take(&mut self, len: usize) -> Result<&'a str, Damaged> {
        let (taken, left) = self.left.split_at_checked(len).ok_or(Damaged)?;
        self.left = left;
        std::str::from_utf8(taken).map_err(|_| Damaged)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        let len = self.number()?;
        self.take(len)
    }

    pub(crate) fn owned(&mut self) -> Result<String, Damaged> {
        Ok(self.text()?.to_owned())
    }

    fn optional(&mut self) -> Result<Option<String>, Damaged> {
        match self.number()?.checked_sub(1) {
            None => Ok(None),
            Some(len) => Ok(Some(self.take(len)?.to_owned())),
        }
    }

    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Damaged>,
    ) -> Result<Vec<T>, Damaged> {
        let count = self.number()?;
        if count > self.left.len() {
            return Err(Damaged);
        }
        let mut list = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            list.push(item(self)?);
        }
        Ok(list)
    }

    fn texts(&mut self) -> Result<Vec<String>, Damaged> {
        self.list(Self::owned)
    }

    fn kind(&mut self) -> Result<AdvisoryKind, Damaged> {
        match self.byte()? {
            0 => Ok(AdvisoryKind::Vulnerability),
            1 => Ok(AdvisoryKind::Malware),
            2 => Ok(AdvisoryKind::Informational),
            _ => Err(Damaged),
        }
    }

    fn rating(&mut self) -> Result<Rating, Damaged> {
        Ok(Rating { source: self.owned()?, scheme: self.owned()?, value: self.owned()? })
    }

    fn reference(&mut self) -> Result<Reference, Damaged> {
        let kind = match self.number()? {
            0 => self.owned()?,
            at => (*LINK_KINDS.get(at).ok_or(Damaged)?).to_owned(),
        };
        let prefix = LINKS.get(self.number()?).ok_or(Damaged)?;
        Ok(Reference { kind, url: format!("{prefix}{}", self.text()?) })
    }

    fn event(&mut self) -> Result<Event, Damaged> {
        Ok(match self.byte()? {
            0 => Event::Introduced(self.owned()?),
            1 => Event::Fixed(self.owned()?),
            2 => Event::LastAffected(self.owned()?),
            3 => Event::Limit(self.owned()?),
            _ => return Err(Damaged),
        })
    }

    fn range(&mut self) -> Result<Range, Damaged> {
        let kind = match self.byte()? {
            0 => RangeKind::Semver,
            1 => RangeKind::Ecosystem,
            2 => RangeKind::Git,
            _ => return Err(Damaged),
        };
        Ok(Range { kind, events: self.list(Self::event)? })
    }

    fn fix(&mut self) -> Result<Option<FixState>, Damaged> {
        Ok(match self.byte()? {
            0 => None,
            1 => Some(FixState::Available),
            2 => Some(FixState::NotAvailable),
            3 => Some(FixState::WontFix),
            4 => Some(FixState::Deferred),
            5 => Some(FixState::EndOfLife),
            6 => Some(FixState::Unknown),
            _ => return Err(Damaged),
        })
    }

    pub(crate) fn head(&mut self) -> Result<Advisory, Damaged> {
        Ok(Advisory {
            id: self.owned()?,
            feed: self.owned()?,
            kind: self.kind()?,
            aliases: self.texts()?,
            upstream: self.texts()?,
            withdrawn: self.optional()?,
            modified: self.optional()?,
            related: self.texts()?,
            summary: self.owned()?,
            published: self.optional()?,
            cwes: self.texts()?,
            references: self.list(Self::reference)?,
            ratings: self.list(Self::rating)?,
            affected: Vec::new(),
        })
    }

    pub(crate) fn entries(&mut self) -> Result<Vec<Affected>, Damaged> {
        self.list(Self::entry)
    }

    fn entry(&mut self) -> Result<Affected, Damaged> {
        Ok(Affected {
            ecosystem: self.owned()?.into(),
            name: self.owned()?,
            name_kind: match self.byte()? {
                0 => NameKind::Binary,
                1 => NameKind::Source,
                _ => return Err(Damaged),
            },
            ranges: self.list(Self::range)?,
            versions: self.texts()?,
            os: self.texts()?,
            arch: self.texts()?,
            module: self.optional()?,
            ratings: self.list(Self::rating)?,
            fix: self.fix()?,
        })
    }
}

/// The head that [`write_head`](super::write_head) wrote: an advisory without affected entries.
pub(crate) fn head(bytes: &[u8]) -> Result<Advisory, Damaged> {
    Reader::new(bytes).head()
}

/// The entries that [`write_entries`](super::write_entries) wrote.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Affected>, Damaged> {
    Reader::new(bytes).entries()
}
