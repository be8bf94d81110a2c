#!/bin/sh
# need.sh PACKAGE…: installs those that are missing, and says so. Debian and its kin; elsewhere it
# leaves the machine alone.
command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=
for package; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "installing what is missing:$missing"
if [ -n "$as_root" ] && ! command -v sudo >/dev/null 2>&1; then
  echo "not root, and no sudo: apt-get install$missing" >&2
  exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# RUNLEVEL: a package that brings a server need not start it here.
# shellcheck disable=SC2086
if ! { $as_root apt-get update -qq &&
       $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
         apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
