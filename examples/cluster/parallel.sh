#!/usr/bin/env bash
# A sweep by GNU parallel: parallel.sh sweep.toml cells [NUMBER_OF_SHARDS] [OPTION_OF_PARALLEL ...]
#
# With --sshlogin HOSTS the shards run on other machines that see the same folder. Ended by whatever, the same command goes on.
set -euo pipefail
n="${3:-8}"
RAYON_NUM_THREADS=1 parallel --env RAYON_NUM_THREADS --retries 3 "${@:4}" \
    "${SADDLESCOPE:-saddlescope}" sweep "$1" --out "$2" --shard "{}/$n" ::: $(seq "$n")
"${SADDLESCOPE:-saddlescope}" sweep --merge "$2" --out "$2.csv"
