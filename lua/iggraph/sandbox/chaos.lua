--- Bad days: each call may meet one of the ways to fail that pass.
--
-- `POST /_sandbox/chaos` begins one, up to the next reset. Parameters:
--
--    rate     how likely a call fails, 0 to 1
--    seed     a number (1): another one gives other failures, the same one the same
--    kinds    words with commas between them, of `KINDS` or names of scenarios; or all, which is the default
--    methods  all: every method; otherwise GET only
--
-- `GET /_sandbox/chaos` tells how many calls might have failed (`calls`), and how often each scenario was played.
--
-- What a call meets depends on the seed and on the how manyeth call it is; so the next try of a call draws anew. A call
-- that asks for a scenario of its own gets it, unless it meets another. Entries of a batch are calls of their own.
-- @module iggraph.sandbox.chaos
local json = require "iggraph.sandbox.json"
local scenarios = require "iggraph.sandbox.scenarios"

local M = {}

local KEY, CALLS, PLAYED = "chaos", "chaos:calls", "chaos:played:"
local HEAVY = 25 -- items of a page that is too much

local function is_list(call) return call.segments[2] ~= nil end
local function is_heavy(call) return (tonumber(call.params.limit) or 0) > HEAVY end

-- Word, names of scenarios; and which calls it is for, if not for all. Each word is as likely as any other.
local KINDS = {
  { "transient", { "error_m1", "error_m2", "error_1_http_500", "error_2_http_500", "error_2_http_503",
    "error_24_2207008", "error_9004_2207052", "error_9007_2207027", "error_1363030" } },
  { "throttled", { "error_4_http_403", "error_9", "error_17_2446079", "error_32", "error_341", "error_613",
    "error_80001", "error_80002", "error_80006" } },
  { "html", { "body_html_500", "body_html_502", "body_html_503", "body_html_504" } },
  { "empty", { "body_empty", "body_empty_500" } },
  { "cut", { "cut_body", "body_truncated" } },
  { "reset", { "cut_header" } },
  { "delay", { "slow_100", "slow_500" } },
  { "slow", { "slow_body" } },
  { "length", { "length_short", "length_long" } },
  { "reduce", { "error_reduce" }, is_heavy },
  { "close", { "close" } },
  { "busy", { "retry_after_1" } },
  { "empty_page", { "empty_page" }, is_list },
}

local row_of = {}
for _, row in ipairs(KINDS) do row_of[row[1]] = row end

local MODULUS = 67108859 -- a prime; its square fits into a number

--- A number from 0 to 1 that depends on nothing but the three.
local function uniform(seed, number, which)
  local state = (seed % MODULUS + number * 7919 + which * 104729) % MODULUS
  for round = 1, 4 do state = (state * state + round * 15485863 + number) % MODULUS end
  return state / MODULUS
end

local function pick(list, chance) return list[math.floor(chance * #list) + 1] end

local function fitting(words, call)
  local rows = {}
  for _, word in ipairs(words) do
    local row = row_of[word] or { word, { word } }
    if not row[3] or row[3](call) then rows[#rows + 1] = row end
  end
  return rows
end

--- The scenario that a call meets, if it meets one.
local function draw(setting, number, call)
  if uniform(setting.seed, number, 1) >= setting.rate then return nil end
  local row = pick(fitting(setting.kinds, call), uniform(setting.seed, number, 2))
  return row and pick(row[2], uniform(setting.seed, number, 3))
end

--- The answer of a failure.
-- @tparam table situation see `iggraph.sandbox.scenarios`
-- @tparam function ordinary from the situation to the answer without a failure
-- @treturn ?table nil if the call meets none
function M.answer(situation, ordinary)
  local store, call = situation.store, situation.call
  local setting = store.take(KEY)
  if not setting or not (setting.all_methods or call.method == "GET") then return nil end
  local name = draw(setting, store.add(CALLS, 1), call)
  if not name then return nil end
  store.add(PLAYED .. name, 1)
  return scenarios.play(name, setmetatable({
    usual = function() return ordinary(situation) end,
  }, { __index = situation }))
end

--- All kinds, or those of a list; nil if one is unknown.
local function read_kinds(text)
  local words = {}
  if text == "all" then
    for index, row in ipairs(KINDS) do words[index] = row[1] end
    return words
  end
  for word in text:gmatch("[^,%s]+") do
    if not row_of[word] and not scenarios.has(word) then return nil end
    words[#words + 1] = word
  end
  return words
end

--- Begins a bad day: the control.
-- @tparam table stores see `recorder.control`
-- @tparam table call
-- @treturn ?table a JSON object; nil if a parameter is wrong
function M.set(stores, call)
  local params = call.params
  local rate, seed = tonumber(params.rate), tonumber(params.seed or 1)
  local kinds = read_kinds(params.kinds or "all")
  if not rate or not seed or not kinds then return nil end
  stores.state.put(KEY, { rate = rate, seed = seed, kinds = kinds, all_methods = params.methods == "all" })
  return json.object("success", true)
end

--- Tells what was played: the control.
-- @tparam table stores
-- @treturn table a JSON object: `calls`, and `played` (name of a scenario -> how often)
function M.report(stores)
  local store, played = stores.state, {}
  local setting = store.take(KEY) or { kinds = {} }
  for _, word in ipairs(setting.kinds) do
    for _, name in ipairs(row_of[word] and row_of[word][2] or { word }) do played[name] = store.get(PLAYED .. name) end
  end
  return json.object("calls", store.get(CALLS) or 0, "played", json.from_map(played))
end

return M
