--- In Neovim: `:InstagramMedia [username]` fills a buffer with an account's media (without a name: with that
-- of all accounts of the token), while one goes on editing. Closing the buffer ends it.
--
--     eval "$(make -s env LUA=luajit)"
--     IG_ACCESS_TOKEN=… nvim -S examples/neovim.lua +InstagramMedia
--
-- Without a token it asks the built-in sandbox.

local vim = vim -- luacheck: read globals vim
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"

local token = (os.getenv "IG_ACCESS_TOKEN" or ""):match ".+"
local server = not token and assert(sandbox.start()) or nil -- ends with Neovim
local ig = iggraph.new {
  access_token = token or sandbox.tokens.user,
  base_url = server and server.https,
  ca_file = server and server.ca_file,
}

local function append(buffer, line)
  vim.api.nvim_buf_set_lines(buffer, -2, -2, true, { (line:gsub("%s+", " ")) })
end

-- Runs in a coroutine: each page is awaited there, and Neovim goes on meanwhile.
local function fill(buffer, username)
  for account in ig:instagram_accounts() do
    if username == "" or username == account.username then
      append(buffer, "# " .. account.username)
      for media in ig:user(account.id):media { fields = { "timestamp", "permalink", "caption" } } do
        append(buffer, ("%s %s %s"):format(media.timestamp, media.permalink, media.caption or ""))
      end
    end
  end
end

-- Tells how it ended.
local function finish(buffer, task)
  local _, err, kind = task:wait()
  if kind == "cancelled" then return end
  if err then vim.notify(tostring(err), vim.log.levels.ERROR) end
  vim.bo[buffer].modifiable = false
end

vim.api.nvim_create_user_command("InstagramMedia", function(command)
  local buffer = vim.api.nvim_create_buf(true, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_set_current_buf(buffer)
  local task = iggraph.spawn(fill, buffer, command.args)
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = buffer, callback = function() task:cancel() end })
  iggraph.spawn(finish, buffer, task)
end, { nargs = "?" })
