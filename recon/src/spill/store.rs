//! Values one after another in a file without a name: nobody else can open it, and it is gone with the process,
//! however that ends. What is small stays in memory.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::{SpooledTempFile, spooled_tempfile};

/// What is shorter than this is no file.
const SMALL: usize = 1 << 14;

/// Octets that go to a file when they are many.
pub(super) type Octets = BufWriter<SpooledTempFile>;

pub(super) fn octets() -> Octets {
    BufWriter::with_capacity(SMALL, spooled_tempfile(SMALL))
}

/// Values of one type, written first and read as often as is needed.
pub(super) struct Store<T> {
    file: Octets,
    octets: Vec<u8>,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Store<T> {
    pub(super) fn new() -> Self {
        Self { file: octets(), octets: Vec::new(), of: PhantomData }
    }

    pub(super) fn put(&mut self, value: &T) -> io::Result<()> {
        self.octets.clear();
        self.octets =
            postcard::to_extend(value, std::mem::take(&mut self.octets)).map_err(io::Error::other)?;
        let length = u32::try_from(self.octets.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&self.octets)
    }

    /// Ends writing; the values are read from the first one on.
    pub(super) fn read(&mut self) -> io::Result<Values<'_, T>> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.rewind()?;
        Ok(Values { file: BufReader::with_capacity(1 << 16, file), octets: Vec::new(), of: PhantomData })
    }
}

/// The values of a [`Store`].
pub(super) struct Values<'s, T> {
    file: BufReader<&'s mut SpooledTempFile>,
    octets: Vec<u8>,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Values<'_, T> {
    fn value(&mut self) -> io::Result<Option<T>> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        self.octets.resize(usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?, 0);
        self.file.read_exact(&mut self.octets)?;
        postcard::from_bytes(&self.octets).map(Some).map_err(io::Error::other)
    }
}

impl<T: DeserializeOwned> Iterator for Values<'_, T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.value().transpose()
    }
}
