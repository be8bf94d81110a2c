--- A buffer whose text is sent by writing it.
local vim = vim -- luacheck: read globals vim
local api = vim.api
local iggraph = require "iggraph"
local notify = require "instagram.notify"
local split = require "instagram.split"

local reply = {}

local HEIGHT = 6

local sending = {} -- tasks, by buffer

local function show(buffer)
  split(("botright %dsplit"):format(HEIGHT))
  api.nvim_win_set_buf(0, buffer)
end

local function text_of(buffer) return vim.trim(table.concat(api.nvim_buf_get_lines(buffer, 0, -1, true), "\n")) end

-- What could not be sent is still there, and can be written again.
local function give_back(buffer)
  vim.bo[buffer].modifiable, vim.bo[buffer].modified = true, true
  if vim.fn.bufwinid(buffer) == -1 then show(buffer) end
end

local function take_result(buffer, task)
  local _, err, kind = task:wait()
  if kind == "cancelled" then return end
  sending[buffer] = nil
  if not err then return api.nvim_buf_delete(buffer, { force = true }) end
  give_back(buffer)
  notify(err)
end

-- It counts as written at once, for the sake of `:wq`.
local function send_text(buffer, send)
  if sending[buffer] then return end
  local message = text_of(buffer)
  if message == "" then return notify "there is nothing to send" end
  vim.bo[buffer].modified, vim.bo[buffer].modifiable = false, false
  sending[buffer] = iggraph.spawn(send, message)
  iggraph.spawn(take_result, buffer, sending[buffer])
end

local function cancel(buffer)
  if sending[buffer] then sending[buffer]:cancel() end
  sending[buffer] = nil
end

-- Neovim does not leave before all is sent, or has failed.
api.nvim_create_autocmd("VimLeavePre", { callback = function()
  for _, task in pairs(vim.tbl_extend("keep", {}, sending)) do task:wait() end
end })

local function make_buffer(name, title, text, send)
  local buffer = api.nvim_create_buf(true, false)
  api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile = "acwrite", "hide", false
  api.nvim_buf_set_lines(buffer, 0, -1, true, { "", text })
  vim.bo[buffer].modified = false
  local hint = { { ("-- %s: :w sends it, :q! drops it --"):format(title), "NonText" } }
  api.nvim_buf_set_extmark(buffer, api.nvim_create_namespace "instagram", 0, 0, { virt_text = hint })
  for event, action in pairs { BufWriteCmd = send_text, BufWipeout = cancel } do
    api.nvim_create_autocmd(event, { buffer = buffer, callback = function() action(buffer, send) end })
  end
  return buffer
end

--- Opens one, below; or shows the one that is there.
-- @tparam string name of the buffer
-- @tparam string title
-- @tparam string text that it begins with
-- @tparam function send is called with the text, in a task; raises where that fails
function reply.open(name, title, text, send)
  local buffer = vim.fn.bufnr("^" .. name .. "$")
  show(buffer ~= -1 and buffer or make_buffer(name, title, text, send))
  vim.cmd "normal! G"
  vim.cmd "startinsert!"
end

return reply
