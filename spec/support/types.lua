--- Writes `lua/iggraph/types.lua`, what editors know of this module: from the LDoc of the library, the table in
-- `csrc/graph.c`, the kinds in `csrc/codes.h`, and the Graph's own description (lua/iggraph/reference.lua). For `make
-- types`; see <https://luals.github.io/wiki/annotations/>.
-- @module spec.support.types

local core = require "iggraph.core"
local edges_doc = require "spec.support.edges_doc"
local reference = require "iggraph.reference"
local iggraph = require "iggraph"
local ldoc = require "spec.support.ldoc"
local public = require "spec.support.public"

local M = {}

local WIDTH = 120

local HEAD = [[
--- What editors know of this module: its functions, options, nodes, fields and failures, for the Lua language server.
-- Written by `make types`, and never loaded.
---@meta iggraph
-- luacheck: ignore
]]

-- --- what is in no LDoc: name, parent, members of { name, type, text } -----------------------------

local CLASSES = {
  { "iggraph.error", nil, {
    { "kind", "iggraph.kind", "What it is, decided by code and subcode." },
    { "message", "string?", "For people who read English; no promise." },
    { "status", "integer?", "Of HTTP; nil without an answer." },
    { "code", "integer?", "The Graph's." },
    { "subcode", "integer?", "The Graph's." },
    { "type", "string?", "The Graph's." },
    { "fbtrace_id", "string?", "For Meta's support." },
    { "user_title", "string?", "What the Graph says to the person." },
    { "user_msg", "string?", "What the Graph says to the person." },
    { "data", "any", "The Graph's `error_data`." },
    { "retryable", "boolean", "Whether the same call may well succeed later, and does no harm if it is sent again." },
    { "retry_after", "number?", "Seconds, where the answer tells." },
    { "method", "string?" },
    { "path", "string?", "Without the host, and without secrets." },
    { "container", "string?", "Of `client:publish`: the id of what is to be published." },
    { "children", "(string|false)[]?", "Of `client:publish`: the ids of a carousel's." },
    { "child", "integer?", "Of `client:publish`: the number of the one that is to blame." },
    { "unsettled", "boolean?", "Of `client:publish`: whether it may have been published." },
    { "resume", "table?", "Of `client:publish`: the options to go on with." },
  } },
  { "iggraph.params", nil, {
    { "fields", "string|table|nil", "A name, a list, or nested: `{ \"id\", children = { \"id\" } }`." },
    { "limit", "integer?", "Items a page." },
    { "after", "string?" },
    { "before", "string?" },
    { "[string]", "any", "Any other of the Graph." },
  } },
  { "iggraph.node", nil, {
    { "id", "string" },
    { "type", "string", "The Graph's name of its type." },
    { "client", "iggraph.client" },
  } },
  { "iggraph.retry", nil, {
    { "attempts", "integer?", "In all." },
    { "max_delay", "number?", "Seconds." },
    { "deadline", "number?", "Seconds for a call with all of its attempts." },
    { "on_retry", "(fun(one: iggraph.retry.news): boolean?)?", "Ends it by returning false." },
  } },
  { "iggraph.retry.news", nil, {
    { "err", "iggraph.error" }, { "attempt", "integer" }, { "delay", "number", "Seconds." }, { "reason", "string" },
  } },
  { "iggraph.request.news", nil, {
    { "method", "string" }, { "path", "string" }, { "attempt", "integer" },
  } },
  { "iggraph.response.news", "iggraph.request.news", {
    { "status", "integer?" }, { "kind", "iggraph.kind?" }, { "err", "iggraph.error?" }, { "tries", "integer" },
    { "connections", "integer" }, { "bytes", "integer" }, { "fbtrace_id", "string?" }, { "usage", "table" },
    { "times", "{ queue: number, connect: number, first_byte: number, total: number }", "Seconds." },
  } },
  { "iggraph.throttle.news", nil, {
    { "err", "iggraph.error?" }, { "seconds", "number" }, { "method", "string" }, { "path", "string" },
    { "limit", "string?" }, { "percent", "number?" },
  } },
  { "iggraph.usage", nil, {
    { "app", "table?", "X-App-Usage, as sent." }, { "page", "table?" }, { "business_use_case", "table?" },
    { "ad_account", "table?" }, { "api_version", "string?", "The version that answered." },
    { "percent", "number?", "Of the limit that is nearest." },
    { "regain", "number?", "Seconds until calls are let through again." },
  } },
  { "iggraph.stats", nil, {
    { "requests", "integer" }, { "ok", "integer" }, { "failed", "table<iggraph.kind, integer>" },
    { "retries", "integer" }, { "tries", "integer" }, { "connections", "integer" }, { "bytes", "integer" },
    { "seconds", "number" }, { "waited", "number" },
  } },
  { "iggraph.engine", nil, {
    { "pollfd", "fun(self: iggraph.engine): integer", "Readable when there is something to do." },
    { "events", "fun(self: iggraph.engine): string" },
    { "timeout", "fun(self: iggraph.engine): number?", "Seconds; nil: no limit." },
    { "step", "fun(self: iggraph.engine)" },
    { "wait", "fun(self: iggraph.engine)", "Until there is something to do." },
  } },
  { "iggraph.host", nil, {
    { "wait", "fun(engine: iggraph.engine)", "Returns when it is readable, or its time is over." },
    { "sleep", "fun(seconds: number)" },
  } },
  { "iggraph.store.any", nil, {
    { "get", "fun(self: iggraph.store.any, key: string): string?" },
    { "set", "fun(self: iggraph.store.any, key: string, value: string, ttl?: number)", "`ttl` in seconds." },
    { "add", "fun(self: iggraph.store.any, key: string, value: string, ttl?: number): boolean?" },
    { "delete", "fun(self: iggraph.store.any, key: string)" },
  } },
  { "iggraph.event", nil, {
    { "object", "string" }, { "id", "string" }, { "time", "integer" }, { "field", "string?" }, { "value", "any" },
  } },
  { "iggraph.row", nil, {
    { "name", "string" }, { "period", "string?" }, { "end_time", "string?" }, { "value", "any" },
    { "dimensions", "table<string, string>?" },
  } },
  { "iggraph.account", nil, {
    { "id", "string" }, { "username", "string?" },
    { "page", "{ id: string, name: string, tasks: string[] }" }, { "reason", "string?" },
  } },
  { "iggraph.media.spec", "iggraph.IG_User.create_media.params", {
    { "file", "string|file*|nil", "A local video, in place of `video_url`." },
  } },
  { "iggraph.entry", nil, {
    { "method", "string?", "GET, unless told otherwise." }, { "path", "string?" }, { "params", "table?" },
    { "relative_url", "string?" }, { "body", "string|table|nil" }, { "name", "string?" }, { "depends_on", "string?" },
    { "omit_response_on_success", "boolean?" }, { "headers", "table?" }, { "access_token", "string?" },
    { "attached_files", "table<string, file*>?" },
  } },
}

