//! A writer of small ELF files (System V ABI, "Object Files"): sections, and one loadable segment for each section
//! that has an address. They do not run; readers of sections and segments find what they look for.

/// An ELF file under construction.
#[derive(Clone, Debug)]
pub struct ElfBuilder {
    wide: bool,
    big_endian: bool,
    machine: u16,
    file_type: u16,
    sections: Vec<Section>,
    stripped: bool,
}

#[derive(Clone, Debug)]
struct Section {
    name: String,
    kind: u32,
    flags: u64,
    address: u64,
    data: Vec<u8>,
}

/// Section flag: writable at run time.
pub const WRITE: u64 = 1;
/// Section flag: in memory at run time.
pub const ALLOC: u64 = 2;
/// Section flag: holds machine instructions.
pub const EXEC: u64 = 4;
/// Section type: the program's own data.
pub const PROGBITS: u32 = 1;
/// Section type: a note.
pub const NOTE: u32 = 7;

impl Default for ElfBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ElfBuilder {
    /// A 64-bit little-endian executable for x86-64.
    pub fn new() -> Self {
        Self {
            wide: true,
            big_endian: false,
            machine: 62,
            file_type: 2,
            sections: Vec::new(),
            stripped: false,
        }
    }

    /// A 32-bit file.
    pub fn narrow(mut self) -> Self {
        self.wide = false;
        self
    }

    /// A big-endian file.
    pub fn big_endian(mut self) -> Self {
        self.big_endian = true;
        self
    }

    /// The machine (`e_machine`).
    pub fn machine(mut self, machine: u16) -> Self {
        self.machine = machine;
        self
    }

    /// Whether the section headers are left out, as `sstrip` and UPX do: only segments remain.
    pub fn without_section_headers(mut self) -> Self {
        self.stripped = true;
        self
    }

    /// Adds a section. Where `address` is not 0 a loadable segment covers it.
    pub fn section(
        mut self,
        name: impl Into<String>,
        kind: u32,
        flags: u64,
        address: u64,
        data: impl Into<Vec<u8>>,
    ) -> Self {
        self.sections.push(Section { name: name.into(), kind, flags, address, data: data.into() });
        self
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        let mut sections = self.sections.clone();
        let mut names = b"\0".to_vec();
        let mut name_at = Vec::new();
        let table = Section { name: ".shstrtab".into(), kind: 3, flags: 0, address: 0, data: Vec::new() };
        sections.push(table);
        for section in &sections {
            name_at.push(names.len() as u64);
            names.extend(section.name.as_bytes());
            names.push(0);
        }
        if let Some(table) = sections.last_mut() {
            table.data = names;
        }
        let (header, segment, entry) = if self.wide { (64, 56, 64) } else { (52, 32, 40) };
        let loaded: Vec<usize> = (0..sections.len()).filter(|&i| sections[i].address != 0).collect();
        let mut body = vec![0; header + loaded.len() * segment];
        let mut offsets = Vec::new();
        for section in &sections {
            // A segment's offset and address agree in their low bits.
            body.resize(body.len().next_multiple_of(16), 0);
            while section.address != 0 && (body.len() as u64 ^ section.address) & 0xFFF != 0 {
                body.resize(body.len() + 16, 0);
            }
            offsets.push(body.len() as u64);
            body.extend(&section.data);
        }
        body.resize(body.len().next_multiple_of(16), 0);
        let table_at = if self.stripped { 0 } else { body.len() as u64 };
        let count = if self.stripped { 0 } else { sections.len() as u64 + 1 };
        let mut out = Vec::new();
        out.extend(b"\x7FELF");
        out.extend([if self.wide { 2 } else { 1 }, if self.big_endian { 2 } else { 1 }, 1]);
        out.resize(16, 0);
        self.half(&mut out, self.file_type.into());
        self.half(&mut out, self.machine.into());
        self.word(&mut out, 1);
        let program_at = if loaded.is_empty() { 0 } else { header as u64 };
        for value in [0x40_1000, program_at, table_at] {
            self.long(&mut out, value);
        }
        self.word(&mut out, 0);
        let names_index = if self.stripped { 0 } else { sections.len() as u64 };
        for value in [header as u64, segment as u64, loaded.len() as u64, entry as u64, count, names_index] {
            self.half(&mut out, value);
        }
        for &i in &loaded {
            self.program_header(&mut out, &sections[i], offsets[i]);
        }
        body[..out.len()].copy_from_slice(&out);
        if !self.stripped {
            let mut headers = vec![0; entry];
            for (i, section) in sections.iter().enumerate() {
                self.section_header(&mut headers, section, name_at[i], offsets[i]);
            }
            body.extend(headers);
        }
        body
    }

    fn program_header(&self, out: &mut Vec<u8>, section: &Section, offset: u64) {
        let read_write_execute = 4 | (section.flags & WRITE) << 1 | (section.flags & EXEC) >> 2;
        let size = section.data.len() as u64;
        self.word(out, 1);
        if self.wide {
            self.word(out, read_write_execute);
        }
        for value in [offset, section.address, section.address, size, size] {
            self.long(out, value);
        }
        if !self.wide {
            self.word(out, read_write_execute);
        }
        self.long(out, 0x1000);
    }

    fn section_header(&self, out: &mut Vec<u8>, section: &Section, name: u64, offset: u64) {
        self.word(out, name);
        self.word(out, section.kind.into());
        for value in [section.flags, section.address, offset, section.data.len() as u64] {
            self.long(out, value);
        }
        self.word(out, 0);
        self.word(out, 0);
        self.long(out, 1);
        self.long(out, 0);
    }

    fn half(&self, out: &mut Vec<u8>, value: u64) {
        self.number(out, value, 2);
    }

    fn word(&self, out: &mut Vec<u8>, value: u64) {
        self.number(out, value, 4);
    }

    /// An address or offset: as wide as the file's class.
    fn long(&self, out: &mut Vec<u8>, value: u64) {
        self.number(out, value, if self.wide { 8 } else { 4 });
    }

    fn number(&self, out: &mut Vec<u8>, value: u64, size: usize) {
        if self.big_endian {
            out.extend(&value.to_be_bytes()[8 - size..]);
        } else {
            out.extend(&value.to_le_bytes()[..size]);
        }
    }
}
