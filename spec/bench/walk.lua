-- The walk that is measured: all media of an account, id and caption of each.
--
--   lua walk.lua BASE_URL CA_FILE TOKEN ACCOUNT FIELDS
--
-- Prints how many items there were and the length of what was read of them, as walk.c does. A second
-- line tells the memory of the process in KB, where the system does: after the first page, the most
-- that it ever was, and at the end.

local iggraph = require "iggraph"

local base_url, ca_file, token, account, fields = ...
local PAGE = 100

local function memory(what)
  local file = io.open "/proc/self/status"
  if not file then return 0 end
  local text = file:read "*a"
  file:close()
  return text:match(what .. ":%s*(%d+)")
end

local ig = iggraph.new { access_token = token, base_url = base_url, ca_file = ca_file }
local items, length, first = 0, 0, nil
for media in ig:user(account):media { fields = fields, limit = PAGE } do
  items = items + 1
  length = length + #media.id + #(media.caption or "")
  if items == PAGE then first = memory "VmRSS" end
end
print(("%d %d"):format(items, length))
print(first .. " " .. memory "VmHWM" .. " " .. memory "VmRSS")
