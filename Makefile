# make [LUA=lua5.4|lua5.3|lua5.2|lua5.1|luajit]   builds build/$(LUA)/iggraph/core.so
# `make help` lists the rest. Every variable can be set on the command line.

LUA      ?= lua5.4
BUILD    ?= build
CC       ?= cc
CFLAGS   ?= -O2 -g
WARNINGS ?= -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror

PKG_CONFIG  ?= pkg-config
LUA_CFLAGS  ?= $(shell $(PKG_CONFIG) --cflags $(LUA))
DEPS_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcurl libcrypto)
DEPS_LIBS   ?= $(shell $(PKG_CONFIG) --libs libcurl libcrypto)
# A module is not linked with Lua: the program that loads it has it. It stays loaded, because what
# libcurl and OpenSSL set up for the process does.
SHARED ?= $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,-shared -Wl,-z,nodelete)

PREFIX   ?= /usr/local
LUA_ABI  ?= $(or $(patsubst lua%,%,$(filter lua5.%,$(LUA))),5.1)
LUADIR   ?= $(PREFIX)/share/lua/$(LUA_ABI)
LIBDIR   ?= $(PREFIX)/lib/lua/$(LUA_ABI)

ALL_LUAS  := lua5.4 luajit lua5.3 lua5.2 lua5.1
SPEC_LUAS ?= lua5.4 luajit

