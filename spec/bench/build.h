/* Tables of pages without reading any: see build.c. */
#include <lua.h>

void build_prepare(lua_State *L, const char *path); /* the stack is its own from then on */
void build_page(lua_State *L); /* what it built before is garbage */
