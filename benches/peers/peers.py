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
# 4096 replicas of a row; steps are those of all.
REPLICAS = {"W7a": ("W1", 4096), "W7b": ("W2", 4096), "W7c": ("W6a", 4096)}
ROWS = ["W1", "W2", "W3", "W4", "W5", "W6a", "W6b", "W7a", "W7b", "W7c"]
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


def jax_replicas(row):
    """All replicas in one batched step, the draws of each step made at once."""
    row, n_replicas = REPLICAS[row]
    widths, batch, engine = NETWORKS[row]
    weights, teacher, inputs, targets = problem(widths)
    d_in, d_out, chunk = widths[0], widths[-1], 16
    inputs, targets = jnp.asarray(inputs), jnp.asarray(targets)

    def moved(weights, draw):
        if engine == "langevin":
            h = [jnp.eye(d_in)]
        else:
            h, y = [draw[0]], draw[1]
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
        return moved

    def draws(key, order):
        a, b = jax.random.split(key)
        if engine == "stored":
            return inputs[order][:, :, None], targets[order][:, :, None]
        n = d_in if engine == "langevin" else batch
        x = jax.random.normal(a, (n_replicas, d_in, n))
        noise = jax.random.normal(b, (n_replicas, d_out, n))
        return (x, noise) if engine == "langevin" else (x, teacher @ x + SIGMA * noise)

    @jax.jit
    def chunk_of_steps(weights, key):
        key, sub = jax.random.split(key)
        keys, order = jax.random.split(sub, chunk), jnp.zeros((chunk, n_replicas), int)
        if engine == "stored":
            shuffles = jax.random.uniform(sub, (n_replicas, N_STORED))
            order = jnp.argsort(shuffles, axis=1).T
        step = lambda weights, at: (jax.vmap(moved)(weights, draws(*at)), None)
        return jax.lax.scan(step, weights, (keys, order))[0], key

    key = jax.random.key(3, impl="unsafe_rbg")
    state = [jnp.repeat(jnp.asarray(layer)[None], n_replicas, 0) for layer in weights]

    def run(n_steps):
        nonlocal state, key
        for _ in range(max(1, n_steps // (chunk * n_replicas))):
            state, key = chunk_of_steps(state, key)
        jax.block_until_ready(state)

    run.granule = chunk * n_replicas
    return run


def jax_row(row):
    if row in REPLICAS:
        return jax_replicas(row)
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
def single_step(w, h, d, dims, y):
    """One step on one sample: backward pass and update in one sweep over the weights."""
    last = w.shape[0]
    for l in range(last):
        for i in range(dims[l + 1]):
            total = 0.0
            for k in range(dims[l]):
                total += w[l, i, k] * h[l, k]
            h[l + 1, i] = total
    for i in range(dims[last]):
        d[last, i] = ETA * (h[last, i] - y[i])
    for l in range(last - 1, -1, -1):
        for k in range(dims[l]):
            d[l, k] = 0.0
        for i in range(dims[l + 1]):
            delta = d[l + 1, i]
            for k in range(dims[l]):
                d[l, k] += w[l, i, k] * delta
                w[l, i, k] -= delta * h[l, k]


@numba.njit(fastmath=True)
def numba_sgd(w, dims, h, d, y, teacher, rng, n_steps):
    for _ in range(n_steps):
        for k in range(dims[0]):
            h[0, k] = rng.standard_normal()
        for i in range(teacher.shape[0]):
            total = 0.0
            for k in range(teacher.shape[1]):
                total += teacher[i, k] * h[0, k]
            y[i] = total + SIGMA * rng.standard_normal()
        single_step(w, h, d, dims, y)


@numba.njit(fastmath=True)
def numba_stored(w, dims, h, d, inputs, targets, order, rng, n_steps):
    n_stored = inputs.shape[0]
    for _ in range(n_steps // n_stored):
        for i in range(n_stored - 1, 0, -1):
            j = rng.integers(0, i + 1)
            order[i], order[j] = order[j], order[i]
        for place in range(n_stored):
            for k in range(dims[0]):
                h[0, k] = inputs[order[place], k]
            single_step(w, h, d, dims, targets[order[place]])


@numba.njit(fastmath=True)
def numba_langevin(w, dims, p, d, teacher, batch, h, e, rng, n_steps):
    last, d_in, d_out = w.shape[0], dims[0], dims[w.shape[0]]
    factor, root = np.sqrt(ETA * ETA / batch), np.sqrt(2.0)
    for _ in range(n_steps):
        for i in range(d_in):
            h[i, i] = factor * root * rng.standard_normal() - ETA
            for j in range(i):
                z = factor * rng.standard_normal()
                h[i, j], h[j, i] = z, z
        for i in range(dims[1]):
            for j in range(d_in):
                p[1, i, j] = w[0, i, j]
        for l in range(1, last):
            for i in range(dims[l + 1]):
                for j in range(d_in):
                    p[l + 1, i, j] = 0.0
                for k in range(dims[l]):
                    wk = w[l, i, k]
                    for j in range(d_in):
                        p[l + 1, i, j] += wk * p[l, k, j]
        for i in range(d_out):
            for j in range(d_in):
                e[i, j] = p[last, i, j] - teacher[i, j]
        for i in range(d_out):
            for j in range(d_in):
                d[last, i, j] = -factor * SIGMA * rng.standard_normal()
            for k in range(d_in):
                ek = e[i, k]
                for j in range(d_in):
                    d[last, i, j] += ek * h[k, j]
        for l in range(last - 1, 0, -1):
            for k in range(dims[l]):
                for j in range(d_in):
                    d[l, k, j] = 0.0
            for i in range(dims[l + 1]):
                for k in range(dims[l]):
                    wk, total = w[l, i, k], 0.0
                    for j in range(d_in):
                        d[l, k, j] += wk * d[l + 1, i, j]
                        total += d[l + 1, i, j] * p[l, k, j]
                    w[l, i, k] += total
        for i in range(dims[1]):
            for j in range(d_in):
                w[0, i, j] += d[1, i, j]


def numba_row(row):
    rng = np.random.default_rng(4)
    if row == "W5":
        w = np.full((4, SDE_N), 0.01 ** (1 / 3))
        return lambda n_steps: numba_sde(w, SDE_STRENGTHS, rng, max(1, n_steps // w.size))
    # Replicas one after the other: a network then stays in the cache for all its steps.
    row, n_replicas = REPLICAS.get(row, (row, 1))
    widths, batch, engine = NETWORKS[row]
    weights, teacher, inputs, targets = problem(widths)
    wide, dims, d_in = max(widths), np.array(widths), widths[0]
    start = np.zeros((len(weights), wide, wide))
    for l, layer in enumerate(weights):
        start[l, : layer.shape[0], : layer.shape[1]] = layer
    networks = [start.copy() for _ in range(n_replicas)]
    h, d = np.zeros((len(widths), wide)), np.zeros((len(widths), wide))
    if engine == "sgd":
        y = np.zeros(widths[-1])
        one = lambda w, n: numba_sgd(w, dims, h, d, y, teacher, rng, n)
    elif engine == "stored":
        order = np.arange(N_STORED)
        one = lambda w, n: numba_stored(w, dims, h, d, inputs, targets, order, rng, n)
    else:
        p, q = np.zeros((len(widths), wide, d_in)), np.zeros((len(widths), wide, d_in))
        noise, e = np.zeros((d_in, d_in)), np.zeros((widths[-1], d_in))
        one = lambda w, n: numba_langevin(w, dims, p, q, teacher, batch, noise, e, rng, n)

    def run(n_steps):
        for w in networks:
            one(w, n_steps // n_replicas)

    run.granule = 16 * n_replicas
    return run


# --------------------------------------------------------------------------------------------------------------- timing


def in_process(run):
    def timed(n_steps):
        start = time.process_time()
        run(n_steps)
        return time.process_time() - start

    return timed


def ours(path, row):
    def whole(n_steps):
        def cpu():
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

        start = cpu()
        subprocess.run([path, row, str(n_steps)], check=True)
        return cpu() - start

    # The peers are set up before their clock starts.
    setup = np.median([whole(0) for _ in range(5)])
    return lambda n_steps: max(whole(n_steps) - setup, 1e-3)


def calibrated(timed, granule, seconds):
    """A number of steps that takes about that long."""
    n_steps = granule
    timed(n_steps)
    while (elapsed := timed(n_steps)) < 0.2 * seconds:
        n_steps *= 2
    return max(granule, int(n_steps * seconds / elapsed) // granule * granule)


def compare(path, row, rounds):
    contenders = {"saddlescope": ours(path, row)}
    # Replicas are what a batching compiler is for; whole-array NumPy is left out there.
    makers = {"JAX": jax_row} if row in REPLICAS else {"NumPy": numpy_row, "JAX": jax_row}
    # Beyond ten rows plain loops are no choice: there a user would call a matrix library.
    if row not in ("W3", "W4"):
        makers["numba"] = numba_row
    granules = {"saddlescope": 4 * SDE_N if row == "W5" else 16 * REPLICAS.get(row, ("", 1))[1]}
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
