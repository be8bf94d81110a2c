-- The walk that is measured: all media of an account, id and caption of each.
--
--   lua walk.lua BASE_URL CA_FILE TOKEN ACCOUNT FIELDS
--
-- Prints how many items there were and the length of what was read of them, as walk.c does.

local iggraph = require "iggraph"

local base_url, ca_file, token, account, fields = ...
local ig = iggraph.new { access_token = token, base_url = base_url, ca_file = ca_file }
local items, length = 0, 0
for media in ig:user(account):media { fields = fields, limit = 100 } do
  items = items + 1
  length = length + #media.id + #(media.caption or "")
end
print(("%d %d"):format(items, length))
