//! saddlescope shows how stochastic gradient descent learns in deep linear networks, live.
//!
//! A deep linear network `W = W_L ... W_1` that starts near zero learns the modes of its teacher `M = U diag(m) V^T` one
//! after the other, with long stays at saddles in between. Near them SGD is a Langevin dynamics whose noise depends on the
//! state and points along the mode about to be learned (Corlouer, Semler, Strang, Gietelink Oldenziel, "Stochastic Gradient
//! Descent in the Saddle-to-Saddle Regime of Deep Linear Networks", arXiv 2604.06366). The program puts simulation and theory
//! on the same axes.
//!
//! # Notation
//!
//! | symbol | meaning | name in code |
//! |---|---|---|
//! | `L` | number of weight matrices | `depth` |
//! | `W_l`, shape `(d_l, d_{l-1})` | weights, `l = 1..L` | `weights` |
//! | `W`, shape `(d_out, d_in)` | their product | `end_to_end_map`, `map` |
//! | `M = U diag(m) V^T` | teacher of rank `r` | [`model::Teacher`] |
//! | `eta`, `B`, `sigma` | learning rate, batch size, label-noise standard deviation | [`dynamics::LiveParams`] |
//! | `t` | training time, the sum of `eta` over steps | `time` |
//! | `a_k = u_k^T W v_k` | strength of mode `k`, signed, in the teacher's basis | `strength` |
//! | `s` | strength of an aligned mode | `strength` |
//! | `E = W - M` | error matrix | `error` |
//! | `A_l`, `B_l` | products of the layers above and below layer `l` | [`model::PartialProducts`] |
//! | `D_k` | diffusion: growth of the variance of `a_k` per unit time, no factor 1/2 | `diffusion` |
//! | `tau = eta / B` | noise scale | `noise_scale` |
//!
//! Inputs are white Gaussian, `y = M x + sigma xi`, the loss is `1/2 E|y - W x|^2`.
//!
//! # The window
//!
//! - **Looking.** Drag a plot to pan, turn the wheel to zoom in time, press Ctrl with it to zoom both axes, drag with the right
//!   button to zoom to a box, double-click to come back to the live view. The chip in a plot's corner switches its axis between
//!   linear, log and symlog; the bar on top chooses time or steps, a logarithmic time axis, how much of the run is in sight,
//!   and smoothing, under which the raw curve stays. The card at the pointer tells the recorded values of every mode; two
//!   cursors give differences and slopes. A click on a mode in the legend draws it alone.
//! - **Halting.** A run halts by itself once every mode has settled; "halt…" beside the speed chooses other conditions: a step,
//!   a training time, a noise peak, a feature learned.
//! - **Going back.** The scrubber under the plots looks at any moment; "Rewind to here" takes the run itself back there, to go
//!   on with other parameters: the rest is done again from the last kept state before it (ticks). The old future stays as a
//!   kept run.
//! - **Comparing.** Up to eight kept runs lie behind the present one, laid over it at their start or at a mode's noise peak,
//!   with what tells their settings apart.
//! - **Opening.** `saddlescope FILE`, a file dropped on the window, or Ctrl+O shows a session, an experiment, a lesson, a
//!   recording (.npz) or a bundle; what a file is, is told by what stands in it. The menu lists the files used last.
//! - **Keeping.** A session is a text file with experiment, seed, every change and how it was looked at. Opened again, or
//!   dropped on the window, the run is done again and compared with the saved digest, bit for bit. The newest session is saved
//!   automatically and offered at the next start. Figures, data and bundles are exported in the background. Every setting can
//!   be undone; a drag is one step.
//!
//! # Architecture
//!
//! Each room below uses those above it only.
//!
//! | room | what it holds |
//! |---|---|
//! | [`stats`], [`random`], [`palette`], `format`, `products` | running moments, histograms, goodness of fit; seeded streams; the modes' colours; numbers as text; products of small matrices |
//! | `platform` | the two sides, desktop and page, of the clock, threads, files, memory and dialogs |
//! | [`files`], [`budget`] | inputs of bounded length, outputs whole or not at all; how much memory there may be |
//! | [`theory`] | closed forms; knows no network |
//! | [`model`] | teacher, student, initial weights, stored data, the loss: what is trained |
//! | [`dynamics`] | SGD, Langevin, gradient flow: how it moves |
//! | [`observables`] | mode strengths, exact drift and diffusion, alignment, imbalance: what is measured |
//! | [`experiment`] | everything that decides a run, in one value that is read, judged and written |
//! | [`simulation`] | one run: the object that window, headless commands and tests share |
//! | [`history`] | bounded store of recorded rows, and the few points that draw them |
//! | [`worker`] | the only threads and channels: commands in, events out |
//! | [`lessons`] | lesson files: read, judged, listed, and their numbers checked by running them |
//! | [`sweep`] | many experiments over a grid: cells with ids, shards, tables that survive a kill, merged into one |
//! | [`session`] | a run as a file that does it again; recordings as CSV and NPZ; whole or not at all |
//! | [`chart`] | pictures as data: one function a plot from what is known of a run, live or recorded, to a [`chart::Picture`] |
//! | [`figure`] | paints pictures as SVG, PNG and PDF; bundles |
//! | `app` (feature `gui`) | the window; the only room that knows egui |
//! | `cli` (feature `terminal`) | the command line; the only room that prints |
//!
//! The data flow of the window:
//!
//! ```text
//! person -> app -> Command -> worker -> Simulation: step, observe on a schedule of steps
//!            ^                   |
//!            |                   v
//!         History  <- rows <- Frame (about 60 a second, merged while the window is busy)
//! ```
//!
//! The experiment, its seed and the interventions decide every value; speed, screen and threads decide only when values are
//! shown. A row of numbers has one layout, [`observables::Schema`], from the observer to the history and the files.

#[cfg(feature = "gui")]
pub mod app;
pub mod budget;
pub mod chart;
#[cfg(feature = "terminal")]
pub mod cli;
pub mod dynamics;
pub mod experiment;
pub mod figure;
pub mod files;
mod format;
pub mod history;
pub mod lessons;
mod memory;
pub mod model;
pub mod observables;
pub mod palette;
mod panics;
mod platform;
mod products;
pub mod random;
#[cfg(test)]
mod rooms;
pub mod session;
pub mod simulation;
pub mod stats;
pub mod sweep;
pub mod theory;
mod whole_number;
pub mod worker;
