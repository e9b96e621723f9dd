//! Reads NumPy archives.

use std::fs::File;
use std::path::Path;

use zip::ZipArchive;

/// An opened archive of row-major arrays.
pub(crate) struct Npz(ZipArchive<File>);

impl Npz {
    pub(crate) fn open(path: &Path) -> Self {
        Self(ZipArchive::new(File::open(path).unwrap()).unwrap())
    }

    /// Shape and values of an array.
    pub(crate) fn read<T: npyz::Deserialize>(&mut self, name: &str) -> (Vec<u64>, Vec<T>) {
        let entry = self.0.by_name(&format!("{name}.npy")).unwrap();
        let array = npyz::NpyFile::new(entry).unwrap();
        assert_eq!(array.order(), npyz::Order::C, "{name}");
        (array.shape().to_vec(), array.into_vec().unwrap())
    }
}
