#!/bin/sh
# rock_server.sh ABI FOLDER: makes a LuaRocks server for Lua ABI (5.1, … 5.4) of an empty or new folder, with the rocks
# of each rockspec, as they stand in the last commit, and lua-cjson's, packed from what Debian has installed.
#
#   luarocks --lua-version=5.4 install --only-server=FOLDER --tree=somewhere iggraph
set -eu
abi=$1
mkdir -p "$2"
server=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f "$server"/*

# What it prints is of interest where it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# A rockspec names where the source is published; here that is a clone, with the tags of all releases.
git clone -q "file://$PWD" "$work/origin"
for rockspec in rockspec/iggraph-[0-9]*.rockspec; do
  version=${rockspec#rockspec/iggraph-}
  git -C "$work/origin" tag -f "v${version%-*}" >/dev/null
done
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$work/origin.insteadOf" \
  GIT_CONFIG_VALUE_0=https://github.com/iggraph/iggraph.git
for rockspec in "$work"/origin/rockspec/*.rockspec; do
  (cd "$server" && quietly luarocks --lua-version="$abi" pack "$rockspec")
  cp "$rockspec" "$server"
done

# Debian's lua-cjson, as a rock of binaries for this Lua.
module=$(dpkg -L lua-cjson | grep "/lua/$abi/cjson.so$")
cp -L "$module" "$work/cjson.so"
cp "$(dpkg -L lua-cjson | grep "/lua/$abi/cjson/util.lua$")" "$work/util.lua"
version=$(dpkg-query -W -f='${Version}' lua-cjson | sed 's/[^0-9.].*//')
cat >"$work/lua-cjson-$version-1.rockspec" <<END
rockspec_format = "3.0"
package = "lua-cjson"
version = "$version-1"
source = { url = "file://$module" }
description = { summary = "lua-cjson as Debian has built it", license = "MIT" }
dependencies = { "lua ~> $abi" }
build = { type = "none", install = { lib = { cjson = "cjson.so" }, lua = { ["cjson.util"] = "util.lua" } } }
END
(cd "$work" && quietly luarocks --lua-version="$abi" make --tree="$work/tree" --pack-binary-rock "lua-cjson-$version-1.rockspec")
mv "$work"/lua-cjson-*.rock "$server"

quietly luarocks-admin --lua-version="$abi" make_manifest "$server"
