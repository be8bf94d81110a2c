--- The JSON reader: as the plain reader of spec/fuzz/reference.lua, and as lua-cjson where they are meant to agree.

local against = require "spec.fuzz.against"

return function(text)
  local why = against(text)
  if why then error(why) end
end
