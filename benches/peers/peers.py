"""The rows of benches/README.md in NumPy, JAX and numba, timed in alternation with saddlescope on one core.

Everything is float64. What counts is CPU time of the process, after compilation; every contender takes about a second a round,
and the ratio is taken round by round. JAX runs jit + scan and draws its random numbers in bulk with its fastest generator; numba
runs plain loops with fastmath and NumPy's ziggurat; NumPy runs whole-array operations. W5 is Euler-Maruyama in the layer weight
in all three (saddlescope's own scheme evaluates the equation twice a step).

Usage: peers.py PATH_OF_ROWS_BENCHMARK [ROUNDS] [ROW ...]
"""

import resource
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numba
import numpy as np

jax.config.update("jax_enable_x64", True)

ETA, SIGMA = 1e-4, 0.5
STRENGTHS = np.array([4.0, 2.0, 1.0, 0.5])
# name: (widths, batch size, engine)
NETWORKS = {
    "W1": ((4, 4, 4), 1, "sgd"),
    "W2": ((4, 10, 10, 10, 4), 1, "stored"),
    "W3": ((10, 100, 100, 100, 10), 32, "sgd"),
    "W4": ((32, 64, 64, 32), 256, "sgd"),
    "W6a": ((4, 4, 4), 4, "langevin"),
    "W6b": ((4, 10, 10, 10, 4), 4, "langevin"),
}
ROWS = ["W1", "W2", "W3", "W4", "W5", "W6a", "W6b"]
N_STORED = 16
# W5: four modes of 4096 trajectories.
SDE_ETA, SDE_TAU = 1e-3, 1e-3 / 4
SDE_STRENGTHS, SDE_N = np.array([4.0, 3.0, 2.0, 1.0]), 4096


def problem(widths):
    rng = np.random.default_rng(1)
    weights = [0.3 / np.sqrt(m) * rng.standard_normal((n, m)) for m, n in zip(widths, widths[1:])]
    teacher = np.zeros((widths[-1], widths[0]))
    np.fill_diagonal(teacher[:4, :4], STRENGTHS)
    inputs = rng.standard_normal((N_STORED, widths[0]))
    targets = inputs @ teacher.T + SIGMA * rng.standard_normal((N_STORED, widths[-1]))
    return weights, teacher, inputs, targets


# ---------------------------------------------------------------------------------------------------------------- NumPy


