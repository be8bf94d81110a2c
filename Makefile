# make [LUA=lua5.4|lua5.3|lua5.2|lua5.1|luajit]   builds build/$(LUA)/iggraph/core.so
# `make help` lists the rest.

LUA      ?= lua5.4
CC       ?= cc
CFLAGS   ?= -O2 -g
WARNINGS := -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror

PKG_CONFIG  ?= pkg-config
LUA_CFLAGS  ?= $(shell $(PKG_CONFIG) --cflags $(LUA))
DEPS_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcurl libcrypto)
DEPS_LIBS   ?= $(shell $(PKG_CONFIG) --libs libcurl libcrypto)
# A module is not linked with Lua: the program that loads it has it. It stays loaded, because
# libcurl and OpenSSL do.
SHARED      ?= $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,-shared -Wl,-z,nodelete -Wl,--as-needed)

out     := build/$(LUA)
module  := $(out)/iggraph/core.so
sources := $(wildcard csrc/*.c)
objects := $(sources:csrc/%.c=$(out)/obj/%.o)
lua_files := $(shell cd lua && find iggraph -name '*.lua' -o -name '*.conf')

all: $(module)

$(module): $(objects)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHARED) -o $@ $^ $(LDFLAGS) $(DEPS_LIBS) -lm -pthread

$(out)/obj/%.o: csrc/%.c $(wildcard csrc/*.h)
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread $(LUA_CFLAGS) $(DEPS_CFLAGS) -c -o $@ $<

env: all
	@echo "export LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;' LUA_CPATH='$(CURDIR)/$(out)/?.so;;'"

clean:
	rm -rf build

.PHONY: all env clean
