--- Bodies of every kind that a client has to survive.
-- @module iggraph.sandbox.scenarios.bodies
local cjson = require("cjson").new()
local credentials = require "iggraph.sandbox.credentials"
local json = require "iggraph.sandbox.json"
local paging = require "iggraph.sandbox.paging"

local HTML = "text/html; charset=UTF-8"
local TEXT = "text/plain; charset=UTF-8"

local PAGE = [[<!DOCTYPE html>
<html lang="en" id="facebook">
<head><title>Facebook | Error</title><meta charset="utf-8"></head>
<body><div id="content"><h1>Sorry, something went wrong.</h1>
<p>We're working on it and we'll get it fixed as soon as we can.</p>
%s
</div></body>
</html>
]]

local function page(content)
  return (PAGE:gsub("%%s", function() return content end))
end

local FILLER = ("<!-- this comment makes the page as long as the real one -->\n"):rep(20)

local function html(status)
  return { status = status, headers = { ["Content-Type"] = HTML }, body = page(FILLER) }
end

local function text(status, content)
  return { status = status, headers = { ["Content-Type"] = TEXT }, body = content }
end

--- Cut in the middle of a string, with a secret in what is left.
local function truncated()
  local whole = json.encode(json.object("data", { json.object(
    "access_token", credentials.tokens.page, "category", "App Page", "name", "Metricsaurus, cut off") }))
  return whole:sub(1, -12)
end

--- The first part of a page is an empty page, and its `next` leads to the page itself; what has no next stays.
local function empty_page(situation)
  local answer, call = situation:usual(), situation.call
  local ok, value = pcall(cjson.decode, answer.body)
  local links = ok and type(value) == "table" and value.data and value.paging
  if not links or not links.next then return answer end
  local further = {}
  for _, name in ipairs { "limit", "after", "before" } do
    if call.params[name] then further[#further + 1] = { name, call.params[name] } end
  end
  local path = "/" .. table.concat(call.segments, "/")
  answer.body = json.encode(json.object("data", {}, "paging", json.object(
    "next", paging.url(situation.context, path, call.sent, further))))
  return answer
end

local DEPTH = 100000
local MEBIBYTE = 1048576

return {
  rows = {
    body_html_500 = html(500),
    body_html_502 = html(502),
    body_html_503 = html(503),
    body_html_504 = html(504),
    body_html_200 = html(200),
    body_html_echo = {
      status = 502, headers = { ["Content-Type"] = HTML },
      body = function(situation) return page("<p>" .. situation.context.token .. "</p>") end,
    },
    body_javascript = { headers = { ["Content-Type"] = "text/javascript; charset=UTF-8" } },
    empty_page = { answer = empty_page },
    body_empty = { body = "" },
    body_empty_500 = { status = 500, body = "" },
    body_true = { body = "true" },
    body_false = { body = "false" },
    body_null = { body = "null" },
    body_string = { body = '"A string, with \\ud83e\\udd96 in it"' },
    body_number = { body = "42" },
    body_unavailable = text(200, "Service Unavailable"),
    body_truncated = { body = truncated },
    body_deep = { body = function() return ("["):rep(DEPTH) .. ("]"):rep(DEPTH) end },
    body_bad_utf8 = { body = '{"id":"1","text":"ok \195\164, bad \255\254 \195( \237\160\128 \192\175."}' },
    body_lone_surrogate = {
      body = '{"id":"1","caption":"cut \\ud83d","other":"\\udd96 first","both":"\\ud83e\\udd96"}',
    },
    body_big_integers = {
      body = '{"max":9007199254740992,"over":9007199254740993,"id":17841405822304914,'
        .. '"neg":-17841405822304914,"float":0.80000001192093,"exp":1e3}',
    },
    body_duplicate_keys = { body = '{"id":"1","name":"first","name":"second","id":"2"}' },
    body_large = {
      headers = { ["Content-Encoding"] = "identity" }, -- compressed it would be small
      body = "", transport = { endless = 64 * MEBIBYTE },
    },
    body_gzip = {
      body = function()
        return json.encode(json.object("id", "body_gzip", "text", ("The same again and again. "):rep(200)))
      end,
    },
  },
}