out     := $(BUILD)/$(LUA)
module  := $(out)/iggraph/core.so
objects := $(patsubst csrc/%.c,$(out)/obj/%.o,$(wildcard csrc/*.c))
# POSIX and what BSD had, for glibc and musl: the others show all of it anyway.
FEATURES := -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64
compile  = $(CC) $(WARNINGS) $(CFLAGS) $(FEATURES) -fPIC -fvisibility=hidden -pthread $(LUA_CFLAGS) $(DEPS_CFLAGS)

all: $(module) ## build the module for one Lua

$(module): $(objects)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHARED) -o $@ $^ $(LDFLAGS) $(DEPS_LIBS) -lm -pthread

# For specs: what runs an input of the fuzzer once; and the fuzzer, with libFuzzer's main().
$(out)/replay: main := -DREPLAY
$(out)/fuzzer: main := -fsanitize=fuzzer
$(out)/replay $(out)/fuzzer: spec/fuzz/fuzzer.c $(objects)
	$(compile) $(main) -o $@ $^ $(LDFLAGS) $(shell $(PKG_CONFIG) --libs $(LUA)) $(DEPS_LIBS) -lm -pthread

$(out)/obj/%.o: csrc/%.c $(wildcard csrc/*.h) $(out)/obj/command
	$(compile) -c -o $@ $<

# Changes when the way to compile does: no object of another Lua or compiler is ever taken over.
$(out)/obj/command: FORCE | ready
	@mkdir -p $(@D)
	@echo '$(compile)' | cmp -s - $@ || echo '$(compile)' > $@

# Without them make and the compiler would tell it in fifty lines. Whoever gives the flags himself is not asked.
ready:
ifeq ($(origin LUA_CFLAGS) $(origin DEPS_CFLAGS),file file)
	@$(PKG_CONFIG) --exists $(LUA) libcurl libcrypto 2>/dev/null || { echo 'missing, to build for $(LUA) (in words' \
	  'of Debian): apt-get install $(packages.build) $(packages.$(LUA))' >&2; exit 1; }
endif

env: all ## print what a shell needs to run Lua with this build: eval "$$(make -s env LUA=luajit)"
	@echo "export LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;' LUA_CPATH='$(abspath $(out))/?.so;;'"

install: all ## PREFIX= DESTDIR=
	find lua/iggraph -type f | while read -r file; do \
	  to="$(DESTDIR)$(LUADIR)/$${file#lua/}" && mkdir -p "$${to%/*}" && install -m 644 "$$file" "$$to" || exit 1; done
	mkdir -p "$(DESTDIR)$(LIBDIR)/iggraph"
	install -m 755 $(module) "$(DESTDIR)$(LIBDIR)/iggraph/core.so"

clean: ## remove all that was built
	rm -rf $(BUILD)

# --- Debian packages, by what needs them ---------------------------------------------------------

packages.build := gcc libc6-dev pkg-config libcurl4-openssl-dev libssl-dev lua-cjson ca-certificates
packages.sandbox := nginx-light libnginx-mod-http-lua openssl
packages.test := lua-busted luarocks curl git gzip valgrind neovim lua-luv lua-cqueues lua-http luajit2 musl-tools \
  redis-tools lua-redis lua-nginx-redis lua-socket chromium chromium-driver tmux
packages.fuzz := clang libclang-rt-dev
packages.lint := lua-check clang clang-tidy cppcheck
packages.valgrind := valgrind libc6-dbg
packages.bench := bash
packages.peers := curl jq python3-requests lua-curl lua5.1 lua-cjson php-cli php-curl
packages.rocks := luarocks git
packages.docs := lua-ldoc lua-discount lua5.1
packages.lua5.4 := lua5.4 liblua5.4-dev
packages.lua5.3 := lua5.3 liblua5.3-dev
packages.lua5.2 := lua5.2 liblua5.2-dev
packages.lua5.1 := lua5.1 liblua5.1-0-dev
packages.luajit := luajit2 libluajit2-5.1-dev
need = @sh spec/support/need.sh $(foreach what,$(1),$(packages.$(what)))

# --- to try it ------------------------------------------------------------------------------------

run = eval "$$($(MAKE) -s env LUA=$(LUA))" && $(LUA)

demo: ## from a token to an account's media, against the sandbox
	$(call need,build sandbox $(LUA))
	@$(MAKE) -s all
	@$(run) examples/getting_started.lua

gallery: ## a site with an account's media, until Ctrl-C: IG_ACCESS_TOKEN, or the sandbox; PORT=
	$(call need,build sandbox luajit)
	@$(MAKE) -s all LUA=luajit
	@eval "$$($(MAKE) -s env LUA=luajit)" && luajit examples/openresty/run.lua $(PORT)

sandbox: ## serve the sandbox until Ctrl-C; PORT=
	$(call need,build sandbox $(LUA))
	@$(MAKE) -s all
	@$(run) -e 'os.exit(require("iggraph.sandbox").main { tonumber("$(PORT)") })'

# --- to check it ----------------------------------------------------------------------------------

test: ## all specs on Lua 5.4 and LuaJIT, and the rock
	$(call need,build sandbox test fuzz docs $(SPEC_LUAS))
	@sh spec/support/suite.sh $(SPEC_LUAS)

test-all: ## the same on every Lua
	@$(MAKE) --no-print-directory test SPEC_LUAS="$(ALL_LUAS)"

lint: ## every build by gcc and clang, luacheck, cppcheck, clang-tidy
	$(call need,build lint $(ALL_LUAS))
	@for cc in gcc clang; do for lua in $(ALL_LUAS); do \
	  $(MAKE) -s all LUA=$$lua CC=$$cc BUILD=$(BUILD)/$$cc && echo "$$cc, $$lua: no warning" || exit 1; done; done
	luacheck -q lua spec examples rockspec
	cppcheck -q --std=c99 --enable=warning,performance,portability --inline-suppr -D__GNUC__ -DLUA_VERSION_NUM=504 -DLIBCURL_VERSION_NUM=0x075801 --error-exitcode=1 csrc
	clang-tidy --quiet --warnings-as-errors='*' csrc/*.c -- -std=c99 $(FEATURES) $(LUA_CFLAGS) $(DEPS_CFLAGS)

# Of the specs those that load the module, and do not drive other programs alone.
module_specs := $(filter-out spec/69% spec/71% spec/72% spec/73% spec/77% spec/8% spec/92% spec/93% spec/94% spec/95% spec/97% spec/99%,$(wildcard spec/*_spec.lua))
# Both steps with the same flags, or `env` would build it anew without them; nm makes sure that what is
# checked is sanitized. The runner closes the Lua state at the end: what is still held then is a leak.
sanitize  = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
sanitized = $(MAKE) -s BUILD=$(BUILD)/asan CFLAGS="$(sanitize)"
asan: ## all specs and the fuzzer under AddressSanitizer, LeakSanitizer and UBSan
	$(call need,build sandbox test $(LUA))
	@$(sanitized) all
	@eval "$$($(sanitized) env)" && nm -D $(BUILD)/asan/$(LUA)/iggraph/core.so | grep -q __asan_ && \
	export LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" && \
	$(LUA) spec/fuzz/json.lua 10000 && $(LUA) spec/support/run.lua -o plainTerminal $(module_specs)

# libFuzzer is clang's. The objects are instrumented, its own main() is linked with the fuzzer alone.
fuzzing = $(MAKE) -s LUA=lua5.4 BUILD=$(BUILD)/fuzz CC=clang \
  CFLAGS="$(filter-out -O1,$(sanitize)) -O2 -fsanitize=fuzzer-no-link"
fuzz: ## libFuzzer over all that reads what others send; SECONDS= for each, FUZZ= one of them
	$(call need,build test fuzz lua5.4)
	@$(MAKE) -s fuzzer
	@BUILD=$(BUILD)/fuzz sh spec/fuzz/run.sh $(or $(SECONDS),60) $(FUZZ)

fuzzer:
	@$(fuzzing) $(BUILD)/fuzz/lua5.4/fuzzer

faults: ## every allocation refused and every system call failing once, under AddressSanitizer; EVERY=
	$(call need,build sandbox test $(LUA))
	@$(sanitized) all
	@eval "$$($(sanitized) env)" && PRELOAD="$$($(CC) -print-file-name=libasan.so)" \
	EVERY=$(or $(EVERY),1) $(LUA) -e 'os.exit(require("spec.support.faults").main())'

valgrind: ## the specs of the module under valgrind
	$(call need,build sandbox test $(LUA) valgrind)
	@$(MAKE) -s all
	@eval "$$($(MAKE) -s env)" && valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
	  --errors-for-leak-kinds=definite --trace-children=no $(LUA) spec/support/run.lua -o plainTerminal $(filter-out spec/90%,$(module_specs))

# The specs run what the processes that they start load, too; gcov adds all of it up.
covered = $(MAKE) -s BUILD=$(BUILD)/coverage CFLAGS="-O0 -g --coverage"
coverage: ## how many lines of csrc the specs run, by file; fails below 90 %
	$(call need,build sandbox test $(LUA))
	@rm -rf $(BUILD)/coverage
	@$(covered) all
	@eval "$$($(covered) env)" && $(LUA) spec/support/run.lua -o plainTerminal $(module_specs)
	@sh spec/support/coverage.sh $(BUILD)/coverage/$(LUA)/obj 90

soak: ## listings against a sandbox that fails at random: all items, once; MINUTES= RATE= SEED=
	$(call need,build sandbox test $(LUA))
	@$(MAKE) -s all
	@$(run) spec/bench/soak.lua

bench: ## the figures of the README: each goal's row, a picture; RUNS= PAGES= ROWS= README=1 pastes the table
	$(call need,build sandbox test bench lua5.4 luajit)
	@$(MAKE) -s all LUA=lua5.4
	@$(MAKE) -s all LUA=luajit
	@$(run) spec/bench/run.lua
	@$(run) spec/bench/show.lua

bench-show: ## the table and the picture of the last `make bench` again; README=1
	@$(run) spec/bench/show.lua

bench-hosts: ## beside each host's own way: event loops, Neovim, nginx; RUNS= PAGES= CALLS=
	$(call need,build sandbox test bench lua5.4 luajit)
	@$(MAKE) -s all LUA=lua5.4
	@$(MAKE) -s all LUA=luajit
	@for host in loops neovim openresty; do $(run) spec/bench/hosts/$$host.lua && echo || exit 1; done

bench-peers: ## beside other clients, those that can be had here: npm, Debian; RUNS= PAGES= PEERS=
	$(call need,build sandbox test bench lua5.4)
	-$(call need,peers)
	@$(MAKE) -s all
	@$(run) spec/bench/peers.lua

instructions: ## what a page and an item cost, counted by valgrind; fails where it grew; SAVE=1 keeps it
	$(call need,build sandbox valgrind $(SPEC_LUAS))
	@for lua in $(SPEC_LUAS); do $(MAKE) -s all LUA=$$lua && eval "$$($(MAKE) -s env LUA=$$lua)" && \
	  $$lua spec/bench/instructions.lua $(if $(SAVE),save) || exit 1; done

# Debian's LDoc and the reader of Markdown that knows tables meet in Lua 5.1.
LDOC ?= lua5.1 $$(command -v ldoc)
docs: ## guides and reference as HTML, build/docs: every edge with its parameters
	$(call need,build docs $(LUA))
	@$(MAKE) -s all
	@mkdir -p build/ldoc && $(run) spec/support/edges_doc.lua > build/ldoc/edges.lua
	@rm -rf build/docs && $(LDOC) -q -d $(CURDIR)/build/docs -c spec/support/config.ld . >build/ldoc/log
	@cat spec/support/docs.css >> build/docs/ldoc.css
	@$(LUA) spec/support/links.lua build/docs
	@echo build/docs/index.html

rock-server: ## a LuaRocks server in a folder, build/rocks/<Lua>: this rock, and lua-cjson's of Debian's files
	$(call need,build rocks $(LUA))
	@sh spec/support/rock_server.sh $(LUA_ABI) $(BUILD)/rocks/$(LUA_ABI)
	@echo 'luarocks --lua-version=$(LUA_ABI) install --server=$(abspath $(BUILD))/rocks/$(LUA_ABI) iggraph'

types: ## what editors know, lua/iggraph/types.lua, written anew: after each change of graph.c or of the LDoc
	$(call need,build $(LUA))
	@$(MAKE) -s all
	@$(run) spec/support/types.lua > $(BUILD)/types.lua && mv $(BUILD)/types.lua lua/iggraph/types.lua

pictures: ## draw what the README shows, from real terminals
	$(call need,build sandbox test lua5.4 luajit)
	@for lua in lua5.4 luajit; do $(MAKE) -s all LUA=$$lua || exit 1; done
	@eval "$$($(MAKE) -s env LUA=lua5.4)" && lua5.4 spec/support/pictures.lua

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | sed 's/\$$\$$/$$/' | expand -t 20

FORCE:
# What a comment tells of are no files.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*## .*/\1/p' Makefile) fuzzer ready FORCE
