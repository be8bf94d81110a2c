--- HMAC-SHA256, for appsecret_proof and the signatures of webhooks: libcrypto's, through LuaJIT's ffi.
--
-- Nginx's Lua is a LuaJIT and nginx brings libcrypto along. A plain Lua has no ffi, and the answer there is nil.
-- @module iggraph.sandbox.hmac
local encoding = require "iggraph.sandbox.encoding"

local M = {}

local DECLARATION = [[
  unsigned char *HMAC(const void *method, const void *key, int key_length, const unsigned char *message,
    size_t message_length, unsigned char *digest, unsigned int *digest_length);
  const void *EVP_sha256(void);
]]
local DIGEST_BYTES = 32

-- Where libcrypto may be: in the process already, or by the names that it has with and without its headers.
local NAMES = { "crypto", "libcrypto.so.3", "libcrypto.so.1.1" }

local function has_hmac(library) return library.HMAC and library.EVP_sha256 end

local function find_library(ffi)
  if pcall(has_hmac, ffi.C) then return ffi.C end
  for _, name in ipairs(NAMES) do
    local ok, library = pcall(ffi.load, name)
    if ok then return library end
  end
  return nil
end

local function unavailable() return nil, "there is no HMAC here: it takes LuaJIT and libcrypto" end

local function make()
  local ok, ffi = pcall(require, "ffi")
  if not ok then return unavailable end
  ffi.cdef(DECLARATION)
  local library = find_library(ffi)
  if not library then return unavailable end
  return function(key, message)
    local digest = ffi.new("unsigned char[?]", DIGEST_BYTES)
    library.HMAC(library.EVP_sha256(), key, #key, message, #message, digest, nil)
    return encoding.to_hex(ffi.string(digest, DIGEST_BYTES))
  end
end

--- The HMAC-SHA256 of a message.
-- https://developers.facebook.com/docs/graph-api/guides/secure-requests
-- @function sha256
-- @tparam string key
-- @tparam string message
-- @treturn ?string 64 lower-case hexadecimal digits; nil where there is no LuaJIT or no libcrypto
-- @treturn ?string why there is none
M.sha256 = make()

return M
