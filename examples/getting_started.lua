--- From an access token to an account's media: steps 4 to 6 of Meta's "Getting Started" guide.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/getting_started.lua
--
-- Without a token it goes the way against the built-in sandbox, over HTTPS, and shows at the end what
-- the server saw.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")

script.options(script.head())

-- iggraph.new { access_token = … }; or a client of the sandbox, where there is no token.
local ig, server = script.client()

local function step(number, what, call)
  print(("%d. %s\n   %s"):format(number, what, call))
end

-- A caption on one line, at most `width` characters of it; never half of a UTF-8 character.
local function cut(text, width)
  local line, count = {}, 0
  for char in text:gsub("%s+", " "):gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    count = count + 1
    if count > width then return table.concat(line) .. "…" end
    line[count] = char
  end
  return table.concat(line)
end

step(4, "Get the User's Pages", "GET /me/accounts")
local pages = {}
for page in ig:me():accounts() do
  pages[#pages + 1] = page
  print(("   %s  %s  (%s)"):format(page.id, page.name, table.concat(page.tasks or {}, ", ")))
end

step(5, "Get the Page's Instagram Business Account", "GET /{page-id}?fields=instagram_business_account")
local account
for _, page in ipairs(pages) do
  local found, err, kind = ig:page(page.id):instagram_business_account()
  if found then
    account = account or found
    print(("   %s  leads to %s"):format(page.name, found.id))
  elseif kind == "not_found" then
    print(("   %s  has none"):format(page.name))
  else
    error(err, 0)
  end
end
assert(account, "no Page of this User has an Instagram account")

local fields = { "id", "caption", "timestamp", "permalink" }
step(6, "Get its media", "GET /{ig-user-id}/media?fields=" .. table.concat(fields, ","))
for media in ig:user(account.id):media({ fields = fields }, { max_items = 6 }) do
  print(("   %s  %s  %s"):format(media.id, media.timestamp:sub(1, 16), cut(media.caption or "", 56)))
end

if server then
  -- The sandbox keeps a record of what it was asked; asking for it does not count.
  local seen = assert(ig:get "_sandbox/requests")
  print(("\nThe server saw %d requests over %d connection(s):"):format(seen.count, seen.connections))
  for _, request in ipairs(seen.requests) do
    print(("   %s %s  (%s)"):format(request.method, request.uri, request.http))
  end
  server:stop()
end