-- Where LDoc says `table`, `function` or nothing: by the function's and the parameter's name, and by how a result is
-- told.
local PARAMS = {
  ["iggraph.new.options.retry"] = "iggraph.retry|false",
  ["iggraph.new.options.host"] = '"block"|"nvim"|"ngx"|"cqueues"|"luv"|iggraph.host',
  ["iggraph.new.options.token_in"] = '"header"|"query"',
  ["iggraph.new.options.version"] = "string|false",
  ["iggraph.new.options.access_token"] = "string|false",
  ["iggraph.new.options.store"] = "iggraph.store.any",
  ["iggraph.new.options.token_store"] = "iggraph.store.any",
  ["iggraph.new.options.on_request"] = "fun(one: iggraph.request.news)",
  ["iggraph.new.options.on_response"] = "fun(one: iggraph.response.news)",
  ["iggraph.new.options.on_throttle"] = 'fun(one: iggraph.throttle.news): ("wait"|"raise")?',
  ["iggraph.login.keep.client"] = "iggraph.client",
  ["iggraph.login.keep.options.store"] = "iggraph.store.any",
  ["iggraph.login.advice.err"] = "iggraph.error",
  ["cursor.open.opts.on_invalid_cursor"] = '"restart"',
  ["client.batch.requests"] = "(iggraph.entry|iggraph.entry[])[]",
  ["client.prepare.describe"] = "fun(prepared: iggraph.client)",
  ["client.publish.spec"] = "iggraph.media.spec",
  ["client.publish.opts.on_progress"] = "fun(phase: string, done: integer, total: integer)",
  ["client.continue.opts"] = "iggraph.cursor.options",
  ["client.list.opts"] = "iggraph.cursor.options",
  ["iggraph.map.list"] = "any[]",
}

