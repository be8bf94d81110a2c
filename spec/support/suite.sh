#!/bin/sh
# suite.sh LUA…: builds for each Lua, runs every spec on all of them, each in two halves, at the same time (they wait
# more than they compute), and ends with `N passed, N failed`.
passed=0 failed=0 logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill 0' INT TERM

specs=$(ls ${SPEC:-spec/*_spec.lua})
halves=$([ "$(echo "$specs" | wc -l)" = 1 ] && echo 1 || echo "1 2")

run() {
  eval "$(make -s env LUA="$1")"
  "$1" spec/support/run.lua -o plainTerminal $(echo "$specs" | awk -v half="$2" 'NR % 2 == half % 2') 2>&1
  echo "exit $?"
}

report() {
  echo "== $1, $2"
  cat "$logs/$1-$2"
  # 12 successes / 0 failures / 0 errors / 1 pending : 0.5 seconds
  line=$(grep -E '^[0-9]+ success(es)? / [0-9]+ failures? / [0-9]+ errors? / ' "$logs/$1-$2" | tail -n 1)
  good=$(echo "$line" | cut -d' ' -f1)
  bad=$(echo "$line" | awk '{ print $4 + $7 }')
  [ -n "$line" ] || bad=1
  # A run that counted nothing wrong and still ended badly (a crash on the way out) failed, too.
  [ "$bad" -gt 0 ] || [ "$(tail -n 1 "$logs/$1-$2")" = "exit 0" ] || bad=1
  # No secret may be in what was printed.
  (
    eval "$(make -s env LUA="$1")"
    "$1" spec/support/leaks.lua "$logs/$1-$2"
  ) || bad=$((bad + 1))
  passed=$((passed + ${good:-0}))
  failed=$((failed + bad))
}

for lua; do make -s LUA="$lua" || { echo "0 passed, 1 failed"; exit 1; }; done
for lua; do for half in $halves; do run "$lua" "$half" >"$logs/$lua-$half" & done; done
echo "running every spec on $* …"
wait
for lua; do for half in $halves; do report "$lua" "$half"; done; done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
