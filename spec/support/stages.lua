--- What spec/support/faults.c refuses things to: `faults spec/support/stages.lua BASE_URL TOKEN SECURE_URL CA_FILE`,
-- against a sandbox. A stage may be ended by an error anywhere; called again, it goes on and must end well: its
-- results are kept in tables that have room for them, so that storing one takes no memory.

-- LuaJIT's compiler does not survive it by itself (LuaJIT/LuaJIT#52, #1166), with or without this module.
local jit = rawget(_G, "jit")
if jit then jit.off() end

local base_url, token, secure_url, ca_file, login_app, login_secret = ...

local ITEMS, PAGE = 12, 6 -- two pages
local TIMEOUT = 10 -- seconds
local account = ("17840%012d"):format(ITEMS)

local iggraph, client, cursor
local ids, got = {}, 0
for i = 1, ITEMS + 1 do ids[i] = false end

-- Raises what a call failed with as it is.
local function check(condition, err)
  if not condition then error(type(err) == "table" and err or "wrong: " .. tostring(err), 0) end
  return condition
end

-- Before Lua 5.2 a module whose loading failed cannot be loaded again, unless its mark is removed.
local function forget_failed()
  for name, value in pairs(package.loaded) do
    local is_loaded = type(value) == "table" or type(value) == "function"
    if not is_loaded and (name == "cjson" or name:find("^iggraph")) then package.loaded[name] = nil end
  end
end

-- A client of its own: one call is one attempt, unless told otherwise.
local function new(options)
  local all = { access_token = token, base_url = base_url, timeout = TIMEOUT, retry = false }
  for name, value in pairs(options or {}) do all[name] = value end
  return iggraph.new(all)
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
    access_token = token, base_url = base_url, app_secret = "oom", token_in = "query", timeout = TIMEOUT,
  }
  client:close()
  client = new()
  client = client:with_token(token)
  check(tostring(client):find("v26.0", 1, true), "no version")
end, true)

stage("get", function()
  local user = check(client:user(account):get { fields = { "id", "media_count" } })
  check(user.id == account and user.media_count == ITEMS, "not the account")
  check(type(client:usage()) == "table", "no usage")
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
  check(check(list:next()).id == expected[PAGE].id, "another place")
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
  local file = check(io.open("spec/support/stages.lua", "rb"))
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
    check(value == nil and kind == case[2], err)
    check(tostring(err):find(case[1], 1, true), err)
    check(not tostring(err):find(token, 1, true), "the token")
  end
end)

stage("batch", function()
  local results, err = client:batch {
    { path = account, params = { fields = { "id" } }, name = "a" }, { path = "error_190" },
    { method = "POST", path = "_echo", params = { text = "{result=a:$.id}" } },
  }
  check(results, err)
  check(results[1][1].id == account and results[2][3] == "auth", "other results")
  check(results[3][1].form.text == account, "no reference")
  check(not tostring(results[2][2]):find(token, 1, true), "the token")
end)

-- A task that was begun runs to its end, whatever becomes of who began it.
stage("tasks", function()
  local function ask(id) return client:get(id, { fields = "id" }) end
  local task = iggraph.spawn(ask, account)
  local user, err = task:wait()
  check(user, err)
  check(user.id == account, "another account")
  task = iggraph.spawn(function() error "on purpose" end)
  user, err = task:wait()
  if not (user == nil and type(err) == "string" and err:find("on purpose", 1, true)) then error(err, 0) end
  task = iggraph.spawn(ask, "slow_200")
  task:cancel()
  local kind
  user, err, kind = task:wait()
  check(user == nil and kind == "cancelled", err)
end)

stage("map", function()
  local results = iggraph.map({ account, "error_190_463", account }, function(id)
    return client:get(id, { fields = "id" })
  end, { concurrency = 2 })
  for i = 1, 3 do check(results[i], "no result " .. i) end
  for i = 1, 3, 2 do
    check(results[i][1], results[i][2])
    check(results[i][1].id == account, "another account")
  end
  check(results[2][3] == "auth", results[2][2])
end)

-- Another account each time: an account publishes so often a day.
local function publisher() return ("17840%012d"):format(tonumber(tostring({}):match "%x+$", 16) % 900000 + 100) end

-- Where the answer of media_publish was lost the container tells that it was published, without the medium's id.
local function check_published(media, err)
  check(media, err)
  check(type(media.container) == "string" and (media.id == nil or type(media.id) == "string"), "no ids")
end

stage("publish", function()
  local photo = { image_url = "https://c.example/photo.jpg", caption = "x" }
  check_published(client:publish(publisher(), photo, { poll_interval = 0.01 }))
end)

