# Read by the scripts that need a real window: a virtual screen with a window manager, and the program on it. Sets `home` (a folder of
# its own, removed at the end), `window` and `window_pid`.

for tool in Xvfb xdotool import convert compare openbox wmctrl; do
    command -v "$tool" >/dev/null || { echo "$0 needs $tool (see tests/run)" >&2; exit 1; }
done

home=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$home"
}
trap cleanup EXIT

start_screen() {
    # The server chooses a free display number itself.
    local number display
    exec {number}<> <(:)
    Xvfb -displayfd "$number" -screen 0 1440x900x24 +extension GLX -nolisten tcp >"$home/xvfb.log" 2>&1 &
    pids+=($!)
    read -r -t 20 -u "$number" display || { cat "$home/xvfb.log" >&2; exit 1; }
    export DISPLAY=":$display"
    unset WAYLAND_DISPLAY
    openbox >/dev/null 2>&1 &
    pids+=($!)
    sleep 1
}

start_program() {
    XDG_DATA_HOME="$home" "$@" >"$home/program.log" 2>&1 &
    window_pid=$!
    pids+=("$window_pid")
    for _ in $(seq 60); do
        window=$(xdotool search --onlyvisible --name saddlescope 2>/dev/null | head -n 1) && [ -n "$window" ] && break
        kill -0 "$window_pid" 2>/dev/null || { cat "$home/program.log" >&2; exit 1; }
        sleep 0.5
    done
    [ -n "${window:-}" ] || { echo "no window appeared" >&2; cat "$home/program.log" >&2; exit 1; }
    wmctrl -r saddlescope -b add,maximized_vert,maximized_horz
}
