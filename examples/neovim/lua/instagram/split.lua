--- A new window; what the others show stays where it is, as far as they have room for it.
local vim = vim -- luacheck: read globals vim
local api = vim.api

-- @tparam string command such as `belowright split`
return function(command)
  local places = {}
  for _, window in ipairs(api.nvim_tabpage_list_wins(0)) do
    places[window] = api.nvim_win_call(window, vim.fn.winsaveview)
  end
  vim.cmd(command)
  for window, place in pairs(places) do
    api.nvim_win_call(window, function() vim.fn.winrestview(place) end)
  end
end