local RETURNS = {
  { "^the client", "iggraph.client" },
  { "^a cursor of `{ id, username, page", "iggraph.cursor.account" },
  { "^a cursor of `{ id }", "iggraph.cursor.IGHashtag" },
  { "^a? ?t?h?e? ?cursor", "iggraph.cursor" },
  { "^an iterator of `{ object", "fun(): iggraph.event?" },
  { "^an iterator for `for page", "fun(): table?" },
  { "^list of `{ name, period", "iggraph.row[]" },
  { "^what its function returned", "any ..." },
  { "^the store", "iggraph.store.any" },
  { "^counters|requests", "iggraph.stats" },
}

local OF_FUNCTION = { ["client.usage"] = "iggraph.usage", ["client.stats"] = "iggraph.stats" }

-- --- lines ------------------------------------------------------------------------------------------

local lines

local function add(text, ...) lines[#lines + 1] = select("#", ...) > 0 and text:format(...) or text end

-- A comment, as many lines as it takes.
local function add_text(text)
  local line = "---"
  for word in text:gmatch "%S+" do
    if #line + 1 + #word > WIDTH and line ~= "---" then
      add("%s", line)
      line = "---"
    end
    line = line == "---" and line .. word or line .. " " .. word
  end
  if line ~= "---" then add("%s", line) end
end

-- The text of a block: paragraphs, and what is indented as it is.
local function add_description(text)
  local paragraph = {}
  local function flush()
    add_text(table.concat(paragraph, " "))
    paragraph = {}
  end
  for _, line in ipairs(text) do
    local is_plain = line ~= "" and not line:find "^  "
    if is_plain then
      paragraph[#paragraph + 1] = line
    else
      flush()
      add("%s", "---" .. line)
    end
  end
  flush()
end

-- A tag with as much of its text as has room: whole clauses.
local function add_tag(tag, text)
  text = text or ""
  while text ~= "" and #tag + 1 + #text > WIDTH do text = text:match "^(.*)[%.;:,] " or "" end
  add("%s", text == "" and tag or tag .. " " .. text)
end

local function add_field(name, type_name, text)
  local line = ("---@field %s %s%s"):format(name, type_name, text and text ~= "" and " " .. text or "")
  if #line <= WIDTH then return add("%s", line) end
  add_text(text)
  add("---@field %s %s", name, type_name)
end

local function add_class(name, parent) add("---@class %s%s", name, parent and ": " .. parent or "") end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- --- failures and enumerations ----------------------------------------------------------------------

local function add_alias(name, values)
  add("---@alias %s", name)
  for _, value in ipairs(values) do add('---| "%s"', value) end
  add ""
end

local function add_kinds()
  local kinds = {}
  for kind in ldoc.read("csrc/codes.h"):gmatch 'X%(%u+_?%u*, "([%l_]+)"' do kinds[#kinds + 1] = kind end
  add_alias("iggraph.kind", kinds)
end

-- The values of a parameter of a node; both hosts' are one.
local function alias_of(param, node)
  for _, row in ipairs(reference.values) do
    if row.param == param and (row.node == nil or row.node == node) then
      return "iggraph.value." .. (row.node and row.node:gsub(" ", "_") .. "." or "") .. param
    end
  end
end

local function add_values()
  local all = {}
  for _, row in ipairs(reference.values) do
    local name = alias_of(row.param, row.node)
    all[name] = all[name] or {}
    for _, value in ipairs(row.values) do all[name][value] = true end
  end
  for _, name in ipairs(sorted(all)) do add_alias(name, sorted(all[name])) end
end

-- --- what the Graph sends ---------------------------------------------------------------------------

-- The Graph calls what is one by several names.
local SAME = {
  Media = "IGMedia", IGGraphMedia = "IGMedia", Comment = "IGComment", IGGraphComment = "IGComment",
  IGGraphUser = "IGUser", ShadowIGHashtag = "IGHashtag",
}

local function data_name(node) return (node:gsub(" ", "")) end

-- What the Graph sends and its description leaves out: of a Page, what a person may do there
-- (https://developers.facebook.com/docs/instagram-api/getting-started).
local MORE = { Page = { tasks = "list<string>" } }

-- Name -> fields, of nodes and of what else edges return.
local function described_data()
  local all = {}
  local function take(name, fields)
    all[name] = all[name] or {}
    for field, type_name in pairs(fields) do all[name][field] = all[name][field] or type_name end
  end
  for _, node in ipairs(reference.nodes) do
    if node.fields and next(node.fields) then take(data_name(node.node), node.fields) end
  end
  for name, fields in pairs(reference.returns) do take(name, fields) end
  for name, fields in pairs(MORE) do take(name, fields) end
  return all
end

local data = described_data()

local function data_class(name)
  name = SAME[name] or name
  return data[name] and "iggraph.data." .. name or "table"
end

local PLAIN = {
  string = "string", bool = "boolean", float = "number", datetime = "string", Object = "table", map = "table",
  int = "integer", ["unsigned int"] = "integer",
}

local function is_id(name) return name == "id" or name:find "_ids?$" ~= nil end

local function field_type(name, type_name)
  local inner = type_name:match "^list<(.*)>$"
  if inner then return field_type(name, inner) .. "[]" end
  local plain = PLAIN[type_name]
  if plain == "integer" and is_id(name) then return "integer|string" end -- 17 digits are a string of them
  return plain or data_class(type_name)
end

local function add_data()
  for _, name in ipairs(sorted(data)) do
    add_class("iggraph.data." .. name)
    for _, field in ipairs(sorted(data[name])) do add_field(field .. "?", field_type(field, data[name][field])) end
    add ""
  end
end

-- --- parameters of edges ----------------------------------------------------------------------------

local function param_type(row, name, type_name)
  local inner = type_name:match "^list<(.*)>$"
  local enum = (inner or type_name):find "enum" or (inner or ""):find "_"
  local single = enum and (alias_of(name, row.node) or "string") or PLAIN[inner or type_name] or "table"
  if type_name == "datetime" then return "integer|string" end
  if single == "integer" and is_id(name) then single = inner and "(integer|string)" or "integer|string" end
  if inner then return single .. "[]|string" end
  return enum and single ~= "string" and single .. "|string" or single
end

local function is_required(row, name)
  return (("," .. row.required .. ","):find("," .. name .. ",", 1, true)) ~= nil
end

local function owner_of(row) return row.node == "Graph" and "client" or (row.node:gsub(" ", "_")) end

-- The class of an edge's parameters, where it has any that are known.
local function params_class(row)
  local known = reference.edge(row)
  local names = edges_doc.names_of(known.params, row.required)
  if #names == 0 or row.shape == "flag" or row.shape == "argument" then return "iggraph.params" end
  local class = ("iggraph.%s.%s.params"):format(owner_of(row), row.name)
  add_class(class, "iggraph.params")
  for _, name in ipairs(names) do
    local mark = is_required(row, name) and "" or "?"
    add_field(name .. mark, param_type(row, name, known.params[name] or "string"))
  end
  add ""
  return class
end

-- --- edges ------------------------------------------------------------------------------------------

local cursors -- the classes of cursors that are in use: name -> the class of the items

local function cursor_of(item)
  if not item:find "^iggraph%." then return "iggraph.cursor" end
  local name = "iggraph.cursor." .. item:match "[%w_]+$"
  cursors[name] = item
  return name
end

local function note(text) return text and text ~= "" and "# " .. text or nil end

local function add_failing(type_name, text)
  add_tag(("---@return %s%s"):format(type_name, type_name == "any" and "" or "?"), note(text))
  add "---@return iggraph.error? err"
  add "---@return iggraph.kind? kind"
end

local function optional_mark(row) return row.required == "" and "?" or "" end

local function add_list(row, returns, class)
  add("---@param params%s %s", optional_mark(row), class)
  add "---@param opts? iggraph.cursor.options"
  add("---@return %s", cursor_of(returns))
  return "params, opts"
end

local SHAPES = { list = add_list, insights = add_list }

function SHAPES.value(row, returns, class)
  add("---@param params%s %s", optional_mark(row), class)
  add_failing(returns)
  return "params"
end

function SHAPES.field(_, returns, class)
  add("---@param params? %s", class)
  add_failing(returns)
  return "params"
end

function SHAPES.flag(_, _, class)
  add "---@param value boolean"
  add("---@param params? %s", class)
  add_failing "table"
  return "value, params"
end

function SHAPES.argument(row, returns)
  add("---@param %s string", row.required)
  add "---@param fields? string|table"
  add_failing(returns)
  return row.required .. ", fields"
end

-- What fields with an argument and members of a node are: those of the node's description.
local function returns_of(row)
  local known = reference.edge(row)
  if known.returns ~= "" then return data_class(known.returns) end
  local fields = data[data_name(row.node)]
  return fields and fields[row.edge] and field_type(row.edge, fields[row.edge]) or "table"
end

local function add_edge(owner, row, pages)
  local class = params_class(row)
  add_text(("%s /%s. See %s"):format(row.method, row.edge ~= "" and row.edge or "(the node)",
    edges_doc.page_of(row, pages)))
  local args = SHAPES[row.shape](row, returns_of(row), class)
  add("function %s:%s(%s) end", owner, row.name, args)
  add ""
end

local function has_edge(handle, name)
  return (pcall(function() return handle[name] end))
end

-- What `me` has of others.
local function add_shared(rows, me)
  local seen = {}
  for _, row in ipairs(rows) do
    if row.node == "User" then seen[row.name] = true end
  end
  for _, node in ipairs { "Page", "IG User" } do
    for _, row in ipairs(rows) do
      if row.node == node and not seen[row.name] and has_edge(me, row.name) then
        seen[row.name] = true
        add("User.%s = %s.%s", row.name, owner_of(row), row.name)
      end
    end
  end
  add ""
end

local function add_handles()
  local pages, rows, handles = {}, core.graph.edges(), core.graph.handles()
  for _, row in ipairs(handles) do pages[row.node] = row.page end
  for _, handle in ipairs(handles) do
    local owner = owner_of(handle)
    add_text(("A handle of a node, made without a request. See %s"):format(handle.page))
    add_class("iggraph." .. owner, "iggraph.node")
    add("local %s = {}\n", owner)
    add "---The node itself."
    add "---@param params? iggraph.params"
    add_failing(data_class(data_name(handle.node)))
    add("function %s:get(params) end\n", owner)
    for _, row in ipairs(rows) do
      if row.node == handle.node then add_edge(owner, row, pages) end
    end
  end
  add_shared(rows, iggraph.new({ access_token = "none" }):me())
  for _, row in ipairs(rows) do
    if row.node == "Graph" then add_edge("client", row, pages) end
  end
  for _, handle in ipairs(handles) do
    local takes_id = handle.name ~= "me"
    if takes_id then add "---@param id string" end
    add("---@return iggraph.%s", owner_of(handle))
    add("function client:%s(%s) end\n", handle.name, takes_id and "id" or "")
  end
end

-- --- functions, by their LDoc -----------------------------------------------------------------------

local LDOC_TYPES = { client = "iggraph.client", cursor = "iggraph.cursor", task = "iggraph.task" }

local function type_of(type_name)
  local parts = {}
  for part in type_name:gsub("^%?", ""):gmatch "[^|]+" do parts[#parts + 1] = LDOC_TYPES[part] or part end
  return table.concat(parts, "|") .. (type_name:find "^%?" and "?" or "")
end

local function full_name(owner) return owner:find "^iggraph" and owner or "iggraph." .. owner end

local function members_of(block, name)
  local members = {}
  for _, one in ipairs(block.params) do
    local member = one.name:match("^" .. name .. "%.([%w_]+)$")
    if member then members[#members + 1] = { name = member, param = one } end
  end
  return members
end

-- A table that has the options of another function, too.
local function parent_of(block, param)
  local text = param.text
  if text:find "^as of a `cursor`" then return "iggraph.cursor.options" end
  if text:find "^and those of `iggraph.new`" then return "iggraph.login.settings" end
  if text:find "^over those of `device_start`" then return "iggraph.login.settings" end
  local other = text:match "^as of `(.-)`"
  if other then return ("%s.%s.options"):format(full_name(block.owner), other) end
  return block.owner == "iggraph.login" and param.name == "options" and block.takes_settings
    and "iggraph.login.settings" or nil
end

local function add_option(block, member)
  local param = member.param
  local key = ("%s.%s.%s"):format(block.owner, block.name, param.name)
  local type_name = PARAMS[key] or type_of(param.type or "any")
  local text = param.default and ("%s (%s)"):format(param.text, param.default):gsub("^ ", "") or param.text
  add_field(member.name .. (param.is_optional and "?" or ""), type_name, text)
end

local function options_class(block, param)
  local members, parent = members_of(block, param.name), parent_of(block, param)
  if #members == 0 then return parent end
  local class = block.name == "open" and "iggraph.cursor.options"
    or ("%s.%s.options"):format(full_name(block.owner), block.name)
  add_class(class, parent)
  for _, member in ipairs(members) do add_option(block, member) end
  add ""
  return class
end

local function param_type_of(block, param)
  local known = PARAMS[("%s.%s.%s"):format(block.owner, block.name, param.name)]
  if known then return known end
  local class = param.type == "table" and options_class(block, param)
  if class then return class end
  if block.owner == "iggraph.login" and param.name == "options" then
    return options_class(block, param) .. "|iggraph.client"
  end
  if param.name == "params" then return "iggraph.params" end
  return type_of(param.type or "any")
end

-- What a result's members are, where a name does not say "string".
local MEMBERS = {
  expires_in = "integer", expires_at = "integer", interval = "integer", data_access_expiration_time = "integer",
  permissions = "string[]", scopes = "string[]", is_valid = "boolean", renewed = "boolean", error = "iggraph.error",
}

-- `{ access_token, expires_in (seconds) }` at the beginning of a text: a class of that.
local function result_class(block, text)
  local inside = text:match "^`{ ([^=}]*) }`"
  if not inside then return nil end
  local class = ("%s.%s.result"):format(full_name(block.owner), block.name)
  add_class(class)
  for name in (inside:gsub("%b()", "")):gmatch "[%a_]+" do add_field(name .. "?", MEMBERS[name] or "string") end
  add ""
  return class
end

local function return_type(block, one)
  if OF_FUNCTION[block.owner .. "." .. block.name] then return OF_FUNCTION[block.owner .. "." .. block.name] end
  for _, known in ipairs(RETURNS) do
    if one.text:find(known[1]) then return known[2] end
  end
  return one.type == "table" and result_class(block, one.text) or type_of(one.type or "any")
end

local function add_returns(block, types)
  for i, one in ipairs(block.returns) do
    if one.text:find "`nil, err, " and not types[i]:find "%.%.%.$" then
      add_failing((types[i]:gsub("%?$", "")), one.text)
    else
      add_tag("---@return " .. types[i], note(one.text))
    end
  end
end

local function add_params(block, types)
  local args = {}
  for i, param in ipairs(block.params) do
    if types[i] then
      add_tag(("---@param %s%s %s"):format(param.name, param.is_optional and "?" or "", types[i]), param.text)
      args[#args + 1] = param.name
    end
  end
  return table.concat(args, ", ")
end

local function add_function(block)
  local params, returns = {}, {}
  for i, param in ipairs(block.params) do
    params[i] = not param.name:find "%w%." and param_type_of(block, param) or false
  end
  for i, one in ipairs(block.returns) do returns[i] = return_type(block, one) end
  add_description(block.text)
  local args = add_params(block, params)
  add_returns(block, returns)
  local is_method = not block.owner:find "^iggraph"
  local owner = block.owner:gsub("^iggraph%.", "")
  add("function %s%s%s(%s) end\n", owner, is_method and ":" or ".", block.name, args)
end

local SETTINGS = { "base_url", "ca_file", "connect_timeout", "host", "timeout", "version" }

local function find_block(blocks, owner, name)
  for _, block in ipairs(blocks) do
    if block.owner == owner and block.name == name then return block end
  end
end

-- Calls of the login take some options of a client.
local function add_settings(blocks)
  local new = find_block(blocks, "iggraph", "new")
  add_class "iggraph.login.settings"
  for _, name in ipairs(SETTINGS) do
    for _, member in ipairs(members_of(new, "options")) do
      if member.name == name then add_option(new, member) end
    end
  end
  add ""
end

-- Whether a function of the login takes them is asked of itself.
local function takes_settings(fn)
  local _, err = pcall(fn, { connect_timeout = 1 })
  return tostring(err):find("is required", 1, true) ~= nil -- what is unknown is told before
end

local FLOWS = { "iggraph.insights", "iggraph.login", "iggraph.store", "iggraph.webhook" }

local function add_owner(blocks, owner)
  for _, name in ipairs(sorted(public[owner])) do
    local block = type(public[owner][name]) == "function" and find_block(blocks, owner, name)
    local is_handle = owner == "client" and name == "user"
    if block and not is_handle then
      block.takes_settings = owner == "iggraph.login" and takes_settings(public[owner][name])
      add_function(block)
    end
  end
end

local function add_modules(blocks)
  for _, owner in ipairs(FLOWS) do
    local name = owner:match "[%w_]+$"
    add_class(owner)
    add("local %s = {}\n", name)
    add_owner(blocks, owner)
  end
  add "---@class iggraph"
  add '---@field _VERSION string The version of this module.'
  add '---@field null userdata JSON\'s `null`; it is true in a condition.'
  add "local iggraph = { insights = insights, login = login, store = store, webhook = webhook }\n"
  add_owner(blocks, "iggraph")
end

-- --- all of it --------------------------------------------------------------------------------------

local function add_classes()
  for _, class in ipairs(CLASSES) do
    add_class(class[1], class[2])
    for _, member in ipairs(class[3]) do
      local optional = member[2]:match "^(.*)|nil$"
      add_field(member[1] .. (optional and "?" or ""), optional or member[2], member[3])
    end
    if class[1] == "iggraph.media.spec" then
      add '---@field children? (string|iggraph.media.spec)[] Of a carousel: 2 to 10 of these, or ids of containers.'
    end
    add ""
  end
end

local function add_cursors()
  for _, name in ipairs(sorted(cursors)) do
    local item = cursors[name]
    add_class(name, "iggraph.cursor")
    add("---@overload fun(): %s?", item)
    add("local %s = {}\n", name:match "[%w_]+$" .. "s")
    add_failing(item)
    add("function %ss:next() end\n", name:match "[%w_]+$")
  end
end

--- The file's text.
-- @treturn string
function M.text()
  lines, cursors = { HEAD }, { ["iggraph.cursor.account"] = "iggraph.account" }
  local blocks = ldoc.library()
  add_kinds()
  add_classes()
  add_values()
  add_data()
  for _, owner in ipairs { "client", "cursor", "task" } do
    add_class("iggraph." .. owner)
    if owner == "cursor" then add "---@overload fun(): any" end
    add("local %s = {}\n", owner)
  end
  options_class(find_block(blocks, "cursor", "open"), { name = "opts", text = "" })
  add_settings(blocks)
  for _, owner in ipairs { "client", "cursor", "task" } do add_owner(blocks, owner) end
  add_handles()
  add_modules(blocks)
  add_cursors()
  add "return iggraph"
  return table.concat(lines, "\n") .. "\n"
end

if arg and (arg[0] or ""):find "support/types%.lua$" then io.write(M.text()) end

return M
