#!/usr/bin/env bash
# Measures plimsoll beside Trivy and Syft, where they are on PATH, on the same images in the same run.
#
#   benches/peers.sh FOLDER [IMAGE…]
#
# FOLDER holds a folder for each image, with a `docker.tar` (docker save), an `oci/` layout, or both. For each the
# fastest of ROUNDS (3) runs counts: wall and processor seconds, peak memory, packages with a package URL, and how
# many times our wall time the other took. Every run is cold for the tool (a cache of its own, emptied before) and
# warm for the disk. Needs GNU time for processor time and memory.
set -euo pipefail

folder=${1:?usage: benches/peers.sh FOLDER [IMAGE…]}
shift
rounds=${ROUNDS:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

plimsoll=${PLIMSOLL:-}
if [ -z "$plimsoll" ]; then
    (cd "$here" && cargo build --release --quiet --bin plimsoll)
    plimsoll=${CARGO_TARGET_DIR:-$here/target}/release/plimsoll
fi
clock=$(command -v gtime || command -v /usr/bin/time || true)
[ -n "$clock" ] || echo "GNU time is not here: only wall time is measured" >&2

# Runs a command; prints "wall cpu memory", or nothing where it failed.
once() {
    local start end
    start=$(date +%s%N)
    if [ -n "$clock" ]; then
        "$clock" -f '%U %S %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || return 1
    else
        "$@" >"$work/out" 2>"$work/err" || return 1
    fi
    end=$(date +%s%N)
    if [ -n "$clock" ]; then
        awk -v wall=$((end - start)) '{ printf "%.3f %.2f %.1f\n", wall / 1e9, $1 + $2, $3 / 1024 }' "$work/time"
    else
        awk -v wall=$((end - start)) 'BEGIN { printf "%.3f - -\n", wall / 1e9 }'
    fi
}

ours=
measure() {
    local image=$1 form=$2 tool=$3
    shift 3
    local best= run packages
    for _ in $(seq "$rounds"); do
        rm -rf "$work/cache"
        mkdir "$work/cache"
        # Trivy asks for its index of jars even to list packages; one that the user has is lent to it.
        if [ -d "$HOME/.cache/trivy/java-db" ]; then ln -s "$HOME/.cache/trivy/java-db" "$work/cache/java-db"; fi
        if ! run=$(once "$@"); then
            printf '%-18s %-7s %-9s failed: %s\n' "$image" "$form" "$tool" "$(tail -1 "$work/err" | cut -c1-120)"
            return
        fi
        best=$(printf '%s\n%s\n' "$best" "$run" | grep . | sort -n | head -1)
    done
    packages=$(grep -o '"purl"' "$work/out" | wc -l)
    read -r wall cpu memory <<<"$best"
    [ "$tool" != plimsoll ] || ours=$wall
    printf '%-18s %-7s %-9s %8s s %8s s %8s MiB %7s packages %8s\n' "$image" "$form" "$tool" "$wall" "$cpu" "$memory" \
        "$packages" "$(awk -v a="$wall" -v b="$ours" 'BEGIN { printf "%.1fx", a / b }')"
}

images=("$@")
[ ${#images[@]} -gt 0 ] || mapfile -t images < <(cd "$folder" && printf '%s\n' */ | tr -d /)
printf '%-18s %-7s %-9s %10s %10s %12s %16s %8s\n' image form tool wall processor memory found 'of ours'
for image in "${images[@]}"; do
    for form in docker oci; do
        if [ "$form" = docker ]; then input=$folder/$image/docker.tar scheme=docker-archive; else input=$folder/$image/oci scheme=oci-dir; fi
        [ -e "$input" ] || continue
        # Everything is read once, so that no tool waits for the disk in another's place.
        find "$input" -type f -exec cat {} + >/dev/null
        measure "$image" "$form" plimsoll "$plimsoll" inventory --format cyclonedx "$input"
        if command -v trivy >/dev/null; then
            measure "$image" "$form" trivy trivy image --input "$input" --format cyclonedx --cache-dir "$work/cache" \
                --offline-scan --skip-java-db-update --quiet --timeout 30m
        fi
        if command -v syft >/dev/null; then
            SYFT_CHECK_FOR_APP_UPDATE=false measure "$image" "$form" syft syft scan "$scheme:$input" -q -o cyclonedx-json
        fi
    done
done
