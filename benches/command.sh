#!/usr/bin/env bash
# How much longer `plimsoll scan` takes from start to table than the library call alone (examples/scan.rs, which opens the
# store, scans, and prints a line for each finding), in processes of their own, in turn.
#
#     benches/command.sh IMAGE STORE [RUNS]
#
# PLIMSOLL and SCAN name programs that are built already.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
image=$1 store=$2 runs=${3:-20}
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
[ -n "${PLIMSOLL:-}" ] || cargo build --quiet --release -p plimsoll-cli
[ -n "${SCAN:-}" ] || cargo build --quiet --release -p plimsoll --example scan
exec python3 - "${PLIMSOLL:-$target/release/plimsoll}" "${SCAN:-$target/release/examples/scan}" "$image" "$store" "$runs" <<'PYTHON'
import statistics, subprocess, sys, time
command, library, image, store, runs = sys.argv[1:]
lines = {"command": [command, "scan", image, "--db", store, "--now", "2026-11-24"], "library": [library, image, store]}
times = {name: [] for name in lines}
for _ in range(int(runs)):
    for name, line in lines.items():
        start = time.perf_counter()
        subprocess.run(line, stdout=subprocess.DEVNULL, check=True)
        times[name].append((time.perf_counter() - start) * 1000)
least = {name: min(all) for name, all in times.items()}
for name, all in times.items():
    print(f"{name:8} least {least[name]:8.1f} ms, median {statistics.median(all):8.1f} ms")
print(f"ratio    {least['command'] / least['library']:.2f}")
PYTHON
