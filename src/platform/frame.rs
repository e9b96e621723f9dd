//! What is asked of a window.

/// A window; a page fills what the browser gives it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    target_arch = "wasm32",
    expect(dead_code, reason = "a page has its size from the browser")
)]
pub(crate) struct Frame {
    /// Name under which the system knows the program.
    pub(crate) name: &'static str,
    /// Width and height in points.
    pub(crate) size: [f32; 2],
    /// Whether it fills the screen.
    pub(crate) is_maximized: bool,
    /// Least width and height in points.
    pub(crate) least_size: [f32; 2],
}
