//! The model's weights, mapped from their file and checked for shape.

use std::{collections::BTreeMap, fs::File, io, path::Path};

use memmap2::Mmap;
use ndarray::{ArrayView1, ArrayView2};
use safetensors::{Dtype, SafeTensors};

use super::EncoderError;

/// Where a tensor lies in the mapped file, in numbers of 32 bits.
#[derive(Debug, Clone)]
struct Place {
    start: usize,
    shape: Vec<usize>,
}

pub(super) struct Weights {
    map: Mmap,
    places: BTreeMap<String, Place>,
}

/// A matrix that is known to be there; asks [`Weights`] for its numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix {
    start: usize,
    rows: usize,
    columns: usize,
}

/// A row of numbers that is known to be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vector {
    start: usize,
    length: usize,
}

impl Weights {
    pub(super) fn open(path: &Path) -> Result<Self, EncoderError> {
        let unreadable = |source| EncoderError::Unreadable { path: path.to_owned(), source };
        let wrong = |source| EncoderError::Format { path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => EncoderError::Missing(path.to_owned()),
            _ => unreadable(source),
        })?;
        #[expect(unsafe_code, reason = "mapping a file is sound only while nobody shortens it")]
        // SAFETY: the file is opened read-only; models are put in place by rename and never written again.
        let map = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
        let mut places = BTreeMap::new();
        let tensors = SafeTensors::deserialize(&map).map_err(wrong)?;
        for (name, view) in tensors.iter() {
            let offset = view.data().as_ptr().addr() - map.as_ptr().addr();
            // A tensor of another kind, or unaligned, is left out, and missed by whoever needs it.
            if view.dtype() == Dtype::F32 && offset % 4 == 0 {
                places.insert(name.to_owned(), Place { start: offset / 4, shape: view.shape().to_vec() });
            }
        }
        Ok(Self { map, places })
    }

    pub(super) fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Matrix, EncoderError> {
        let start = self.place(name, &[rows, columns])?;
        Ok(Matrix { start, rows, columns })
    }

    pub(super) fn vector(&self, name: &str, length: usize) -> Result<Vector, EncoderError> {
        Ok(Vector { start: self.place(name, &[length])?, length })
    }

    fn place(&self, name: &str, shape: &[usize]) -> Result<usize, EncoderError> {
        match self.places.get(name) {
            Some(place) if place.shape == shape => Ok(place.start),
            _ => Err(EncoderError::Tensor { tensor: name.to_owned(), expected: shape.to_vec() }),
        }
    }

    pub(super) fn numbers(&self) -> &[f32] {
        // The map begins at a page, so nothing is cut off before the first number; a file whose length is no multiple
        // of four ends in bytes that no tensor reaches.
        bytemuck::try_cast_slice(&self.map[..self.map.len() / 4 * 4]).unwrap_or(&[])
    }
}

impl Matrix {
    pub(super) fn of(self, numbers: &[f32]) -> ArrayView2<'_, f32> {
        let numbers = &numbers[self.start..self.start + self.rows * self.columns];
        ArrayView2::from_shape((self.rows, self.columns), numbers)
            .unwrap_or_else(|_| ArrayView2::from(&[[]; 0]))
    }

    pub(super) fn row(self, numbers: &[f32], row: usize) -> &[f32] {
        let start = self.start + row.min(self.rows - 1) * self.columns;
        &numbers[start..start + self.columns]
    }
}

impl Vector {
    pub(super) fn of(self, numbers: &[f32]) -> ArrayView1<'_, f32> {
        ArrayView1::from(&numbers[self.start..self.start + self.length])
    }
}
