/* The Graph as a table: one row per edge. A row makes a method of the node's handle, under the name
 * that the Graph gives to the edge (lua/iggraph/nodes.lua). */
#include "iggraph.h"

static const struct {
  const char *node; /* type of the handle */
  const char *name; /* the method */
  const char *method, *edge;
  const char *shape; /* list: a cursor; field: that member of the node itself */
} edges[] = {
    {"User", "accounts", "GET", "accounts", "list"},
    {"Page", "instagram_business_account", "GET", "instagram_business_account", "field"},
    {"IG User", "media", "GET", "media", "list"},
    {"IG Media", "children", "GET", "children", "list"},
    {"IG Media", "comments", "GET", "comments", "list"},
    {"IG Comment", "replies", "GET", "replies", "list"},
};

/* The handles: node type, and the client's method that makes one. */
static const struct {
  const char *name, *node;
} handles[] = {
    {"page", "Page"},       {"user", "IG User"},       {"media", "IG Media"},
    {"comment", "IG Comment"}, {"hashtag", "IG Hashtag"}, {"container", "IG Container"},
};

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* graph.edges() -> a list of the rows above */
static int graph_edges(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
    lua_newtable(L);
    set_string(L, "node", edges[i].node);
    set_string(L, "name", edges[i].name);
    set_string(L, "method", edges[i].method);
    set_string(L, "edge", edges[i].edge);
    set_string(L, "shape", edges[i].shape);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

/* graph.handles() -> { page = "Page", user = "IG User", … } */
static int graph_handles(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
    set_string(L, handles[i].name, handles[i].node);
  return 1;
}

static const luaL_Reg graph_funcs[] = {
    {"edges", graph_edges}, {"handles", graph_handles}, {NULL, NULL}};

void ig_open_graph(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, graph_funcs, 0);
}
