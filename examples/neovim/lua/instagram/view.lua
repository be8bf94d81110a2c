--- A buffer with a list that grows as the cursor comes near its end. What it waits for ends with it.
local vim = vim -- luacheck: read globals vim
local api = vim.api
local iggraph = require "iggraph"
local notify = require "instagram.notify"

local view = {}
view.__index = view

local LOADING, ALL, FAILED = "-- … --", "-- that is all --", "-- not all is here: R goes on --"

local views = {} -- by name

-- --- its text ------------------------------------------------------------------------------------

-- Its last line always says how it stands.
local function write(self, first, lines)
  vim.bo[self.buffer].modifiable = true
  api.nvim_buf_set_lines(self.buffer, first, -1, true, lines)
  vim.bo[self.buffer].modifiable = false
end

local function set_status(self, words) write(self, -2, { words }) end

local function append(self, lines, item)
  local first = api.nvim_buf_line_count(self.buffer)
  lines[#lines + 1] = ""
  for i, _ in ipairs(lines) do self.items[first + i - 1] = item end
  lines[#lines + 1] = LOADING
  write(self, -2, lines)
end

-- --- growing -------------------------------------------------------------------------------------

-- Whether less than a window's height is below what is in the window, or the line to come back to is missing.
local function is_near_end(self)
  local count = api.nvim_buf_line_count(self.buffer)
  if self.line and count <= self.line then return true end
  for _, window in ipairs(vim.fn.win_findbuf(self.buffer)) do
    local height = api.nvim_win_get_height(window)
    local last = math.max(vim.fn.line("w0", window) + height, vim.fn.line(".", window))
    if count < last + height then return true end
  end
  return false
end

-- To the line where it was, or to the first item.
local function place_cursor(self)
  local line = self.line or self.count > 0 and self.first
  if not line then return end
  self.line, self.first = nil, nil
  line = math.min(line, api.nvim_buf_line_count(self.buffer))
  for _, window in ipairs(vim.fn.win_findbuf(self.buffer)) do
    if api.nvim_win_get_cursor(window)[1] == 1 then api.nvim_win_set_cursor(window, { line, 0 }) end
  end
end

-- Runs in a task, and waits for each page. One item is written at a time: Neovim is never kept for long.
local function grow(self)
  if not self.list then
    local list, head, item = self.how.list(self)
    self.list = list
    append(self, head, item)
    self.first = api.nvim_buf_line_count(self.buffer)
  end
  while is_near_end(self) do
    local item, err = self.list:next()
    if err then error(err, 0) end
    if item == nil then return true end
    self.count = self.count + 1
    append(self, self.how.lines(item), item)
  end
  return false
end

local function take_result(self, task)
  local is_all, err, kind = task:wait()
  if kind == "cancelled" or task ~= self.task then return end
  self.task, self.has_all, self.has_failed = nil, is_all, err ~= nil
  if err then
    set_status(self, FAILED)
    return notify(err)
  end
  place_cursor(self)
  if not is_all then return end
  set_status(self, ALL)
  if self.how.on_all then self.how.on_all(self) end
end

--- Goes on with its list, if that is wanted.
function view:fill()
  if self.task or self.has_all or not is_near_end(self) then return end
  set_status(self, LOADING)
  self.task = iggraph.spawn(grow, self)
  iggraph.spawn(take_result, self, self.task)
end

-- Drops what is under way.
local function stop(self)
  if self.task then self.task:cancel() end
  if self.list then self.list:close() end
  self.task, self.list = nil, nil
end

local function start(self)
  self.items, self.count, self.tried, self.has_all, self.has_failed = {}, 0, 0, false, false
  write(self, 0, { LOADING })
  self:fill()
end

--- Begins anew, and comes back to the line where it was; after a failure, goes on where it stopped, if that helps.
function view:reload()
  if self.has_failed and self.count > self.tried then
    self.has_failed, self.tried = false, self.count
    return self:fill()
  end
  self.line = vim.fn.line(".", (vim.fn.win_findbuf(self.buffer)[1]))
  stop(self)
  start(self)
end

-- --- its buffer ----------------------------------------------------------------------------------

--- @return what the cursor is on, or nil; on the last line, what is above it
function view:item()
  local line = api.nvim_win_get_cursor(0)[1]
  return self.items[line] or self.items[line - 1]
end

local function map(self, key, action)
  vim.keymap.set("n", key, function()
    local item = self:item()
    if item then action(self, item) end
  end, { buffer = self.buffer, nowait = true })
end

local function on(self, events, action)
  api.nvim_create_autocmd(events, { buffer = self.buffer, callback = action })
end

local function make_buffer(self, name)
  local buffer = api.nvim_create_buf(true, true)
  self.buffer = buffer
  api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].bufhidden, vim.bo[buffer].undolevels = "wipe", -1
  on(self, "BufWipeout", function()
    views[name] = nil
    stop(self)
  end)
  on(self, "CursorMoved", function()
    if not self.has_failed then self:fill() end
  end)
  on(self, "BufWinEnter", function() -- by :edit, too, which empties it
    if self.count > 0 and api.nvim_buf_line_count(buffer) == 1 then self:reload() end
  end)
  vim.keymap.set("n", "R", function() self:reload() end, { buffer = buffer, nowait = true })
  vim.keymap.set("n", "q", function() self:close() end, { buffer = buffer, nowait = true })
  for key, action in pairs(self.how.keys) do map(self, key, action) end
end

--- Ends it.
function view:close() api.nvim_buf_delete(self.buffer, { force = true }) end

local LOCAL = "setlocal wrap linebreak breakindent nonumber norelativenumber nolist colorcolumn= signcolumn=no"

--- Shows the view of that name in the window, and makes it where there is none.
-- @tparam string name of the buffer
-- @tparam table how `list(view)`, which may wait, gives what has `next` and `close`, as a cursor, the lines of a head,
-- and the item that these are about, if any; `lines(item)`; `keys`: what they do, with the view and the item;
-- `on_all(view)`, when the list has ended
-- @param about what it is a list of
-- @treturn table the view
function view.open(name, how, about)
  local self = views[name]
  if self then
    api.nvim_win_set_buf(0, self.buffer)
    return self
  end
  self = setmetatable({ how = how, about = about, items = {}, count = 0 }, view)
  make_buffer(self, name)
  views[name] = self
  api.nvim_win_set_buf(0, self.buffer)
  vim.bo[self.buffer].filetype = "instagram"
  vim.cmd(LOCAL)
  start(self)
  return self
end

--- @treturn ?table the view of that name, where there is one
function view.find(name) return views[name] end

--- @treturn ?number the window of this tab that shows such a view
function view.window(how)
  for _, one in pairs(views) do
    local window = vim.fn.bufwinid(one.buffer)
    if one.how == how and window ~= -1 then return window end
  end
end

return view
