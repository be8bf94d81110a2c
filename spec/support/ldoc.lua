--- Reads the LDoc of the library, for what is made of it and for the specs that compare it with what is there.
--
-- A block is `{ owner, name, text, params, returns }`: `owner` what the function belongs to (`client`,
-- `iggraph.login`, …), `text` a list of lines, `params` a list of `{ name, type, text, is_optional, default }`
-- (`options.timeout` is a member of `options`), `returns` one of `{ type, text }`.
-- @module spec.support.ldoc

local M = {}

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

-- --- one block ------------------------------------------------------------------------------------

local function add_param(block, typed, modifiers, rest)
  local type_name
  if typed then type_name, rest = rest:match "^(%S+)%s+(.*)$" end
  local name, text = rest:match "^(%S+)%s*(.*)$"
  local one = { name = name, type = type_name, text = text, is_optional = modifiers:find "^%[opt" ~= nil }
  one.default = modifiers:match "^%[opt=(.*)%]$"
  block.params[#block.params + 1] = one
  return one
end

local function add_return(block, typed, rest)
  local one = { text = rest }
  if typed then one.type, one.text = rest:match "^(%S+)%s*(.*)$" end
  block.returns[#block.returns + 1] = one
  return one
end

local function add_tag(block, line)
  local typed, modifiers, rest = line:match "^@(t?)param(%[?[^%s%]]*%]?)%s+(.*)$"
  if typed then return add_param(block, typed == "t", modifiers, rest) end
  typed, rest = line:match "^@(t?)return%s+(.*)$"
  if typed then return add_return(block, typed == "t", rest) end
  return {} -- another tag, with what follows it
end

local function parse(lines)
  local block = { text = {}, params = {}, returns = {} }
  local last
  for _, line in ipairs(lines) do
    line = line:gsub("^%s*%-%-%-? ?", "")
    if line:find "^@" then
      last = add_tag(block, line)
    elseif last then
      last.text = last.text and last.text .. " " .. line
    else
      block.text[#block.text + 1] = line
    end
  end
  return block
end

-- --- a file ---------------------------------------------------------------------------------------

local OWNERS = { client = true, cursor = true, iggraph = true, node = true, task = true }

local function name_of(lines, below)
  for _, line in ipairs(lines) do
    local name = line:match "^%s*%-%- @function ([%w_.:]+)"
    if name then return name end
  end
  return below:match "function ([%w_.:]+)" or below:match "^([%w_.]+) ="
end

local function add_block(blocks, file_owner, lines, below)
  local name = name_of(lines, below)
  if not name then return end
  local block = parse(lines)
  local prefix, last = name:match "^(.*)[.:]([%w_]+)$"
  block.owner, block.name = OWNERS[prefix] and prefix or file_owner, last or name
  blocks[#blocks + 1] = block
end

--- The blocks of one file's text.
-- @tparam string text
-- @treturn table list of blocks, each with a name
function M.blocks(text)
  local owner = text:match "\n%-%- @module ([%w_.]+)" or text:match "\n%-%- @classmod ([%w_.]+)"
  local blocks, lines = {}, nil
  for line in (text .. "\n"):gmatch "(.-)\n" do
    if line:find "^%s*%-%-%-[^-]" then
      lines = { line }
    elseif lines and line:find "^%s*%-%-" then
      lines[#lines + 1] = line
    elseif lines then
      add_block(blocks, owner, lines, line)
      lines = nil
    end
  end
  return blocks
end

--- All blocks of the library, in the order of its files' names. (types.lua is made of them.)
-- @treturn table
function M.library()
  local all = {}
  local pipe = io.popen "find lua/iggraph -name '*.lua' -not -path '*/sandbox/*' -not -name types.lua | LC_ALL=C sort"
  for path in pipe:lines() do
    for _, block in ipairs(M.blocks(read(path))) do all[#all + 1] = block end
  end
  pipe:close()
  return all
end

M.read = read

return M
