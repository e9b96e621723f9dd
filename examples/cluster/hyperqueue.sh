#!/usr/bin/env bash
# A sweep as a HyperQueue task array: hyperqueue.sh sweep.toml cells [NUMBER_OF_SHARDS]
#
# Needs a running server and workers (hq server start; hq worker start). Tasks of a worker that is lost are started again by
# HyperQueue and go on where they stopped.
set -euo pipefail
n="${3:-8}"
hq submit --wait --array "1-$n" --cpus 1 --env RAYON_NUM_THREADS=1 -- \
    "${SADDLESCOPE:-saddlescope}" sweep "$1" --out "$2" --shard "auto/$n"
"${SADDLESCOPE:-saddlescope}" sweep --merge "$2" --out "$2.csv"
