--- The entries of a batch: as a program gives them -> as they are sent. Whatever can be wrong with them is found
-- here, before anything is.
--
-- See <https://developers.facebook.com/docs/graph-api/batch-requests>.

local core = require "iggraph.core"
local near = require "iggraph.near"

local raise = core.error.raise

local entries = {}

local MOST = 50 -- in one envelope
local MOST_LISTS = 100 -- in each other

-- --- one list of all ------------------------------------------------------------------------------

local function is_list(value) return rawget(value, 1) ~= nil or next(value) == nil end

local function check_list(list)
  if type(list) ~= "table" or not is_list(list) then
    raise("batch: a list of entries expected, got " .. (type(list) == "table" and "one entry" or type(list)))
  end
  local count = 0
  for _ in pairs(list) do count = count + 1 end
  if count ~= #list then raise "batch: a list without holes and names expected" end
end

local function flatten(list, flat, depth)
  if depth > MOST_LISTS then raise "batch: too many lists in each other; does one contain itself?" end
  check_list(list)
  for _, item in ipairs(list) do
    local is_more = type(item) == "table" and rawget(item, 1) ~= nil -- an empty table is an entry without all
    if is_more then flatten(item, flat, depth + 1) else flat[#flat + 1] = item end
  end
  return flat
end

-- --- what is wrong with an entry ------------------------------------------------------------------

local function label(entry)
  return entry.name and ("entry %d ('%s')"):format(entry.index, entry.name) or ("entry %d"):format(entry.index)
end

local function refuse(entry, message, ...) raise(("batch: %s: %s"):format(label(entry), message:format(...))) end

-- What raises for any call does so here with the entry's name.
local function checked(entry, check, ...)
  local ok, result = pcall(check, ...)
  if not ok then refuse(entry, "%s", (tostring(result):gsub("^.-:%d+: ", ""))) end
  return result
end

-- --- members --------------------------------------------------------------------------------------

--- What an entry may have: name -> types.
entries.members = {
  access_token = { "string" }, attached_files = { "table" }, body = { "string", "table" }, depends_on = { "string" },
  headers = { "table" }, method = { "string" }, name = { "string" }, omit_response_on_success = { "boolean" },
  params = { "table" }, path = { "string" }, read = { "function" }, relative_url = { "string" },
}
local METHODS = { GET = true, POST = true, DELETE = true }

-- Not in this: what would end a name in a reference, or in a list of names.
local NAME = "^[%w_.%-]+$"

local function has_type(value, types)
  for _, name in ipairs(types) do
    if type(value) == name then return true end
  end
  return false
end

local function check_members(entry)
  for name, value in pairs(entry.given) do
    local types = entries.members[name]
    if not types then refuse(entry, "unknown member '%s'%s", tostring(name), near(name, entries.members)) end
    if not has_type(value, types) then
      refuse(entry, "%s: a %s expected, got %s", name, table.concat(types, " or "), type(value))
    end
  end
end

local function check_text(entry, name, text)
  if text:find "[%c\127]" then refuse(entry, "%s: a control character in it", name) end
  return text
end

local function check_header(entry, header)
  local is_right = type(header) == "table" and type(header.name) == "string" and type(header.value) == "string"
  if not is_right then refuse(entry, "headers: a list of { name, value } expected") end
  return { name = check_text(entry, "headers", header.name), value = check_text(entry, "headers", header.value) }
end

local function check_headers(entry, headers)
  if not is_list(headers) then refuse(entry, "headers: a list of { name, value } expected") end
  local list = {}
  for i, header in ipairs(headers) do list[i] = check_header(entry, header) end
  return list[1] and list or nil
end

-- --- files ----------------------------------------------------------------------------------------

local function add_file(entry, name, file)
  if entry.method ~= "POST" then refuse(entry, "%s: a file can only be sent by a POST", name) end
  if io.type(file) ~= "file" then refuse(entry, "attached_files.%s: an open file expected", name) end
  if not name:find(NAME) then refuse(entry, "attached_files: letters, digits, '_', '.', '-' expected in a name") end
  entry.files[#entry.files + 1] = { name = name, file = file }
end

local function add_files(entry, files)
  local names = {}
  for name, file in pairs(files) do
    if type(name) ~= "string" then refuse(entry, "attached_files: open files by name expected") end
    names[#names + 1] = { name, file }
  end
  table.sort(names, function(a, b) return a[1] < b[1] end)
  for _, row in ipairs(names) do add_file(entry, row[1], row[2]) end
end

-- Parameters without the files among them, which go beside the batch.
local function take_files(entry, params)
  local rest, files = {}, {}
  for name, value in pairs(params or {}) do (io.type(value) and files or rest)[name] = value end
  add_files(entry, files)
  return rest
end

-- --- parameters as a query or a form ----------------------------------------------------------------

-- A reference stays readable for the Graph; what could end it, or its parameter, does not.
local READABLE = {
  ["7B"] = "{", ["7D"] = "}", ["3D"] = "=", ["3A"] = ":", ["24"] = "$", ["2A"] = "*", ["5B"] = "[", ["5D"] = "]",
  ["2C"] = ",",
}

local function readable(reference) return (reference:gsub("%%(%x%x)", READABLE)) end

local function escape(text) return (core.params.escape(text):gsub("%%7Bresult%%3D.-%%7D", readable)) end

local function form(texts)
  local pairs_of = {}
  for name, text in pairs(texts) do pairs_of[#pairs_of + 1] = core.params.escape(name) .. "=" .. escape(text) end
  table.sort(pairs_of)
  return table.concat(pairs_of, "&")
end

local function joined(text, mark, more) return text == "" and more or more == "" and text or text .. mark .. more end

-- --- where it goes ----------------------------------------------------------------------------------

local REFERENCE = "{result=(.-)}"

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

-- The path as failures tell it.
local function path_of(entry, text)
  local path = decoded(text):gsub("^/", "")
  checked(entry, core.client.path, entry.client, "/" .. path:gsub(REFERENCE, "0"))
  local _, version = core.client.address(entry.client)
  return "/" .. ((not version or path:find "^v%d+%.%d+/") and path or version .. "/" .. path)
end

local function check_no_credentials(entry, name, query)
  local params = core.params.query(query)
  for _, secret in ipairs { "access_token", "appsecret_proof" } do
    if params[secret] then
      refuse(entry, "%s: %s comes from the client, or from the entry's own access_token", name, secret)
    end
  end
end

-- relative_url and body, as the Graph has them.
local function take_url(entry)
  local given = entry.given
  if given.path or given.params then refuse(entry, "relative_url and body, or path and params, but not both") end
  local url, body = given.relative_url, given.body
  if url:find "%s" then refuse(entry, "relative_url: a space in it") end
  local path, query = check_text(entry, "relative_url", url):match "^([^?]*)%??(.*)$"
  entry.path = path_of(entry, path)
  check_no_credentials(entry, "relative_url", query)
  if type(body) == "table" then body = form(checked(entry, core.params.texts, take_files(entry, body))) end
  if body then check_no_credentials(entry, "body", check_text(entry, "body", body)) end
  if body and entry.method ~= "POST" then refuse(entry, "body: only a POST has one") end
  entry.relative_url, entry.body = url, body
end

-- path and params, as of client:get and so on.
local function take_path(entry)
  local given = entry.given
  if not given.path or given.path == "" then refuse(entry, "neither a path nor a relative_url") end
  if given.body then refuse(entry, "relative_url and body, or path and params, but not both") end
  if given.path:find "%%" then refuse(entry, "path: the byte 37 ('%%') cannot be in it") end
  entry.path = path_of(entry, given.path)
  local text = form(checked(entry, core.params.texts, take_files(entry, given.params)))
  local is_post = entry.method == "POST"
  entry.relative_url = is_post and given.path or joined(given.path, "?", text)
  entry.body = is_post and text or nil
end

-- A token of its own, and its proof, travel inside.
local function add_credentials(entry)
  local token, proof = core.client.credentials(entry.client)
  local text = form { access_token = token, appsecret_proof = proof }
  if entry.method == "POST" then
    entry.body = joined(entry.body or "", "&", text)
  else
    entry.relative_url = joined(entry.relative_url, entry.relative_url:find("?", 1, true) and "&" or "?", text)
  end
end

-- --- references -------------------------------------------------------------------------------------

local function add_references(entry, text)
  for inside in decoded(text):gmatch(REFERENCE) do
    local name = inside:match "^([%w_.%-]+):."
    if not name then refuse(entry, "'{result=%s}' is no reference; one is {result=name:$.path}", inside) end
    entry.references[name] = true
  end
end

-- The names that an entry waits for, in an order that is always the same.
local function names_of(entry)
  local names = {}
  for name in pairs(entry.references) do names[#names + 1] = name end
  if entry.depends_on and not entry.references[entry.depends_on] then names[#names + 1] = entry.depends_on end
  table.sort(names)
  return names
end

local function chunk_of(entry) return math.ceil(entry.index / MOST) end

local function check_need(entry, name, other)
  if not other then refuse(entry, "refers to '%s', and no entry has that name", name) end
  if other == entry then refuse(entry, "refers to itself") end
  if chunk_of(entry) ~= chunk_of(other) then
    refuse(entry, "refers to %s; each %d entries are sent together (1 to %d and so on), and a reference cannot lead out"
      .. " of its own", label(other), MOST, MOST)
  end
  if other.index > entry.index then refuse(entry, "refers to %s, which comes after it", label(other)) end
end

local function link(list)
  local by_name = {}
  for _, entry in ipairs(list) do
    local other = entry.name and by_name[entry.name]
    if other then refuse(entry, "entry %d has that name, too", other.index) end
    if entry.name then by_name[entry.name] = entry end
  end
  for _, entry in ipairs(list) do
    for i, name in ipairs(names_of(entry)) do
      local other = by_name[name]
      check_need(entry, name, other)
      entry.needs[i] = other
      other.users[#other.users + 1] = entry
    end
  end
end

-- --- all of it --------------------------------------------------------------------------------------

local function copy(given)
  local own = {}
  for name, value in pairs(given) do own[name] = value end
  return own
end

local function new(index, given)
  if type(given) ~= "table" then raise(("batch: entry %d: a table expected, got %s"):format(index, type(given))) end
  local entry = { index = index, given = copy(given), files = {}, references = {}, needs = {}, users = {} }
  local name = entry.given.name
  if type(name) == "string" then
    if not name:find(NAME) then refuse(entry, "name: letters, digits, '_', '.' and '-' expected") end
    entry.name = name
  end
  return entry
end

local function read(entry, client, clients)
  check_members(entry)
  local given, token = entry.given, entry.given.access_token
  entry.method, entry.depends_on, entry.read = given.method or "GET", given.depends_on, given.read
  if not METHODS[entry.method] then refuse(entry, "method: GET, POST or DELETE expected, got '%s'", given.method) end
  entry.omits = given.omit_response_on_success
  if token then clients[token] = clients[token] or checked(entry, core.client.with_token, client, token) end
  entry.client = token and clients[token] or client
  entry.headers = check_headers(entry, given.headers or {})
  if given.relative_url then take_url(entry) else take_path(entry) end
  add_files(entry, given.attached_files or {})
  add_references(entry, entry.relative_url)
  add_references(entry, entry.body or "")
  if token then add_credentials(entry) end
end

--- @param client
-- @tparam table requests list of entries, and of lists of them
-- @treturn table list of chunks, each a list of at most 50 entries: `index`, `name`, `client` (its own where it has a
-- token), `method`, `path` (as failures tell it), `relative_url`, `body`, `headers`, `files` (list of
-- `{ name, file }`), `depends_on`, `omits`, `read`; `needs` (the entries that it waits for, all of them before it) and
-- `users` (those that wait for it). Raises for whatever is wrong, and names the entry
function entries.read(client, requests)
  core.client.credentials(client) -- raises for a closed one
  local chunks, list, clients = {}, {}, {}
  for index, given in ipairs(flatten(requests, {}, 1)) do
    local entry = new(index, given)
    read(entry, client, clients)
    list[index] = entry
  end
  link(list)
  for _, entry in ipairs(list) do
    local number = chunk_of(entry)
    chunks[number] = chunks[number] or {}
    table.insert(chunks[number], entry)
  end
  return chunks
end

return entries
