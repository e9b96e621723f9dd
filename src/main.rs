//! Arguments in, window or headless command, errors to exit codes.

fn main() {
    #[cfg(feature = "gui")]
    let _ = saddlescope::app::run(saddlescope::experiment::Experiment::default());
}
