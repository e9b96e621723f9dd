// Loads the program, tells how far that is, and says in words why it could not start.
import init from "./saddlescope.js";

const PROGRAM = "saddlescope_bg.wasm";
// Length of the program once it is unpacked; set when the page is built.
const N_BYTES = Number("__N_BYTES__") || 0;

const before = document.getElementById("before");
const bar = document.getElementById("progress");
const said = document.getElementById("said");

function fail(text) {
  bar.hidden = true;
  said.textContent = text;
  said.className = "trouble";
  before.hidden = false;
  window.saddlescope_trouble = text;
}

// The program calls this when it has started, with an empty text, or with what is wrong.
window.saddlescope_started = (trouble) => {
  if (trouble) {
    fail(`The program cannot start: ${trouble}`);
  } else {
    before.hidden = true;
    document.getElementById("saddlescope").focus();
  }
};

// A mistake of the program ends it; what was kept in the browser is still there.
window.addEventListener("error", (event) => {
  if (!(event.error instanceof WebAssembly.RuntimeError)) return;
  fail(`The program has ended by a mistake of its own (${event.message}). Load the page again to go on.`);
});

function hasWebGl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
}

async function load() {
  if (typeof WebAssembly !== "object") {
    return fail("This browser has no WebAssembly, which the program needs.");
  }
  if (!hasWebGl()) {
    return fail("This browser has no WebGL, which the program draws with. It may be switched off in the browser's settings.");
  }
  try {
    const response = await fetch(PROGRAM);
    if (!response.ok) throw new Error(`${PROGRAM}: ${response.status}`);
    let nLoaded = 0;
    const counted = new TransformStream({
      transform(chunk, controller) {
        nLoaded += chunk.length;
        if (N_BYTES > 0) bar.value = Math.min(nLoaded / N_BYTES, 1);
        else bar.removeAttribute("value");
        controller.enqueue(chunk);
      },
    });
    const headers = { "Content-Type": "application/wasm" };
    window.saddlescope_loaded = performance.now();
    await init({ module_or_path: new Response(response.body.pipeThrough(counted), { headers }) });
    window.saddlescope_initialised = performance.now();
  } catch (error) {
    fail(`The program cannot be loaded: ${error.message}`);
  }
}

// Keeps the files, so that the page works without a network from the second visit on.
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("offline.js").catch(() => {});
}
load();
