/* JSON text -> Lua values. Writing JSON goes to lua-cjson (lua/iggraph/json.lua). */
#ifndef IGGRAPH_JSON_H
#define IGGRAPH_JSON_H

#include "buffer.h"
#include "compat.h"

enum { IG_JSON_DEPTH = 1000 }; /* as lua-cjson */

typedef struct {
  const char *message; /* what was wrong */
  size_t at;           /* at which byte, from 1 */
} ig_json_error;

/* Reads one document. Leaves its value on the stack and returns true; or leaves nothing, fills in
 * `error` and returns false. Raises only for want of memory: what it has built then belongs to the
 * collector, and `scratch`, which holds strings while they are unescaped, to the caller.
 *
 * The same on every Lua: an integer within 2^53 of zero is an integer (where Lua has them); one
 * beyond is a string of its digits, for ids have 17; any other number is a float; `null` is
 * iggraph.null; half a surrogate pair is U+FFFD; of equal keys the last one counts; bytes that are
 * not UTF-8 come as they are. Otherwise RFC 8259 to the letter. */
bool ig_json_read(lua_State *L, const char *text, size_t size, igb_buffer *scratch,
                  ig_json_error *error);

#endif
