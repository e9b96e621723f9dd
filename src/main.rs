//! Arguments in, window or headless command, errors to exit codes.

fn main() {}
