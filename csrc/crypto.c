#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>
#include <time.h>

#include "iggraph.h"

enum { LONGEST_RANDOM = 64 }; /* bytes */

/* Lower-case hexadecimal, ended by a NUL. */
static void to_hex(char *hex, const unsigned char *bytes, size_t size) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < size; i++) {
    *hex++ = digits[bytes[i] >> 4];
    *hex++ = digits[bytes[i] & 15];
  }
  *hex = '\0';
}

bool ig_hmac(const char *key, size_t key_size, const char *message, size_t size, char hex[IG_HMAC_SIZE + 1]) {
  unsigned char sum[IG_HMAC_SIZE / 2];
  unsigned int sum_size = sizeof sum;
  const unsigned char *bytes = (const unsigned char *)message;
  if (HMAC(EVP_sha256(), key, (int)key_size, bytes, size, sum, &sum_size) == NULL) return false;
  to_hex(hex, sum, sizeof sum);
  OPENSSL_cleanse(sum, sizeof sum);
  return true;
}

void ig_pushhmac(lua_State *L, const char *key, size_t key_size, const char *message, size_t size) {
  char hex[IG_HMAC_SIZE + 1];
  if (!ig_hmac(key, key_size, message, size, hex)) ig_nomemory(L);
  lua_pushlstring(L, hex, IG_HMAC_SIZE);
  OPENSSL_cleanse(hex, sizeof hex);
}

/* crypto.hmac(key, message) -> HMAC-SHA256 in lower-case hexadecimal */
static int crypto_hmac(lua_State *L) {
  size_t key_size, size;
  const char *key = luaL_checklstring(L, 1, &key_size), *message = luaL_checklstring(L, 2, &size);
  ig_pushhmac(L, key, key_size, message, size);
  return 1;
}

/* crypto.equal(a, b): takes the same time wherever two texts of one length differ */
static int crypto_equal(lua_State *L) {
  size_t size, other_size;
  const char *text = luaL_checklstring(L, 1, &size), *other = luaL_checklstring(L, 2, &other_size);
  lua_pushboolean(L, size == other_size && CRYPTO_memcmp(text, other, size) == 0);
  return 1;
}

/* crypto.random_hex(bytes) -> so many random bytes, in hexadecimal; they cannot be guessed */
static int crypto_random_hex(lua_State *L) {
  unsigned char bytes[LONGEST_RANDOM];
  char hex[2 * LONGEST_RANDOM + 1];
  lua_Integer size = luaL_checkinteger(L, 1);
  luaL_argcheck(L, size > 0 && size <= LONGEST_RANDOM, 1, "out of range");
  if (RAND_bytes(bytes, (int)size) != 1) return ig_raise(L, "iggraph: the system gives no random numbers");
  to_hex(hex, bytes, (size_t)size);
  lua_pushlstring(L, hex, 2 * (size_t)size);
  return 1;
}

/* crypto.random() -> a number from 0 to below 1. Before Lua 5.4 math.random is the same in every process. */
static int crypto_random(lua_State *L) {
  unsigned int bits = 0;
  if (RAND_bytes((unsigned char *)&bits, sizeof bits) != 1) bits = (unsigned int)clock();
  lua_pushnumber(L, (lua_Number)bits / ((lua_Number)(unsigned int)-1 + 1));
  return 1;
}

static const luaL_Reg crypto_funcs[] = {{"equal", crypto_equal},
                                        {"hmac", crypto_hmac},
                                        {"random", crypto_random},
                                        {"random_hex", crypto_random_hex},
                                        {NULL, NULL}};

void ig_open_crypto(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, crypto_funcs, 0);
}
