--- What happens around a body: delays, cuts, redirects, headers.
-- @module iggraph.sandbox.scenarios.wire
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local usage = require "iggraph.sandbox.usage"

local ACCOUNT = "17841405822304914"
local HANG = 60 -- seconds

--- A body that is long enough to be halved, and short enough not to be compressed.
local function twenty_items()
  local data = {}
  for number = 1, 20 do data[number] = json.object("id", ids.numbered("media", number)) end
  return json.encode(json.object("data", data))
end

local function redirect(to)
  return {
    status = 302, body = "",
    headers = function(situation) return { Location = to(situation) } end,
  }
end

local function many_headers()
  local headers = {}
  for number = 1, 100 do headers[("x-sandbox-header-%03d"):format(number)] = ("x"):rep(2048) end
  return headers
end

local function error_body(code, message)
  return function(situation)
    return json.encode(errors.body(errors.new { code = code, message = message }, situation.trace))
  end
end

--- `prefix` and digits.
local function numbered(prefix, pattern)
  return function(name)
    local digits = name:match("^" .. prefix .. "_(" .. pattern .. ")$")
    return digits and { number = tonumber(digits) }
  end
end

--- `entry_without_headers_code`: the words.
local function left_out(name)
  local words, without = name:match("^entry_without_([%l_]+)$"), {}
  for word in (words or ""):gmatch("%l+") do without[word] = true end
  return words and { without = without }
end

local function retry_after(seconds)
  return {
    status = 429, body = error_body(4, "(#4) Application request limit reached"),
    headers = function(situation)
      return { ["Retry-After"] = ("%d"):format(seconds or situation.captures.number) }
    end,
  }
end

--- The Content-Length is wrong by so many bytes. Compressed, an answer would have none.
local function wrong_length(excess)
  return { headers = { ["Content-Encoding"] = "identity" }, transport = { excess = excess, drop = excess > 0 } }
end

--- The first call is broken off without an answer: the connection is cut, or over HTTP/2 the stream reset.
local function kill_first(situation)
  if situation.store.add("scenario:" .. situation.name, 1) > 1 then return nil end
  return { part = 0, drop = true }
end

return {
  rows = {
    cut_body = { body = twenty_items, transport = { part = 0.5, drop = true } },
    cut_header = { transport = { part = 0, drop = true } },
    null_always = { transport = { part = 0, drop = true } }, -- named after what a batch makes of it
    hang = { transport = { part = 0, hold = HANG, drop = true } },
    hang_body = { body = twenty_items, transport = { part = 0.5, hold = HANG, drop = true } },
    drip = { transport = { byte_delay = 0.05 } },
    slow_body = { transport = { byte_delay = 0.05, pieces = 10 } },
    length_short = wrong_length(-10),
    length_long = wrong_length(10),
    close = { transport = { close = true } },
    redirect_other = redirect(function(situation)
      return (situation.settings.other_url or "http://127.0.0.2:9") .. "/v26.0/ok"
    end),
    redirect_same = redirect(function(situation) return situation.call.base_url .. "/v26.0/body_true" end),
    redirect_loop = redirect(function(situation) return situation.call.base_url .. situation.call.uri end),
    usage_malformed = {
      headers = {
        ["X-App-Usage"] = '{"call_count":28,"total_time":',
        ["X-Business-Use-Case-Usage"] = "<html>",
        ["X-Page-Usage"] = "not JSON at all",
      },
    },
    usage_unknown = {
      headers = {
        ["X-App-Usage"] = '{"call_volume":12,"cpu_time":3,"call_count":2.5,'
          .. '"brand_new":{"deep":[1,"two",null]}}',
        ["X-Business-Use-Case-Usage"] = '{"' .. ACCOUNT
          .. '":[{"type":"brand_new","call_count":"many"}],"other":7}',
        ["X-Page-Usage"] = '{"call_count":1,"total_time":2,"total_cputime":3,"brand_new":true}',
        ["X-Ad-Account-Usage"] = '{"acc_id_util_pct":9.67,"reset_time_duration":100,'
          .. '"ads_api_access_tier":"standard_access"}',
      },
    },
    usage_business = {
      headers = {
        ["X-App-Usage"] = '{"call_count":28,"total_time":25,"total_cputime":25}',
        ["X-Business-Use-Case-Usage"] = usage.business(ACCOUNT, 100, 19),
      },
    },
    usage_empty = { -- nginx would leave out a value of no length
      headers = { ["X-App-Usage"] = " ", ["X-Business-Use-Case-Usage"] = " ", ["X-Page-Usage"] = " " },
    },
    throttled_80002 = {
      status = 400, headers = { ["X-Business-Use-Case-Usage"] = usage.business(ACCOUNT, 100, 19) },
      body = error_body(80002,
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."),
    },
    retry_after = retry_after(7),
    headers_many = { headers = many_headers },
  },
  patterns = {
    { numbered("slow", "%d+"), {
      transport = function(situation) return { delay = situation.captures.number / 1000 } end,
    } },
    { function(name) return (name:find("^killed_once_%w+$") or name:find("^null_once_%w+$")) and {} end,
      { transport = kill_first } },
    { left_out, { transport = function(situation) return { without = situation.captures.without } end } },
    { numbered("retry_after", "%d+"), retry_after() },
    { numbered("status", "%d%d%d"), {
      status = function(situation) return situation.captures.number end, body = "{}",
    } },
  },
}
