//! The part of the help that explains what the files hold.

/// Shown at the end of `saddlescope run --help`.
pub(super) const RUN: &str = "\
Columns: step, time; loss, excess_loss; of every mode strength, singular_value (the student's own), drift, diffusion, diffusion_law,
alignment, curvature, ito_drift (second order); imbalance, layer_norm, pair_imbalance, balance_ratio, held_out_loss; gradient_norm (of
the mean gradient of all weights), noise_trace (tau times the trace of the covariance of one sample's gradient: variance of all weights
per unit time), signal_to_noise (their ratio; 0 without noise), off_diagonal (mean absolute entry of the mode matrix beside its
diagonal). Without the teacher, in the order of the singular values: student_drift, student_diffusion, student_curvature along the
student's own pairs, and student_pair, the number by which a pair is followed from row to row. With --weights-every K a .npz file
holds weights_1 .. (K, d_l, d_l-1) and weights_steps.

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

/// Shown at the end of `saddlescope sweep --help`.
pub(super) const SWEEP: &str = "\
  saddlescope sweep --example > sweep.toml          # every key explained
  saddlescope sweep sweep.toml --out cells          # or on eight machines: --shard 1/8 .. 8/8, into one directory or several
  saddlescope sweep --merge cells --out table.parquet
A run that was ended, by whatever, goes on where it stopped when the same command is given again; cells that were finished are
kept, also when the axes are given more values. The exit code is then that of the signal, and 6 of --merge while cells are missing.

A table has a row for every cell and mode. Over the replicas, _median, _q10 and _q90 are quantiles over those that have the value
and have not diverged. With m the strength of the teacher and a that of the mode:
  cell                  id: a digest of the cell's experiment, from which the seeds of its replicas come
  <key of an axis> ..   value of every axis
  mode                  from 1, the strongest first
  status                what most replicas are, of these (equal numbers: the first counts): diverged; lost: a reached m/2 and is below it
                        at the end; trapped: a never reached m/2, in more than three times the time of gradient flow to 95 %; unfinished:
                        none of the others; learned: a reached 95 % of m and is at m/2 or above at the end
  replicas, diverged, learned                         numbers of replicas
  step_half_median                                    first row with a >= m/2
  step_learned_median, step_learned_q10, _q90         first row with a >= 0.95 m
  peak_step_median, lead_median                       step of the peak of the diffusion; steps from there to 95 %
  lead_predicted        the same for an aligned, balanced mode under gradient flow
  order_kept            share of replicas in which no mode was learned before a stronger one
  mean, variance        of a since the mode settled (arrived, and ten relaxation times later), over all replicas of the row's status
  boltzmann_variance    tau sigma^2 L m^(2-2/L) / 2; online data, SGD or Langevin dynamics
  balanced_variance     the same at the noise balance of label noise, where the network ends up
  excess_loss, alignment, imbalance                   medians at the end
  diverged_fraction, lost, trapped, unfinished, step_half_q10 .. time_learned_median, peaks (replicas with a peak), peak_step_q10 .. lead_q90,
  settled, counted (replicas and values behind mean and variance), discrete_variance (of SGD with finite steps), variance_over_boltzmann,
  variance_over_balanced, excess_loss_q10, excess_loss_q90, steps (the most that a replica took), digest (of the replicas' last states)";
