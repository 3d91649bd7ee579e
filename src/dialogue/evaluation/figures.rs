//! Shares with their bounds, hits and misses of a class, and confidence held against truth.

/// The 97.5 % point of the normal distribution: bounds that hold 95 times of 100.
const Z: f64 = 1.959_964;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub hits: u32,
    pub among: u32,
}

impl Share {
    pub(super) fn of<T>(all: impl Iterator<Item = T>, hit: impl Fn(&T) -> bool) -> Self {
        all.fold(Self::default(), |share, one| Self {
            hits: share.hits + u32::from(hit(&one)),
            among: share.among + 1,
        })
    }

    /// 1 of nothing.
    pub fn value(self) -> f64 {
        if self.among == 0 { 1.0 } else { f64::from(self.hits) / f64::from(self.among) }
    }

    /// The bounds between which the true share lies, 95 times of 100 (the score interval, Wilson 1927); all from 0 to
    /// 1 where nothing was counted.
    pub fn interval(self) -> (f64, f64) {
        if self.among == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (f64::from(self.among), self.value());
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

/// Hits and misses of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub right: u32,
    /// Read as this class, but another.
    pub wrongly: u32,
    /// Of this class, but read as another.
    pub missed: u32,
}

impl Tally {
    pub(in crate::dialogue) fn count(&mut self, expected: bool, read: bool) {
        match (expected, read) {
            (true, true) => self.right += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.wrongly += 1,
            (false, false) => {}
        }
    }

    /// Of what was read as this class, the share that is.
    pub const fn precision(self) -> Share {
        Share { hits: self.right, among: self.right + self.wrongly }
    }

    /// Of this class, the share that was read as such.
    pub const fn recall(self) -> Share {
        Share { hits: self.right, among: self.right + self.missed }
    }

    pub fn f1(self) -> f64 {
        harmonic(self.overlap().value())
    }

    /// Bounds of [`f1`](Self::f1): it rises with the share of hits among all that is of the class or was read as
    /// such, and that is a share like any other.
    pub fn f1_interval(self) -> (f64, f64) {
        let (low, high) = self.overlap().interval();
        (harmonic(low), harmonic(high))
    }

    const fn overlap(self) -> Share {
        Share { hits: self.right, among: self.right + self.wrongly + self.missed }
    }
}

/// F1 from hits / (hits + wrong + missed).
fn harmonic(overlap: f64) -> f64 {
    2.0 * overlap / (1.0 + overlap)
}

/// Readings of one tenth of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    pub readings: u32,
    pub right: u32,
    confidence: f64,
}

impl Bin {
    pub(super) fn add(&mut self, confidence: f32, right: bool) {
        self.readings += 1;
        self.right += u32::from(right);
        self.confidence += f64::from(confidence);
    }

    /// How sure they were, on average.
    pub fn confidence(self) -> f64 {
        self.confidence / f64::from(self.readings.max(1))
    }

    /// How many were right.
    pub const fn truth(self) -> Share {
        Share { hits: self.right, among: self.readings }
    }

    /// Distance between the two; none where there are no readings.
    pub fn gap(self) -> f64 {
        if self.readings == 0 { 0.0 } else { (self.confidence() - self.truth().value()).abs() }
    }
}
