-- The rockspecs differ in this line alone: a release's is a copy with its number in it.
local release = "1.0.0"

rockspec_format = "3.0"
package = "iggraph"
version = release .. "-1"
source = { url = "git+https://github.com/iggraph/iggraph.git", tag = release ~= "scm" and "v" .. release or nil }
description = {
  summary = "The Instagram Graph API: from an access token to an account's media, and every other call",
  detailed = [[
A client of the Instagram Graph API in C for Lua 5.1 to 5.4 and LuaJIT: nodes, edges and lazy cursors
under the Graph's own names, errors as values, one libcurl engine that an event loop can watch.]],
  homepage = "https://github.com/iggraph/iggraph",
  license = "MIT",
  labels = { "instagram", "graph-api", "http", "client" },
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.1, < 5.5", "lua-cjson >= 2.1.0" }
-- By make, and not `builtin`: some systems keep curl/curl.h where only pkg-config finds it. A warning of a compiler that
-- we do not know yet is no reason not to install.
build = {
  type = "make",
  variables = {
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    WARNINGS = "-std=c99",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
  },
  install_variables = { LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
}
