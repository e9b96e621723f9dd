//! The part of the help that explains what the files hold.

/// Shown at the end of `saddlescope run --help`.
pub(super) const RUN: &str = "\
The table of events (--events) has a row an event, by step:
  step, time      of the recorded row in which it was seen; of a peak, those of the largest diffusion itself. Rows decide
                  what is seen: record often (--every) for exact steps
  kind            what happened, see below
  mode            the mode it is about, from 1; empty where it is about none
  value           mode strength at the peak or when learned; number of learned modes of a plateau; else empty
  lead            steps from the peak of the diffusion to 95 % learned, in the row of `learned`
  lead_predicted  the same for an aligned, balanced mode under gradient flow; empty where theory has no peak
Kinds, with their numbers in the array event_kind of a .npz file:
  1 peak_confirmed     the diffusion of the mode has passed its maximum, before the mode was learned
  2 learned            the strength first reached 95 % of the teacher's
  3 plateau_entered    every mode is near zero or near the teacher's strength: a saddle, or the minimum
  4 plateau_left       a mode has left it
  5 parameter_changed  learning rate, batch size or label noise was changed
  6 diverged           training diverged after this step
A .npz file holds the events as event_step, event_time, event_kind, event_mode (0 for none), event_value, event_lead and
event_lead_predicted, NaN where the table is empty.";
