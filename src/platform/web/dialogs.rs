//! Files that a person chooses or drops: the browser reads them into memory.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{DragEvent, Event, File, HtmlInputElement};

use super::{browser, fs};
use crate::platform::{Answer, Asked};

/// Longest file that is read; a page has little memory.
const LONGEST: f64 = 268_435_456.0;
/// Kinds of files that can be opened.
const KINDS: &str = ".toml,.npz,.zip";

type Shared = Arc<Mutex<VecDeque<Answer>>>;

/// Files that were dropped and have been read.
static DROPPED: Mutex<VecDeque<Answer>> = Mutex::new(VecDeque::new());

/// A browser always shows such dialogs.
pub(crate) fn has_dialogs() -> bool {
    true
}

/// Asks for a file to be opened; where one is saved the browser decides itself, so the suggestion is the answer.
pub(crate) fn ask_file(asked: Asked, suggestion: &Path) -> impl FnMut() -> Answer + Send + 'static {
    let answers = Shared::default();
    match asked {
        Asked::Save => push(&answers, Answer::Chosen(suggestion.to_owned())),
        Asked::Open => {
            if open(&answers).is_err() {
                push(&answers, Answer::NoDialog);
            }
        }
    }
    move || {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front().unwrap_or(Answer::Waiting)
    }
}

/// The file that was dropped, once it has been read.
pub(crate) fn dropped(_named: PathBuf) -> impl FnMut() -> Answer + Send + 'static {
    || {
        let mut dropped = DROPPED.lock().unwrap_or_else(PoisonError::into_inner);
        dropped.pop_front().unwrap_or(Answer::Waiting)
    }
}

fn open(answers: &Shared) -> Result<(), JsValue> {
    let document = browser::window()
        .and_then(|window| window.document())
        .ok_or(JsValue::NULL)?;
    let input: HtmlInputElement = document.create_element("input")?.dyn_into()?;
    input.set_type("file");
    input.set_accept(KINDS);
    let (chosen, of_input) = (Arc::clone(answers), input.clone());
    let change =
        Closure::once_into_js(
            move |_: Event| match of_input.files().and_then(|files| files.get(0)) {
                Some(file) => read(file, move |answer| push(&chosen, answer)),
                None => push(&chosen, Answer::Cancelled),
            },
        );
    let cancelled = Arc::clone(answers);
    let cancel = Closure::once_into_js(move |_: Event| push(&cancelled, Answer::Cancelled));
    input.add_event_listener_with_callback("change", change.unchecked_ref())?;
    input.add_event_listener_with_callback("cancel", cancel.unchecked_ref())?;
    input.click();
    Ok(())
}

fn push(answers: &Mutex<VecDeque<Answer>>, answer: Answer) {
    answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push_back(answer);
}

/// Reads files that are dropped on the page, from now on.
pub(super) fn listen() {
    let Some(window) = browser::window() else { return };
    let drop = Closure::<dyn FnMut(DragEvent)>::new(|event: DragEvent| {
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            read(file, |answer| push(&DROPPED, answer));
        }
    });
    window
        .add_event_listener_with_callback_and_bool("drop", drop.as_ref().unchecked_ref(), true)
        .ok();
    // It listens for as long as there is a page.
    drop.forget();
}

/// Reads a file into memory and says under which path it is there.
fn read(file: File, done: impl FnOnce(Answer) + 'static) {
    if file.size() > LONGEST {
        done(Answer::Cancelled);
        return;
    }
    js_sys::futures::spawn_local(async move {
        let answer = match file.array_buffer().await {
            Ok(buffer) => {
                let path = PathBuf::from(file.name());
                fs::put(&path, js_sys::Uint8Array::new(&buffer).to_vec());
                Answer::Chosen(path)
            }
            Err(_) => Answer::Cancelled,
        };
        done(answer);
    });
}
