//! The plain way: a feature is being learned where the loss falls fastest. It is given the exact excess loss, which nobody has; it
//! gives no name.

/// Rows between the losses whose difference is the slope.
const SPAN: usize = 4;
/// Factor to which the slope falls from its largest value.
const FALL: f64 = 0.9;
/// Part of the first loss that must have been lost since the last maximum, so that noise at a plateau or at the end is none: the
/// weakest feature is 7 % of it.
const LOST: f64 = 0.02;

/// Watches the slope of the loss.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlopeDetector {
    /// Step, time and loss of the last rows.
    rows: Vec<(u64, f64, f64)>,
    /// Loss at the start, and at the last maximum.
    first: Option<f64>,
    from: f64,
    /// Step and size of the largest slope since then.
    largest: Option<(u64, f64)>,
}

impl SlopeDetector {
    /// Takes in a row; gives the step of the largest slope when it has turned down from it.
    pub(crate) fn observe(&mut self, step: u64, time: f64, loss: f64) -> Option<u64> {
        let first = *self.first.get_or_insert(loss);
        if self.rows.is_empty() {
            self.from = loss;
        }
        self.rows.push((step, time, loss));
        if self.rows.len() <= SPAN {
            return None;
        }
        let (_, before, earlier) = self.rows.remove(0);
        let slope = (earlier - loss) / (time - before);
        match self.largest {
            None if slope > 0.0 => self.largest = Some((step, slope)),
            Some((_, largest)) if slope > largest => self.largest = Some((step, slope)),
            Some((peak, largest)) if slope < FALL * largest => {
                self.largest = None;
                if loss < self.from - LOST * first {
                    self.from = loss;
                    return Some(peak);
                }
            }
            None | Some(_) => {}
        }
        None
    }
}
