//! The canvas of the page, which is the window.

use eframe::{WebOptions, WebRunner};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::HtmlCanvasElement;

use super::browser;
use crate::platform::Frame;

/// Name under which the page is told that the program has started, or why it could not.
const STARTED: &str = "saddlescope_started";

/// Shows the window in the page's canvas, which has its name, from the next moment on; the page is told whether that went well.
///
/// # Errors
/// Never: they are told to the page.
#[expect(clippy::unnecessary_wraps, reason = "as on the desktop")]
pub(crate) fn show_window(frame: &Frame, make: eframe::AppCreator<'static>) -> eframe::Result {
    let name = frame.name;
    js_sys::futures::spawn_local(async move {
        let trouble = match canvas(name) {
            Some(canvas) => WebRunner::new()
                .start(canvas, WebOptions::default(), make)
                .await
                .err(),
            None => Some(JsValue::from_str("the page has no canvas")),
        };
        let said = trouble.map_or(String::new(), |trouble| {
            trouble.as_string().unwrap_or_else(|| format!("{trouble:?}"))
        });
        browser::tell(STARTED, &said);
    });
    Ok(())
}

fn canvas(name: &str) -> Option<HtmlCanvasElement> {
    let document = browser::window()?.document()?;
    document.get_element_by_id(name)?.dyn_into().ok()
}
