#!/bin/sh
# suite.sh LUA…: builds for each Lua, runs every spec on it, and ends with `N passed, N failed`.
passed=0 failed=0 log=$(mktemp)
trap 'rm -f "$log"' EXIT
for lua; do
  echo "== $lua"
  if ! make -s LUA="$lua"; then
    failed=$((failed + 1))
    continue
  fi
  (
    eval "$(make -s env LUA="$lua")"
    "$lua" spec/support/run.lua -o plainTerminal ${SPEC:-spec} 2>&1
    echo "exit $?"
  ) | tee "$log"
  # 12 successes / 0 failures / 0 errors / 1 pending : 0.5 seconds
  line=$(grep -E '^[0-9]+ success(es)? / [0-9]+ failures? / [0-9]+ errors? / ' "$log" | tail -n 1)
  good=$(echo "$line" | cut -d' ' -f1)
  bad=$(echo "$line" | awk '{ print $4 + $7 }')
  [ -n "$line" ] || bad=1
  # A run that counted nothing wrong and still ended badly (a crash on the way out) failed, too.
  [ "$bad" -gt 0 ] || [ "$(tail -n 1 "$log")" = "exit 0" ] || bad=1
  # No secret may be in what was printed.
  (
    eval "$(make -s env LUA="$lua")"
    "$lua" spec/support/leaks.lua "$log"
  ) || bad=$((bad + 1))
  passed=$((passed + ${good:-0}))
  failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
