//! The browser: the page's address, downloads, and what the page lets others see of itself.

use std::cell::RefCell;
use std::io;
use std::path::Path;

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url, Window};

/// Name under which a page lets others see its state.
const STATE: &str = "saddlescope";
/// Name under which it lets them measure.
const MEASUREMENT: &str = "saddlescope_steps_per_second";

thread_local! {
    /// The part of the address after `#`, as it was last seen.
    static SEEN: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// Milliseconds since 1970.
pub(super) fn milliseconds() -> u64 {
    js_sys::Date::now() as u64
}

/// Address of the page, without what stands after `#`.
pub(crate) fn address() -> Option<String> {
    let href = window()?.location().href().ok()?;
    Some(href.split('#').next().unwrap_or_default().to_owned())
}

/// What stands after `#` in the address, `#` included, if it has changed since the last look.
pub(crate) fn new_address() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    SEEN.with_borrow_mut(|seen| {
        if *seen == hash {
            return None;
        }
        seen.clone_from(&hash);
        Some(hash)
    })
}

/// Lets the page, and a test that drives it, see a text.
pub(crate) fn publish(text: impl FnOnce() -> String) {
    if let Some(window) = window() {
        Reflect::set(&window, &STATE.into(), &JsValue::from_str(&text())).ok();
    }
}

/// Lets the page, and a test that drives it, call a measurement.
pub(crate) fn offer_measurement(measure: fn(f64) -> f64) {
    let function = Closure::<dyn Fn(f64) -> f64>::new(measure).into_js_value();
    if let Some(window) = window() {
        Reflect::set(&window, &MEASUREMENT.into(), &function).ok();
    }
}

/// Calls a function of the page with a text, where it has one of that name.
pub(super) fn tell(name: &str, text: &str) {
    let Some(window) = window() else { return };
    if let Ok(function) = Reflect::get(&window, &name.into())
        && let Some(function) = function.dyn_ref::<Function>()
    {
        function.call1(&window, &JsValue::from_str(text)).ok();
    }
}

/// Hands a file to the person, as a download.
pub(super) fn hand_out(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    download(&name, bytes).map_err(|_| io::Error::other("the browser takes no download"))
}

fn download(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let url =
        Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?)?;
    let document = window()
        .and_then(|window| window.document())
        .ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
