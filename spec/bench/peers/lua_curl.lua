-- A walk by Debian's lua-curl and lua-cjson, on Lua 5.1: lua_curl.lua BASE_URL CA_FILE TOKEN ACCOUNT FIELDS
local curl = require "curl"
local decode = require("cjson").decode

local base, ca_file, token, account, fields = ...

local parts
local easy = curl.easy_init()
easy:setopt(curl.OPT_CAINFO, ca_file)
easy:setopt(curl.OPT_ACCEPT_ENCODING, "gzip")
easy:setopt(curl.OPT_HTTPHEADER, { "Authorization: Bearer " .. token })
easy:setopt(curl.OPT_FAILONERROR, 1)
easy:setopt(curl.OPT_WRITEFUNCTION, function(bytes)
  parts[#parts + 1] = bytes
  return #bytes
end)

local items, length = 0, 0
local url = ("%s/v26.0/%s/media?limit=100&fields=%s"):format(base, account, fields)
while url do
  parts = {}
  easy:setopt(curl.OPT_URL, url)
  assert(easy:perform())
  local page = decode(table.concat(parts))
  for _, media in ipairs(page.data) do
    items = items + 1
    length = length + #media.id + #(media.caption or "")
  end
  url = page.paging and page.paging.next
end
print(items .. " " .. length)
