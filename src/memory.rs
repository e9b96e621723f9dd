//! How much memory values hold, so that many runs can be refused before they fill it.

use nalgebra::DMatrix;

/// What an allocator adds to every piece of memory at most, its rounding up to whole cells included.
const PER_ALLOCATION: usize = 32;

/// A value that tells what it holds.
pub(crate) trait HeapBytes {
    /// Bytes on the heap that this value owns alone; what it shares with others is not counted.
    fn heap_bytes(&self) -> usize;
}

impl HeapBytes for f64 {
    fn heap_bytes(&self) -> usize {
        0
    }
}

impl HeapBytes for DMatrix<f64> {
    fn heap_bytes(&self) -> usize {
        PER_ALLOCATION + size_of::<f64>() * self.len()
    }
}

impl<T: HeapBytes> HeapBytes for Vec<T> {
    fn heap_bytes(&self) -> usize {
        let entries: usize = self.iter().map(T::heap_bytes).sum();
        PER_ALLOCATION + size_of::<T>() * self.capacity() + entries
    }
}

impl<T: HeapBytes, const N: usize> HeapBytes for [T; N] {
    fn heap_bytes(&self) -> usize {
        self.iter().map(T::heap_bytes).sum()
    }
}

impl<T: HeapBytes> HeapBytes for Option<T> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, T::heap_bytes)
    }
}
