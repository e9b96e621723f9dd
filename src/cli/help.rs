//! The part of the help that explains what the files hold.

/// Shown at the end of `saddlescope run --help`.
pub(super) const RUN: &str = "\
With --replicas, the columns of a run alone are those of the first network, and every row ends with strength_mean_1 ..,
strength_std_1 .., strength_q10_1 .., strength_q90_1 ..: mean, standard deviation (divisor R - 1), 10 % and 90 % quantile of the
strength of each mode over the R networks; in a .npz file strength_mean, strength_std, strength_q10, strength_q90. All share
teacher, initial weights and data set. When one diverges, all end. Events are those of the first network.

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
event_lead_predicted, NaN where the table is empty; and the run itself as the bytes of a session file: session.";

/// Shown at the end of `saddlescope replay --help`.
pub(super) const REPLAY: &str = "\
Parameters change at the steps at which they did in the session. A row at such a step is recorded before the change; changes at step
0 come before the first row. At the end the digest of the state is compared with the session's: where they match, this is the
same run bit for bit; where not, the files are written all the same, and the exit code is 4. Bits are promised for one version of
the program on one kind of processor.";
