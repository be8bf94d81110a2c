#!/bin/sh
# coverage.sh FOLDER PERCENT: of the objects in FOLDER, how many lines of each file of csrc were run; fails where
# all together are fewer than PERCENT.
gcov -n -o "$1" csrc/*.c 2>/dev/null | awk -v least="$2" '
  /^File/ { name = $2; gsub(/\047/, "", name) }
  /^Lines executed/ && name ~ /^csrc\// && !(name in seen) {
    split($0, part, /[:% ]+/)
    seen[name] = 1
    percent = part[3]; lines = part[5]
    all += lines; run += lines * percent / 100
    printf "%-24s %5.1f %% of %d lines\n", name, percent, lines
  }
  END {
    printf "%-24s %5.1f %% of %d lines\n", "csrc", 100 * run / all, all
    exit 100 * run / all < least
  }'