stage("publish a file", function()
  local spec = { media_type = "REELS", file = "spec/support/stages.lua" }
  check_published(client:publish(publisher(), spec, { poll_interval = 0.01 }))
end)

stage("login", function()
  local login = iggraph.login
  local place = { client_id = login_app, client_secret = login_secret, base_url = base_url }
  local here = "http://localhost:7777/"
  local url, state = login.url { client_id = login_app, redirect_uri = here, scope = { "a", "b" } }
  check(url:find("client_id=" .. login_app, 1, true) and #state > 16, "no URL")
  local redirect = check(login.parse_redirect(here .. "?code=abc&state=" .. state, state))
  check(redirect.code == "abc", "no code")
  local issued, err = login.app_token(place)
  check(issued, err)
  check(type(issued.access_token) == "string", "no token")
  local told
  told, err = login.debug_token { input_token = token, access_token = issued.access_token, base_url = base_url }
  check(told, err)
  check(told.is_valid, "not valid")
end)

stage("webhook", function()
  local webhook = iggraph.webhook
  local body = '{"object":"instagram","entry":[{"id":"1","time":1,"changes":'
    .. '[{"field":"comments","value":{"id":"2"}}]}]}'
  local header = "sha256=" .. require("iggraph.core").crypto.hmac("s", body)
  check(webhook.verify("s", body, header))
  check(not webhook.verify("s", body .. " ", header), "a wrong signature fits")
  local event = check(webhook.events(body)())
  check(event.field == "comments" and event.value.id == "2", "another event")
  check(webhook.challenge("hub.mode=subscribe&hub.verify_token=t&hub.challenge=7", "t") == "7", "another challenge")
end)

stage("retry", function()
  local patient = new { retry = { attempts = 2, max_delay = 1 } }
  local value, err, kind = patient:get "error_2"
  check(value == nil and kind == "transient", err)
  patient:close()
end)

stage("json", function()
  local decode = require("iggraph.core").json.decode
  local text = ("["):rep(500) .. [["\ud83c\udf31",17841405822304914,1.5]] .. ("]"):rep(500)
  local value, message = decode(text)
  check(value, message)
  for _ = 1, 499 do value = value[1] end
  check(value[2] == "17841405822304914" and value[3] == 1.5, "another value")
end)

-- Several calls over one kept connection, each after the other.
stage("kept", function()
  local own = new()
  for _ = 1, 3 do
    local user, err = own:get(account, { fields = "id" })
    check(user, err)
    check(user.id == account, "another account")
  end
  own:close()
end)

stage("multipart", function()
  local file = check(io.open("spec/support/stages.lua", "rb"))
  local size = file:seek "end"
  file:seek "set"
  local ok, echo, err = pcall(client.post, client, "_echo", { caption = "x y", source = file })
  file:close()
  if not ok then error(echo, 0) end
  check(echo, err)
  check(echo.form.caption == "x y", "not what was sent")
  check(echo.files.source.size == size, "not the file")
end)

stage("delete", function()
  local echo, err = client:delete "_echo"
  check(echo, err)
  check(echo.method == "DELETE", "another method")
end)

stage("redirect", function()
  local value, err = client:get "redirect_same"
  check(value ~= nil, err)
  check(value == true, "another answer")
  local kind
  value, err, kind = client:get "redirect_other"
  check(value == nil and kind == "network" and err.message:find("not followed", 1, true), err)
end)

-- HTTPS, and HTTP/2: a first call, several at a time, a form.
stage("secure", function()
  local own = new { base_url = secure_url, ca_file = ca_file }
  local user, err = own:get(account, { fields = "id" })
  check(user, err)
  check(user.id == account, "another account")
  local results = iggraph.map({ 1, 2, 3, 4 }, function() return own:get(account, { fields = "id" }) end)
  for i = 1, 4 do
    check(results[i][1], results[i][2])
    check(results[i][1].id == account, "another account")
  end
  local echo
  echo, err = own:post("_echo", { caption = "x y" })
  check(echo, err)
  check(echo.form.caption == "x y", "not what was sent")
  own:close()
end)

-- A host whose name must be looked up. There is none such.
stage("resolve", function()
  local own = new { base_url = "https://graph.invalid" }
  local value, err, kind = own:get "me"
  check(value == nil and kind == "network", err)
  own:close()
end)

stage("abandon", function()
  local core = require "iggraph.core"
  local list = client:list(account .. "/media")
  for _ = 1, 6 do core.transfer.start(client, "GET", "slow_200") end
  core.cursor.start(list)
  core.loop.engine():step()
end)

return stages
