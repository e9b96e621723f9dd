#!/usr/bin/env bash
# Compares the rows of benches/README.md with NumPy, JAX and numba on one core, in alternation.
#
#   benches/peers/run.sh [ROUNDS] [ROW ...]      (default: 9 rounds of all rows)
#
# Installs the peers into a throw-away environment; PEERS_VENV=DIR keeps and reuses one.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="${PEERS_VENV:-$(mktemp -d)}"
if [[ -z "${PEERS_VENV:-}" ]]; then trap 'rm -rf "$venv"' EXIT; fi
if [[ ! -x "$venv/bin/python" ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet numpy numba jax
fi
ours=$(cargo bench --no-default-features --bench rows --no-run --message-format=json |
    "$venv/bin/python" -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == "rows":
        print(message["executable"])')
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMBA_NUM_THREADS=1
export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
core=$(taskset -pc $$ | sed 's/.*[ ,-]//')
taskset -c "$core" "$venv/bin/python" benches/peers/peers.py "$ours" "$@"