def numpy_row(row):
    rng = np.random.default_rng(2)
    if row == "W5":
        w = np.full((4, SDE_N), 0.01 ** (1 / 3))
        m = SDE_STRENGTHS[:, None]

        def run(n_steps):
            nonlocal w
            for _ in range(n_steps // w.size):
                square = w * w
                error = square * w - m
                noise = np.sqrt(SDE_TAU * SDE_ETA * (2 * error * error + SIGMA**2)) * rng.standard_normal(w.shape)
                w = w + square * (noise - SDE_ETA * error)

        return run
    widths, batch, engine = NETWORKS[row]
    weights, teacher, inputs, targets = problem(widths)
    d_in, d_out = widths[0], widths[-1]
    order, place = rng.permutation(N_STORED), 0

    def run(n_steps):
        nonlocal order, place
        for _ in range(n_steps):
            if engine == "langevin":
                h = [np.eye(d_in)]
            elif engine == "stored":
                if place + batch > N_STORED:
                    order, place = rng.permutation(N_STORED), 0
                chosen = order[place : place + batch]
                place += batch
                h, y = [inputs[chosen].T], targets[chosen].T
            else:
                x = rng.standard_normal((d_in, batch))
                h, y = [x], teacher @ x + SIGMA * rng.standard_normal((d_out, batch))
            for layer in weights:
                h.append(layer @ h[-1])
            if engine == "langevin":
                e = h[-1] - teacher
                z = rng.standard_normal((d_in, d_in))
                n = e @ ((z + z.T) * np.sqrt(0.5)) - SIGMA * rng.standard_normal((d_out, d_in))
                delta = ETA * e - np.sqrt(ETA * ETA / batch) * n
            else:
                delta = (ETA / batch) * (h[-1] - y)
            for l in reversed(range(len(weights))):
                gradient = delta @ h[l].T
                if l:
                    delta = weights[l].T @ delta
                weights[l] -= gradient

    return run


# ------------------------------------------------------------------------------------------------------------------ JAX


def jax_row(row):
    key = jax.random.key(3, impl="unsafe_rbg")
    if row == "W5":
        chunk = 32
        m = jnp.asarray(SDE_STRENGTHS)[:, None]

        def sde_step(w, draw):
            square = w * w
            error = square * w - m
            noise = jnp.sqrt(SDE_TAU * SDE_ETA * (2 * error * error + SIGMA**2)) * draw
            return w + square * (noise - SDE_ETA * error), None

        @jax.jit
        def chunk_of_steps(w, key):
            key, sub = jax.random.split(key)
            return jax.lax.scan(sde_step, w, jax.random.normal(sub, (chunk, 4, SDE_N)))[0], key

        state, per_chunk = jnp.full((4, SDE_N), 0.01 ** (1 / 3)), chunk * 4 * SDE_N
    else:
        widths, batch, engine = NETWORKS[row]
        weights, teacher, inputs, targets = problem(widths)
        d_in, d_out = widths[0], widths[-1]
        chunk = 1024 if max(widths) <= 10 else 64

        def draws(key):
            a, b = jax.random.split(key)
            if engine == "stored":
                epochs = jax.random.split(a, chunk // N_STORED)
                return jax.vmap(lambda k: jax.random.permutation(k, N_STORED))(epochs).reshape(-1)
            n = d_in if engine == "langevin" else batch
            return jax.random.normal(a, (chunk, d_in, n)), jax.random.normal(b, (chunk, d_out, n))

        def step(weights, draw):
            if engine == "langevin":
                h = [jnp.eye(d_in)]
            elif engine == "stored":
                h, y = [jnp.asarray(inputs)[draw][:, None]], jnp.asarray(targets)[draw][:, None]
            else:
                h, y = [draw[0]], teacher @ draw[0] + SIGMA * draw[1]
            for layer in weights:
                h.append(layer @ h[-1])
            if engine == "langevin":
                e = h[-1] - teacher
                n = e @ ((draw[0] + draw[0].T) * np.sqrt(0.5)) - SIGMA * draw[1]
                delta = ETA * e - np.sqrt(ETA * ETA / batch) * n
            else:
                delta = (ETA / batch) * (h[-1] - y)
            moved = list(weights)
            for l in reversed(range(len(weights))):
                moved[l] = weights[l] - delta @ h[l].T
                delta = weights[l].T @ delta
            return moved, None

        @jax.jit
        def chunk_of_steps(weights, key):
            key, sub = jax.random.split(key)
            return jax.lax.scan(step, weights, draws(sub))[0], key

        state, per_chunk = [jnp.asarray(layer) for layer in weights], chunk

    def run(n_steps):
        nonlocal state, key
        for _ in range(max(1, n_steps // per_chunk)):
            state, key = chunk_of_steps(state, key)
        jax.block_until_ready(state)

    run.granule = per_chunk
    return run


# ---------------------------------------------------------------------------------------------------------------- numba


@numba.njit(fastmath=True)
def numba_sde(w, m, rng, n_steps):
    factor, variance = np.sqrt(SDE_TAU * SDE_ETA), SIGMA * SIGMA
    for _ in range(n_steps):
        for mode in range(w.shape[0]):
            for i in range(w.shape[1]):
                x = w[mode, i]
                square = x * x
                error = square * x - m[mode]
                noise = factor * np.sqrt(2 * error * error + variance) * rng.standard_normal()
                w[mode, i] = x + square * (noise - SDE_ETA * error)


@numba.njit(fastmath=True)
def forward(w, dims, h, n):
    for l in range(w.shape[0]):
        for j in range(n):
            for i in range(dims[l + 1]):
                total = 0.0
                for k in range(dims[l]):
                    total += w[l, i, k] * h[l, j, k]
                h[l + 1, j, i] = total


@numba.njit(fastmath=True)
def backward(w, dims, h, d, n):
    for l in range(w.shape[0] - 1, -1, -1):
        if l:
            for j in range(n):
                for k in range(dims[l]):
                    d[l, j, k] = 0.0
                for i in range(dims[l + 1]):
                    for k in range(dims[l]):
                        d[l, j, k] += w[l, i, k] * d[l + 1, j, i]
        for i in range(dims[l + 1]):
            for j in range(n):
                for k in range(dims[l]):
                    w[l, i, k] -= d[l + 1, j, i] * h[l, j, k]


@numba.njit(fastmath=True)
def numba_sgd(w, dims, h, d, teacher, rng, n_steps):
    last = w.shape[0]
    for _ in range(n_steps):
        for k in range(dims[0]):
            h[0, 0, k] = rng.standard_normal()
        forward(w, dims, h, 1)
        for i in range(dims[last]):
            y = SIGMA * rng.standard_normal()
            for k in range(dims[0]):
                y += teacher[i, k] * h[0, 0, k]
            d[last, 0, i] = ETA * (h[last, 0, i] - y)
        backward(w, dims, h, d, 1)


@numba.njit(fastmath=True)
def numba_stored(w, dims, h, d, inputs, targets, order, rng, n_steps):
    last = w.shape[0]
    for step in range(n_steps):
        place = step % N_STORED
        if place == 0:
            for i in range(N_STORED - 1, 0, -1):
                j = int(rng.random() * (i + 1))
                order[i], order[j] = order[j], order[i]
        sample = order[place]
        for k in range(dims[0]):
            h[0, 0, k] = inputs[sample, k]
        forward(w, dims, h, 1)
        for i in range(dims[last]):
            d[last, 0, i] = ETA * (h[last, 0, i] - targets[sample, i])
        backward(w, dims, h, d, 1)


@numba.njit(fastmath=True)
def numba_langevin(w, dims, h, d, teacher, batch, noise, rng, n_steps):
    last, d_in, d_out = w.shape[0], dims[0], dims[w.shape[0]]
    factor = np.sqrt(ETA * ETA / batch)
    for _ in range(n_steps):
        for j in range(d_in):
            for k in range(d_in):
                h[0, j, k] = 1.0 if j == k else 0.0
            for k in range(j):
                noise[j, k] = rng.standard_normal()
                noise[k, j] = noise[j, k]
            noise[j, j] = np.sqrt(2.0) * rng.standard_normal()
        forward(w, dims, h, d_in)
        for i in range(d_out):
            for j in range(d_in):
                total = -SIGMA * rng.standard_normal()
                for k in range(d_in):
                    total += (h[last, k, i] - teacher[i, k]) * noise[k, j]
                d[last, j, i] = ETA * (h[last, j, i] - teacher[i, j]) - factor * total
        backward(w, dims, h, d, d_in)


def numba_row(row):
    rng = np.random.default_rng(4)
    if row == "W5":
        w = np.full((4, SDE_N), 0.01 ** (1 / 3))
        return lambda n_steps: numba_sde(w, SDE_STRENGTHS, rng, max(1, n_steps // w.size))
    widths, batch, engine = NETWORKS[row]
    weights, teacher, inputs, targets = problem(widths)
    wide, dims = max(widths), np.array(widths)
    w = np.zeros((len(weights), wide, wide))
    for l, layer in enumerate(weights):
        w[l, : layer.shape[0], : layer.shape[1]] = layer
    n = widths[0] if engine == "langevin" else batch
    h, d = np.zeros((len(widths), n, wide)), np.zeros((len(widths), n, wide))
    if engine == "sgd":
        return lambda n_steps: numba_sgd(w, dims, h, d, teacher, rng, n_steps)
    if engine == "stored":
        order = np.arange(N_STORED)
        return lambda n_steps: numba_stored(w, dims, h, d, inputs, targets, order, rng, n_steps)
    noise = np.zeros((n, n))
    return lambda n_steps: numba_langevin(w, dims, h, d, teacher, batch, noise, rng, n_steps)


# --------------------------------------------------------------------------------------------------------------- timing


def in_process(run):
    def timed(n_steps):
        start = time.process_time()
        run(n_steps)
        return time.process_time() - start

    return timed


def ours(path, row):
    def timed(n_steps):
        def cpu():
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

        start = cpu()
        subprocess.run([path, row, str(n_steps)], check=True)
        return cpu() - start

    return timed


def calibrated(timed, granule, seconds):
    """A number of steps that takes about that long."""
    n_steps = granule
    timed(n_steps)
    while (elapsed := timed(n_steps)) < 0.2 * seconds:
        n_steps *= 2
    return max(granule, int(n_steps * seconds / elapsed) // granule * granule)


def compare(path, row, rounds):
    contenders = {"saddlescope": ours(path, row)}
    makers = {"NumPy": numpy_row, "JAX": jax_row}
    # Beyond ten rows plain loops are no choice: there a user would call a matrix library.
    if row not in ("W3", "W4"):
        makers["numba"] = numba_row
    granules = {"saddlescope": 4 * SDE_N if row == "W5" else 16}
    for name, make in makers.items():
        run = make(row)
        granules[name] = getattr(run, "granule", granules["saddlescope"])
        contenders[name] = in_process(run)
    n_steps = {name: calibrated(timed, granules[name], 0.7) for name, timed in contenders.items()}
    speeds = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, timed in contenders.items():
            speeds[name].append(n_steps[name] / timed(n_steps[name]))
    cells = [row, f"{np.median(speeds['saddlescope']):.3g}"]
    for name in ("NumPy", "JAX", "numba"):
        if name in speeds:
            ratios = np.array(speeds["saddlescope"]) / np.array(speeds[name])
            spread = f"{np.median(ratios):.2f} ({ratios.min():.2f}-{ratios.max():.2f})"
            cells += [f"{np.median(speeds[name]):.3g}", spread]
        else:
            cells += ["-", "-"]
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    path, *rest = sys.argv[1:]
    rounds = int(rest[0]) if rest else 9
    print("| row | saddlescope, steps/s | NumPy | ratio (spread) | JAX | ratio (spread) | numba | ratio (spread) |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for row in rest[1:] or ROWS:
        compare(path, row, rounds)


main()
