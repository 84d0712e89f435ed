//! A small writer of SQLite files (SQLite documentation, "Database File Format"): tables of rows, in as many b-tree
//! and overflow pages as they need.

/// A database under construction.
#[derive(Clone, Debug)]
pub struct Database {
    page_size: usize,
    tables: Vec<Table>,
}

#[derive(Clone, Debug)]
struct Table {
    name: String,
    sql: String,
    rows: Vec<(i64, Vec<Value>)>,
}

/// A column's value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `NULL`, which a column that is the row's id holds, too.
    Null,
    /// An integer.
    Integer(i64),
    /// Text in UTF-8.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl Database {
    /// An empty database with pages of 4096 bytes.
    pub fn new() -> Self {
        Self { page_size: 4096, tables: Vec::new() }
    }

    /// The size of a page: a power of two from 512 to 65536.
    pub fn page_size(&mut self, size: usize) -> &mut Self {
        self.page_size = size;
        self
    }

    /// Adds a table with its rows, each with its id, ids ascending.
    pub fn table(
        &mut self,
        name: impl Into<String>,
        sql: impl Into<String>,
        rows: Vec<(i64, Vec<Value>)>,
    ) -> &mut Self {
        self.tables.push(Table { name: name.into(), sql: sql.into(), rows });
        self
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        let mut pages = Pages { size: self.page_size, pages: vec![Vec::new()] };
        let mut schema = Vec::new();
        for (id, table) in (1..).zip(&self.tables) {
            let root = pages.tree(&table.rows);
            let row = vec![
                Value::Text("table".into()),
                Value::Text(table.name.clone()),
                Value::Text(table.name.clone()),
                Value::Integer(i64::from(root)),
                Value::Text(table.sql.clone()),
            ];
            schema.push((id, row));
        }
        pages.finish(&schema)
    }
}

struct Pages {
    size: usize,
    /// The first is page 1, which holds the file's header and the schema, and is written last.
    pages: Vec<Vec<u8>>,
}

/// The file's header stands before the b-tree header on page 1.
const FILE_HEADER: usize = 100;

