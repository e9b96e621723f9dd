#!/usr/bin/env bash
# A sweep as a Slurm job array: sbatch --array=1-8 slurm.sh sweep.toml cells
#
# A task that was cancelled or lost goes on where it stopped: scontrol requeue JOB_5, or, sent again alone, with the number of
# shards said: SHARD=auto/8 sbatch --array=5 slurm.sh sweep.toml cells
# When all are done: saddlescope sweep --merge cells --out table.parquet
#SBATCH --job-name=saddlescope
#SBATCH --array=1-8
#SBATCH --cpus-per-task=1
#SBATCH --requeue
# Time to write what is finished before the task is killed.
#SBATCH --signal=TERM@30
set -euo pipefail
export RAYON_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
exec "${SADDLESCOPE:-saddlescope}" sweep "$1" --out "$2" --shard "${SHARD:-auto}"
