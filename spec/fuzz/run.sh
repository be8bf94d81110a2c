#!/bin/sh
# run.sh SECONDS [TARGET…]: `make fuzz`, when the fuzzer is built: each target for so long, JOBS at a time (as many as
# there are processors), a line for each. What is found goes to $BUILD/<target>; inputs that lead further are kept in
# $BUILD/corpus/<target>, for the next run. Leaks are looked for at the end: Lua gives memory back when it likes.
build=${BUILD:-build/fuzz} seconds=$1
shift

fuzz() {
  mkdir -p "$build/$1" "$build/corpus/$1"
  FUZZ=$1 ASAN_OPTIONS=quarantine_size_mb=16 "$build/lua5.4/fuzzer" -max_total_time="$seconds" -seed="${SEED:-0}" \
    -detect_leaks=0 -timeout=10 -max_len=4096 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$build/$1/" -dict=spec/fuzz/words "$build/corpus/$1" "spec/fuzz/seeds/$1"
}

# #123 DONE cov: 45 ft: 67 corp: 8/90b … and stat::number_of_executed_units: 123
summary() {
  awk -v name="$1" '/^#.*DONE/ { for (i = 1; i < NF; i++) seen[$i] = $(i + 1) }
    /executed_units/ { runs = $2 }
    END { printf "%-9s %9d runs, coverage %4d, features %5d, corpus %s\n", name, runs, seen["cov:"], seen["ft:"],
          seen["corp:"] }'
}

if [ ! "$ONE" ]; then
  # shellcheck disable=SC2046,SC2012
  [ $# -gt 0 ] || set -- $(ls spec/fuzz/targets | sed 's/\.lua$//')
  printf '%s\n' "$@" | ONE=1 xargs -P "${JOBS:-$(nproc)}" -n 1 sh "$0" "$seconds"
elif fuzz "$1" >"$build/$1.log" 2>&1; then
  summary "$1" <"$build/$1.log"
else
  tail -n 40 "$build/$1.log"
  echo "$1: FAILED, see $build/$1.log; the input is in $build/$1"
  exit 1
fi