impl Pages {
    fn push(&mut self, page: Vec<u8>) -> u32 {
        self.pages.push(page);
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    /// Writes a table b-tree and returns the number of its root page.
    fn tree(&mut self, rows: &[(i64, Vec<Value>)]) -> u32 {
        let cells: Vec<(i64, Vec<u8>)> =
            rows.iter().map(|(id, values)| (*id, self.leaf_cell(*id, values))).collect();
        let mut level: Vec<(i64, u32)> = Vec::new();
        for group in self.fit(&cells, 8) {
            let bytes: Vec<&[u8]> = group.iter().map(|(_, cell)| cell.as_slice()).collect();
            let page = self.page(0x0D, &bytes, None, 0);
            level.push((group.last().map_or(0, |(id, _)| *id), self.push(page)));
        }
        while level.len() > 1 {
            let cells: Vec<(i64, Vec<u8>)> = level
                .iter()
                .map(|(key, child)| (*key, [&child.to_be_bytes()[..], &varint(*key)].concat()))
                .collect();
            let mut above = Vec::new();
            for group in self.fit(&cells, 12) {
                let Some(((key, last), others)) = group.split_last() else { continue };
                let right: [u8; 4] = [last[0], last[1], last[2], last[3]];
                let bytes: Vec<&[u8]> = others.iter().map(|(_, cell)| cell.as_slice()).collect();
                let page = self.page(0x05, &bytes, Some(right), 0);
                above.push((*key, self.push(page)));
            }
            level = above;
        }
        match level.first() {
            Some((_, root)) => *root,
            None => {
                let empty = self.page(0x0D, &[], None, 0);
                self.push(empty)
            }
        }
    }

    /// Cuts the cells into groups that fit a page each.
    fn fit<'c>(&self, cells: &'c [(i64, Vec<u8>)], header: usize) -> Vec<&'c [(i64, Vec<u8>)]> {
        let mut groups = Vec::new();
        let (mut start, mut used) = (0, header);
        for (i, (_, cell)) in cells.iter().enumerate() {
            if used + cell.len() + 2 > self.size && i > start {
                groups.push(&cells[start..i]);
                (start, used) = (i, header);
            }
            used += cell.len() + 2;
        }
        if start < cells.len() {
            groups.push(&cells[start..]);
        }
        groups
    }

    /// A b-tree page: header, cell pointers, and the cells from the end backwards.
    fn page(&self, kind: u8, cells: &[&[u8]], right: Option<[u8; 4]>, at: usize) -> Vec<u8> {
        let mut page = vec![0; self.size];
        let header = if right.is_some() { 12 } else { 8 };
        let mut end = self.size;
        for (i, cell) in cells.iter().enumerate() {
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(cell);
            let slot = at + header + 2 * i;
            page[slot..slot + 2].copy_from_slice(&low16(end));
        }
        page[at] = kind;
        page[at + 3..at + 5].copy_from_slice(&low16(cells.len()));
        page[at + 5..at + 7].copy_from_slice(&low16(end));
        if let Some(right) = right {
            page[at + 8..at + 12].copy_from_slice(&right);
        }
        page
    }

    /// "B-tree Pages", table leaf cell: what does not fit goes into a chain of overflow pages.
    fn leaf_cell(&mut self, id: i64, values: &[Value]) -> Vec<u8> {
        let payload = record(values);
        let len = i64::try_from(payload.len()).unwrap_or(i64::MAX);
        let mut cell = [varint(len), varint(id)].concat();
        let local = self.local(payload.len());
        cell.extend(&payload[..local]);
        if local < payload.len() {
            let chunks: Vec<&[u8]> = payload[local..].chunks(self.size - 4).collect();
            let first = u32::try_from(self.pages.len()).unwrap_or(u32::MAX) + 1;
            for (next, chunk) in (first + 1..).zip(&chunks) {
                let last = chunk.as_ptr() == chunks[chunks.len() - 1].as_ptr();
                let mut page = if last { 0_u32 } else { next }.to_be_bytes().to_vec();
                page.extend(*chunk);
                page.resize(self.size, 0);
                self.push(page);
            }
            cell.extend(first.to_be_bytes());
        }
        cell
    }

    /// How much of a payload stays in the cell.
    fn local(&self, len: usize) -> usize {
        let most = self.size - 35;
        if len <= most {
            return len;
        }
        let least = (self.size - 12) * 32 / 255 - 23;
        let wanted = least + (len - least) % (self.size - 4);
        if wanted <= most { wanted } else { least }
    }

    fn finish(mut self, schema: &[(i64, Vec<Value>)]) -> Vec<u8> {
        let cells: Vec<(i64, Vec<u8>)> =
            schema.iter().map(|(id, row)| (*id, self.leaf_cell(*id, row))).collect();
        let groups = self.fit(&cells, FILE_HEADER + 8);
        let bytes = |group: &[(i64, Vec<u8>)]| group.iter().map(|(_, cell)| cell.clone()).collect::<Vec<_>>();
        let mut first = match groups.as_slice() {
            [] => self.page(0x0D, &[], None, FILE_HEADER),
            [only] => self.page(0x0D, &slices(&bytes(only)), None, FILE_HEADER),
            [others @ .., last] => {
                let mut children = Vec::new();
                for group in others {
                    let page = self.page(0x0D, &slices(&bytes(group)), None, 0);
                    let key = group.last().map_or(0, |(id, _)| *id);
                    children.push([&self.push(page).to_be_bytes()[..], &varint(key)].concat());
                }
                let page = self.page(0x0D, &slices(&bytes(last)), None, 0);
                let right = self.push(page).to_be_bytes();
                self.page(0x05, &slices(&children), Some(right), FILE_HEADER)
            }
        };
        let count = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        let mut header = b"SQLite format 3\0".to_vec();
        header.extend(low16(if self.size == 65536 { 1 } else { self.size }));
        // Rollback journal, no reserved bytes, and the three fractions that the format fixes.
        header.extend([1, 1, 0, 64, 32, 32]);
        let words = [1, count, 0, 0, 1, 4, 0, 0, 1];
        header.extend(words.iter().flat_map(|word: &u32| word.to_be_bytes()));
        header.resize(92, 0);
        header.extend(1_u32.to_be_bytes());
        header.extend(3_040_000_u32.to_be_bytes());
        first[..FILE_HEADER].copy_from_slice(&header);
        self.pages[0] = first;
        self.pages.concat()
    }
}

fn slices(cells: &[Vec<u8>]) -> Vec<&[u8]> {
    cells.iter().map(Vec::as_slice).collect()
}

/// Page sizes and offsets are stored in 16 bits, 65536 as 0.
fn low16(number: usize) -> [u8; 2] {
    u16::try_from(number & 0xFFFF).unwrap_or(0).to_be_bytes()
}

/// "Record Format".
fn record(values: &[Value]) -> Vec<u8> {
    let mut types = Vec::new();
    let mut body = Vec::new();
    for value in values {
        let (kind, bytes) = match value {
            Value::Null => (0, Vec::new()),
            Value::Integer(n) => (6, n.to_be_bytes().to_vec()),
            Value::Blob(bytes) => (12 + 2 * bytes.len(), bytes.clone()),
            Value::Text(text) => (13 + 2 * text.len(), text.clone().into_bytes()),
        };
        types.extend(varint(i64::try_from(kind).unwrap_or(i64::MAX)));
        body.extend(bytes);
    }
    // The size of the record's header counts its own bytes; ours are always below 127.
    let mut record = varint(i64::try_from(types.len() + 1).unwrap_or(i64::MAX));
    record.extend(types);
    record.extend(body);
    record
}

/// "Variable-length integers": seven bits a byte, the highest first; a ninth byte holds eight.
fn varint(number: i64) -> Vec<u8> {
    let mut left = number.cast_unsigned();
    if left >> 56 != 0 {
        let mut bytes = vec![left.to_be_bytes()[7]];
        left >>= 8;
        for _ in 0..8 {
            bytes.insert(0, (left & 0x7F) as u8 | 0x80);
            left >>= 7;
        }
        return bytes;
    }
    let mut bytes = vec![(left & 0x7F) as u8];
    left >>= 7;
    while left > 0 {
        bytes.insert(0, (left & 0x7F) as u8 | 0x80);
        left >>= 7;
    }
    bytes
}
