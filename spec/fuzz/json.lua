--- Throws bytes, and documents that something is wrong with, at the JSON reader:
--
--     lua spec/fuzz/json.lua [COUNT=10000] [SEED]
--
-- From the project's folder, with iggraph to be found (`eval "$(make -s env)"`). It must be read as
-- spec/fuzz/against.lua says. On every Lua and without libFuzzer (`make fuzz`), that knows what is inside. Best run
-- under a sanitizer.

local root = (arg[0]:match("^(.*)spec/fuzz/[^/]*$") or "")
package.path = root .. "?.lua;" .. package.path

local against = require "spec.fuzz.against"
local generate = require "spec.support.generate"

local count = tonumber(arg[1]) or 10000
local seed = tonumber(arg[2]) or os.time() % 1000000
local g = generate.new(seed)

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

local taken, failed = 0, 0
for i = 1, count do
  local text = input()
  local why, accepted = against(text)
  if accepted then taken = taken + 1 end
  if why then
    failed = failed + 1
    io.stderr:write(("seed %d, document %d: %s\n%q\n"):format(seed, i, why, text))
  end
end

print(("%d documents, seed %d: %d read, %d refused, %d wrong"):format(count, seed, taken,
  count - taken, failed))
if failed > 0 then os.exit(1) end
