--- What spec/support/oom.c refuses memory to: `oom spec/support/oom.lua BASE_URL TOKEN`, against a
-- sandbox. A stage may be ended by an error anywhere; called again, it goes on and must end well: its
-- results are kept in tables that have room for them, so that storing one takes no memory.

-- LuaJIT's compiler does not survive it by itself (LuaJIT/LuaJIT#52, #1166), with or without this module.
local jit = rawget(_G, "jit")
if jit then jit.off() end

local base_url, token = ...

local ITEMS, PAGE = 12, 6 -- two pages
local account = ("17840%012d"):format(ITEMS)

local iggraph, client, cursor
local ids, got = {}, 0
for i = 1, ITEMS + 1 do ids[i] = false end

local function check(condition, text)
  if not condition then error("wrong: " .. tostring(text), 0) end
  return condition
end

-- Before Lua 5.2 a module whose loading failed cannot be loaded again, unless its mark is removed.
local function forget_failed()
  for name, value in pairs(package.loaded) do
    local is_loaded = type(value) == "table" or type(value) == "function"
    if not is_loaded and (name == "cjson" or name:find("^iggraph")) then package.loaded[name] = nil end
  end
end

local stages = {}

local function stage(name, run, is_needed)
  stages[#stages + 1] = { name, function()
    forget_failed()
    run()
  end, is_needed }
end

stage("require", function()
  iggraph = require "iggraph"
  check(iggraph.null ~= nil, "no module")
end, true)

stage("client", function()
  client = iggraph.new {
    access_token = token, base_url = base_url, app_secret = "oom", token_in = "query", timeout = 30,
  }
  client:close()
  client = iggraph.new { access_token = token, base_url = base_url, timeout = 30 }
  client = client:with_token(token)
  check(tostring(client):find("v26.0", 1, true), "no version")
end, true)

stage("get", function()
  local user = check(client:user(account):get { fields = { "id", "media_count" } })
  check(user.id == account and user.media_count == ITEMS, "not the account")
  check(client:usage().app, "no usage")
end)

stage("post", function()
  local echo, err = client:post("_echo", { caption = "x y", children = { "1", "2" }, count = 3 })
  check(echo, err)
  check(echo.form.caption == "x y" and echo.form.children == '["1","2"]' and echo.form.count == "3",
    "not what was sent")
end)

stage("pages", function()
  cursor = cursor or client:user(account):media { fields = { "id", owner = { "id" } }, limit = PAGE }
  while true do
    local item, err = cursor:next()
    check(not err, err)
    if not item then break end
    got = got + 1
    ids[got] = item.id
  end
  for i = 1, ITEMS do
    check(ids[i], "item " .. i .. " is missing")
    for earlier = 1, i - 1 do check(ids[i] ~= ids[earlier], "item " .. i .. " came again") end
  end
  check(got == ITEMS, got .. " items")
end)

stage("position", function()
  local path, params = account .. "/media", { limit = PAGE }
  local expected = check(client:get(path, params)).data
  local list = client:list(path, params, { prefetch = true })
  for i = 1, PAGE - 1 do check(check(list:next()).id == expected[i].id, "another item") end
  local position = list:position()
  list:close()
  list = client:list(path, params, { position = position })
  check(list:next().id == expected[PAGE].id, "another place")
  local pages = 0
  for page in list:pages() do
    check(#page.data == PAGE, "another page")
    pages = pages + 1
  end
  check(pages == 1, pages .. " pages")
end)

stage("accounts", function()
  local name
  for found in client:instagram_accounts() do name = name or found.page.name end
  check(type(name) == "string", "no account")
end)

-- The lists of the User and of his businesses, joined.
local joined, pages, joined_count = nil, {}, 0
for i = 1, 20 do pages[i] = false end

stage("businesses", function()
  joined = joined or client:instagram_accounts({ limit = 2 }, { businesses = true, without_account = true })
  while true do
    local found, err = joined:next()
    check(not err, err)
    if not found then break end
    joined_count = joined_count + 1
    pages[joined_count] = found.page.id
  end
  check(joined_count > 4, joined_count .. " Pages")
  for i = 1, joined_count do
    for earlier = 1, i - 1 do check(pages[i] ~= pages[earlier], "Page " .. i .. " came again") end
  end
end)

stage("upload", function()
  local core = require "iggraph.core"
  local engine, uploader = core.loop.engine(), core.client.uploader(client, base_url)
  local file = check(io.open("spec/support/oom.lua", "rb"))
  local size = file:seek "end"
  local ok, sending = pcall(core.transfer.upload, uploader, "v26.0/_echo", file, 5, size)
  file:close()
  check(ok, sending)
  while not core.loop.is_over(sending) do
    engine:wait()
    engine:step()
  end
  local echo, err = core.transfer.answer(sending)
  check(echo, err)
  check(echo.headers["content-length"] == tostring(size - 5) and echo.headers.offset == "5", "not what was sent")
  uploader:close()
end)

-- As of an entry of a batch.
stage("reading", function()
  local read = require("iggraph.core").response.read
  local value, err = read(client, "GET", "/x", 200, '{"a":[1,{"b":"\\u00e9"}]}')
  check(value and value.a[2].b == "é", err)
  local message = ('{"error":{"message":"x%s","code":4,"error_data":"{\\"a\\":1}"}}'):format(token)
  value, err = read(client, "POST", "/x", 400, message)
  check(value == nil and err.code == 4 and err.data.a == 1, err)
  check(not tostring(err):find(token, 1, true), "the token")
  value, err = read(client, "GET", "/x", 502, "no JSON " .. token)
  check(value == nil and err.kind == "http" and not tostring(err):find(token, 1, true), err)
end)

stage("error", function()
  for _, case in ipairs {
    { "error_190_463", "auth" }, { "body_html_502", "http" }, { "body_empty", "json" },
  } do
    local value, err, kind = client:get(case[1])
    check(value == nil and kind == case[2], kind)
    check(tostring(err):find(case[1], 1, true), err)
    check(not tostring(err):find(token, 1, true), "the token")
  end
end)

stage("json", function()
  local decode = require("iggraph.core").json.decode
  local text = ("["):rep(500) .. [["\ud83c\udf31",17841405822304914,1.5]] .. ("]"):rep(500)
  local value, message = decode(text)
  check(value, message)
  for _ = 1, 499 do value = value[1] end
  check(value[2] == "17841405822304914" and value[3] == 1.5, "another value")
end)

stage("abandon", function()
  local core = require "iggraph.core"
  local list = client:list(account .. "/media")
  for _ = 1, 6 do core.transfer.start(client, "GET", "slow_200") end
  core.cursor.start(list)
  core.loop.engine():step()
end)

return stages
