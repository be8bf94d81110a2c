--- Tells an error, in one line.
local vim = vim -- luacheck: read globals vim

return function(err)
  vim.notify("Instagram: " .. tostring(err):gsub("%s*\n%s*", " "), vim.log.levels.ERROR)
end
