--- What a page says of the next one: a whole page, or the text of `paging.next` alone.

local check = require "spec.fuzz.check"
local encode = require("iggraph.json").encode
local listing = require "spec.fuzz.listing"

local MOST = 4 -- items to take

local function page_of(text)
  if text:find "^%s*{" then return text end
  return encode { data = { { id = "1" } }, paging = { next = text, cursors = { after = "QVFI" } } }
end

local function walk(list)
  for _ = 1, MOST do
    local item = check.result(list:next())
    check.clean(list:position())
    if item == nil then break end
  end
end

return function(text)
  local asked = listing.with({ page_of(text) }, walk)
  assert(asked >= 1 and asked <= 3, asked .. " requests")
end
