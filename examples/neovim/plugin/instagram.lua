--- `:Instagram [account]` shows an account's feed in a buffer: see `:help instagram`.
--
--     eval "$(make -s env LUA=luajit)"
--     IG_ACCESS_TOKEN=… nvim --cmd "set rtp^=examples/neovim" +Instagram
--
-- Without a token it asks the built-in sandbox.

local vim = vim -- luacheck: read globals vim

if vim.g.loaded_instagram then return end
vim.g.loaded_instagram = true

vim.api.nvim_create_user_command("Instagram", function(command)
  local found, instagram = pcall(require, "instagram")
  if found then return instagram.open(command.args, command.mods) end
  vim.notify("Instagram: iggraph for LuaJIT is not found: " .. instagram:match "[^\n]*", vim.log.levels.ERROR)
end, { nargs = "?", desc = "The feed of an Instagram account" })
