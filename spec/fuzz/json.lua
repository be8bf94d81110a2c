--- Throws bytes, and documents that something is wrong with, at the JSON reader:
--
--     lua spec/fuzz/json.lua [COUNT=10000] [SEED]
--
-- From the project's folder, with iggraph to be found (`eval "$(make -s env)"`). The reader must give
-- a value or nil and a message, whatever it gets; take what spec/fuzz/reference.lua takes and refuse
-- what that refuses; and give the same value. Where lua-cjson takes a document, too, it must agree,
-- but for what the two are meant to differ in. Best run under a sanitizer.

local root = (arg[0]:match("^(.*)spec/fuzz/[^/]*$") or "")
package.path = root .. "?.lua;" .. package.path

local cjson = require("cjson").new()
local core = require "iggraph.core"
local generate = require "spec.support.generate"
local reference = require "spec.fuzz.reference"
local same = require "spec.fuzz.same"

local count = tonumber(arg[1]) or 10000
local seed = tonumber(arg[2]) or os.time() % 1000000
local g = generate.new(seed)
local decode, null = core.json.decode, core.null

-- Shapes of the Graph's answers, for splicing beside the documents that are made up.
local shapes = {
  [==[{"data":[{"id":"17841405822304914","caption":"Caf\u00e9 \ud83c\udf31 https:\/\/example.com\/p\/1",
    "like_count":12,"timestamp":"2026-01-31T10:11:12+0000","is_comment_enabled":true},
    {"id":"17853355042048327"}],"paging":{"cursors":{"before":"QVFIUmx1","after":"QVFIUjZA"},
    "next":"https:\/\/graph.facebook.com\/v26.0\/1\/media?limit=2&after=QVFIUjZA"}}]==],
  [==[{"error":{"message":"Error validating access token","type":"OAuthException","code":190,
    "error_subcode":463,"error_data":{"blame_field_specs":[["id"]]},"is_transient":false,
    "fbtrace_id":"AbCdEf"}}]==],
  [==[{"17841405822304914":[{"type":"instagram","call_count":85,"total_cputime":2.5,
    "estimated_time_to_regain_access":19}]}]==],
  [==[{"max":9007199254740992,"over":9007199254740993,"id":17841405822304914,
    "neg":-17841405822304914,"float":0.80000001192093,"exp":1e3}]==],
}

local function document()
  return g:chance(40) and g:pick(shapes) or g:document()
end

local function input()
  local kind = g:below(100)
  if kind < 20 then return g:bytes() end
  if kind < 30 then return document() end
  return g:spoil(document(), document())
end

-- --- what must hold ------------------------------------------------------------------------------

local has_lone_surrogate = "\\u[dD][89a-fA-F]" -- or a pair: then cjson takes it
local big_integer = ("%d"):rep(16)

local function against_reference(text, value, message)
  local accepted, expected = reference.read(text, null)
  if accepted ~= (message == nil) then
    return accepted and "refused: " .. message or "taken, and it is not JSON"
  end
  if not accepted then return nil end
  local ok, why = same(value, expected, true)
  return not ok and why or nil
end

local function against_cjson(text, value, message)
  local accepted, expected = pcall(cjson.decode, text)
  if message == nil and not accepted and not text:find(has_lone_surrogate) then
    return "cjson refuses it: " .. expected
  end
  -- cjson takes more than JSON (hexadecimal, NaN, 01), and gives large integers as floats.
  if message or not accepted or text:find(big_integer) then return nil end
  local ok, why = same(value, expected)
  return not ok and "cjson has " .. why or nil
end

local function check(text)
  local ok, value, message = pcall(decode, text)
  if not ok then return "raised: " .. tostring(value) end
  if value == nil and type(message) ~= "string" then return "neither a value nor a message" end
  if value ~= nil and message ~= nil then return "a value and a message" end
  return against_reference(text, value, message) or against_cjson(text, value, message), value ~= nil
end

local taken, failed = 0, 0
for i = 1, count do
  local text = input()
  local why, accepted = check(text)
  if accepted then taken = taken + 1 end
  if why then
    failed = failed + 1
    io.stderr:write(("seed %d, document %d: %s\n%q\n"):format(seed, i, why, text))
  end
end

print(("%d documents, seed %d: %d read, %d refused, %d wrong"):format(count, seed, taken,
  count - taken, failed))
if failed > 0 then os.exit(1) end
