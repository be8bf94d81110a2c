--- What there is, as a text: for a prompt. From the table that the calls are made of, and the Graph's own description
-- of its parameters. See `iggraph.help`.

local core = require "iggraph.core"
local near = require "iggraph.near"
local reference = require "iggraph.reference"

local raise = core.error.raise

local WIDTH = 79
local GRAPH = "Graph" -- the node of edges that belong to none

local handles, by_type = {}, {}
for _, row in ipairs(core.graph.handles()) do handles[row.name], by_type[row.node] = row, row end

local IDS = { user = "17841405822304914", media = "17895695668004550", page = "134895793791914" } -- the sandbox's

local function maker(row)
  if row.name == "me" then return "ig:me()" end
  return ('ig:%s("%s")'):format(row.name, IDS[row.name] or "…")
end

-- --- one edge ---------------------------------------------------------------------------------------

-- The parameters of an edge: what is required first, then in order. `a|b` are alternatives.
local function params_of(row)
  local required, others, seen = {}, {}, {}
  for names in row.required:gmatch "[^,]+" do
    required[#required + 1] = names
    for name in names:gmatch "[^|]+" do seen[name] = true end
  end
  for name in pairs(reference.edge(row).params) do
    if not seen[name] then others[#others + 1] = name end
  end
  table.sort(others)
  return required, others
end

-- What stands between the parentheses, by shape.
local ARGUMENTS = {
  flag = function() return "(true or false)" end,
  argument = function(row) return ("(%s, fields)"):format(row.required) end,
}

local function arguments_of(row)
  if ARGUMENTS[row.shape] then return ARGUMENTS[row.shape](row) end
  local required, others = params_of(row)
  local names = {}
  for i, name in ipairs(required) do names[i] = name:gsub("|", "* or ") .. "*" end
  for _, name in ipairs(others) do names[#names + 1] = name end
  return names[1] and (" { %s }"):format(table.concat(names, ", ")) or "()"
end

local function values_of(row, name)
  for _, one in ipairs(reference.values) do
    if one.param == name and (one.node or row.node) == row.node then return one.values end
  end
  return {}
end

local SAMPLES = { bool = "true", int = "1", ["unsigned int"] = "1", float = "0.5" }

-- A value for an example: Lua that can be read.
local function sample(row, name)
  local kind, values = reference.edge(row).params[name] or "string", values_of(row, name)
  local text = values[1] and ('"%s"'):format(values[1]) or SAMPLES[kind] or '"…"'
  return kind:find "^list" and ("{ %s }"):format(text) or kind == "map" and "{}" or text
end

local function needed(row)
  local parts = {}
  for i, names in ipairs((params_of(row))) do
    local name = names:match "^[^|]+"
    parts[i] = ("%s = %s"):format(name, sample(row, name))
  end
  return parts
end

local EXAMPLES = {
  flag = function(call) return ("assert(%s(true))"):format(call) end,
  argument = function(call) return ('assert(%s("…", { "id" }))'):format(call) end,
  field = function(call) return ("print(assert(%s()).id)"):format(call) end,
  value = function(call, given) return ("assert(%s%s)"):format(call, given == "" and "()" or given) end,
  list = function(call, given)
    return ("for item in %s%s do print(item.id) end"):format(call, given == "" and "()" or given)
  end,
}
EXAMPLES.insights = EXAMPLES.list

local function example(row)
  local parts = needed(row)
  local given = parts[1] and (" { %s }"):format(table.concat(parts, ", ")) or ""
  local owner = by_type[row.node] and maker(by_type[row.node]) or "ig"
  return EXAMPLES[row.shape](owner .. ":" .. row.name, given)
end

local GIVES = {
  list = "a cursor", insights = "a cursor",
  field = "that member of the node", argument = "what stands behind the field", value = "what the API sent",
  flag = "what the API sent",
}

-- Words in lines that begin with `indent`, the first one with `first` where that is given.
local function wrap(words, indent, first)
  local lines, line = {}, nil
  for _, word in ipairs(words) do
    if line and #line + #word + 1 > WIDTH then
      lines[#lines + 1], line = line, nil
    end
    line = (line and line .. " " or not lines[1] and first or indent) .. word
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function with_commas(names)
  for i = 1, #names - 1 do names[i] = names[i] .. "," end
  return names
end

local function add_param(lines, row, names, is_required)
  for name in names:gmatch "[^|]+" do
    local kind, values = reference.edge(row).params[name] or "string", values_of(row, name)
    lines[#lines + 1] = ("  %-28s %s%s"):format(name, kind, is_required and ", required" or "")
    if names:find("|", 1, true) then lines[#lines] = lines[#lines] .. ": one of these" end
    if values[1] then
      lines[#lines + 1] = wrap(with_commas { (table.unpack or unpack)(values) }, "      ") -- luacheck: ignore 113
    end
  end
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function add_fields(lines, node_type)
  local names = sorted(reference.fields(node_type))
  if names[1] then lines[#lines + 1] = "fields:\n" .. wrap(with_commas(names), "  ") end
end

-- The call with its parameters, in lines of which the first begins with `indent`.
local function call_text(call, row, indent)
  local words = {}
  for word in (call .. arguments_of(row)):gmatch "%S+" do words[#words + 1] = word end
  return wrap(words, "      ", indent)
end

local function edge_text(row)
  local owner = by_type[row.node] and ("ig:%s"):format(by_type[row.node].name) or "ig"
  local named = by_type[row.node] and (by_type[row.node].name == "me" and "()" or "(id)") or ""
  local known = reference.edge(row)
  local path = (named == "" and "" or named == "()" and "/me" or "/<id>") .. (row.edge == "" and "" or "/" .. row.edge)
  local what = known.returns ~= "" and known.returns ~= "Object" and ": " .. known.returns or ""
  local lines = {
    call_text(("%s%s:%s"):format(owner, named, row.name), row, ""),
    ("%s %s gives %s%s"):format(row.method, path, GIVES[row.shape], what),
  }
  local required, others = params_of(row)
  if row.shape ~= "argument" and row.shape ~= "field" then
    for _, names in ipairs(required) do add_param(lines, row, names, true) end
    for _, name in ipairs(others) do add_param(lines, row, name, false) end
  end
  if row.shape == "list" then lines[#lines + 1] = "  and of every list            fields, limit (items a page)" end
  if row.method == "GET" then add_fields(lines, known.returns) end
  lines[#lines + 1] = "\n  " .. example(row)
  return table.concat(lines, "\n")
end

-- --- one node ---------------------------------------------------------------------------------------

-- `ig:me()` is a User, a Page or an IG User: it has what is of one of them.
local function rows_of(handle)
  local rows = {}
  for _, row in ipairs(core.graph.edges()) do
    if row.node == handle.node then rows[#rows + 1] = row end
  end
  return rows
end

local function add_rows(lines, title, rows, is_wanted)
  local found = {}
  for _, row in ipairs(rows) do
    if is_wanted(row) then found[#found + 1] = row end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  if found[1] then lines[#lines + 1] = title end
  for _, row in ipairs(found) do lines[#lines + 1] = call_text(row.name, row, "  :") end
end

local function node_text(handle)
  local lines = {
    ("%s is a handle of %s\n  %s"):format(maker(handle), handle.node, handle.page),
    "  :get { fields = … } reads it",
  }
  if handle.name == "me" then
    lines[#lines + 1] = "  It is whose token it is: with a Page's token it has the edges of \"page\", on" ..
      "\n  graph.instagram.com those of \"user\""
  end
  add_fields(lines, handle.node)
  local rows = rows_of(handle)
  local function is_list(row) return row.shape == "list" or row.shape == "insights" end
  add_rows(lines, "lists, each a cursor (* is required; fields and limit are of all):", rows, is_list)
  add_rows(lines, "other reads:", rows, function(row) return row.method == "GET" and not is_list(row) end)
  add_rows(lines, "writes:", rows, function(row) return row.method ~= "GET" end)
  if rows[1] then
    lines[#lines + 1] = ('One of them: iggraph.help "%s.%s"'):format(handle.name, rows[1].name)
  end
  return table.concat(lines, "\n")
end

-- --- all of it --------------------------------------------------------------------------------------

local OVERVIEW = [[
iggraph %s: the Instagram Graph API
More: iggraph.help "user" tells of a node, iggraph.help "media.comments" of an edge

  ig = iggraph.new { access_token = … }      a client
  ig:instagram_accounts()                    the token's accounts: begin here
  ig:get(path, params) :post :delete :list   any node or edge

Handles of nodes, and what each has:
%s

What belongs to no node:
  ig:hashtags(user_id, word)
%s

Flows:
  ig:publish(user_id, spec)                  images, reels, stories, carousels
  ig:batch(ig:prepare(function(ig) … end))   many calls in one request
  ig:continue(node, edge)                    an edge that came inside of an answer
  iggraph.spawn(fn), iggraph.map(list, fn)   several at a time
  iggraph.insights.rows(list)                insights as rows
  iggraph.login.…, iggraph.webhook.…         tokens; what the Graph sends
  ig:usage(), ig:stats()                     how near the limit is; counters
  iggraph.show(value)                        a value as a text

A cursor:
  for item in cursor do … end                cursor:next() :peek() :pages() :position()]]

local function overview()
  local nodes, others = {}, {}
  for _, handle in ipairs(core.graph.handles()) do
    local names = {}
    for i, row in ipairs(rows_of(handle)) do names[i] = row.name end
    local id = handle.name == "me" and "()" or "(id)"
    local edges = #names > 2 and ("%d edges: %s, …"):format(#names, names[1]) or table.concat(names, ", ")
    nodes[#nodes + 1] = ("  %-22s %-18s %s"):format("ig:" .. handle.name .. id, handle.node, edges):match "^(.-) *$"
  end
  for _, row in ipairs(rows_of { node = GRAPH }) do
    others[#others + 1] = ("  ig:%s%s"):format(row.name, arguments_of(row))
  end
  return OVERVIEW:format(core.version, table.concat(nodes, "\n"), table.concat(others, "\n"))
end

-- --- what is asked for ------------------------------------------------------------------------------

-- A name -> function that gives its text. Edges have their node in front.
local topics = {}
for name, handle in pairs(handles) do topics[name] = function() return node_text(handle) end end
for _, row in ipairs(core.graph.edges()) do
  local owner = by_type[row.node] and by_type[row.node].name .. "." or ""
  topics[owner .. row.name] = function() return edge_text(row) end
end

-- An edge alone, of whatever node.
local function ending_with(name)
  local found = {}
  for topic in pairs(topics) do
    if topic:sub(-#name - 1) == "." .. name then found[#found + 1] = ('"%s"'):format(topic) end
  end
  table.sort(found)
  return found
end

local function unknown(name)
  local found = ending_with(name)
  if found[1] then return ("'%s' is an edge of several nodes: %s"):format(name, table.concat(found, ", ")) end
  local edges = {}
  for topic in pairs(topics) do edges[topic:match "[^.]+$"] = true end
  return ("nothing is called '%s'%s"):format(name, near(name, name:find(".", 1, true) and topics or edges))
end

--- @tparam ?string|table topic
-- @treturn string
return function(topic)
  if topic == nil then return overview() end
  if type(topic) == "table" and by_type[rawget(topic, "type")] then topic = by_type[topic.type].name end
  if type(topic) ~= "string" then raise('iggraph.help: a name expected, "user" or "media.comments"') end
  local name = topic:gsub("^ig[:.]", ""):gsub("%b()", ""):gsub(":", ".")
  local alone = ending_with(name)
  if not topics[name] and #alone == 1 then name = alone[1]:sub(2, -2) end
  return topics[name] and topics[name]() or unknown(name)
end
