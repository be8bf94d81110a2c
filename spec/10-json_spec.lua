-- The JSON reader by the rules of csrc/json.h, and the writer of lua/iggraph/json.lua.

local cjson = require "cjson"
local core = require "iggraph.core"
local generate = require "spec.support.generate"
local json = require "iggraph.json"
local reference = require "spec.fuzz.reference"
local same = require "spec.fuzz.same"

local decode, null = core.json.decode, core.null
local has_integers = math.type ~= nil

local REPLACEMENT = "\239\191\189" -- U+FFFD
local BOM = "\239\187\191"

-- How often the generated documents are tried, and with what: printed where one fails.
local ROUNDS = 3000
local seed = tonumber(os.getenv "IGGRAPH_SEED") or os.time() % 1000000

local function shown(text)
  text = #text > 60 and text:sub(1, 57) .. "..." or text
  return (text:gsub("[%c\127-\255]", function(c) return ("\\x%02X"):format(c:byte()) end))
end

-- A value and nothing else.
local function reads(text)
  local results = select("#", decode(text))
  local value, message = decode(text)
  assert.is_nil(message, shown(text))
  assert.equal(1, results)
  return value
end

-- nil and where it went wrong, and nothing else.
local function refuses(text)
  local ok, value, message = pcall(decode, text)
  assert.is_true(ok, shown(text))
  assert.is_nil(value, shown(text))
  assert.matches("%S at byte %d+$", message)
  assert.equal(2, select("#", decode(text)))
  return tonumber(message:match("%d+$"))
end

local function assert_same(expected, value, exact, note)
  local ok, why = same(value, expected, exact)
  assert.is_true(ok, ("%s (%s)"):format(why or "", note or ""))
end

-- Each row: text, value.
local function it_reads(rows)
  for _, row in ipairs(rows) do
    it("reads " .. shown(row[1]), function() assert_same(row[2], reads(row[1]), true) end)
  end
end

-- Each row: what it is, text, byte at which it goes wrong (where that is worth telling).
local function it_refuses(rows)
  for _, row in ipairs(rows) do
    it("refuses " .. row[1] .. ": " .. shown(row[2]), function()
      local at = refuses(row[2])
      if row[3] then assert.equal(row[3], at) end
    end)
  end
end

describe("json.decode", function()
  describe("of words", function()
    it_reads {
      { "true", true },
      { "false", false },
      { "null", null },
      { '[null,true,{"a":null}]', { null, true, { a = null } } },
    }

    it("gives cjson's null", function()
      assert.equal(cjson.null, reads("null"))
      assert.equal(cjson.null, require("iggraph").null)
    end)
  end)

  describe("of integers", function()
    local function integer(digits)
      return has_integers and math.tointeger(tonumber(digits)) or tonumber(digits)
    end

    for _, digits in ipairs {
      "0", "1", "-1", "12", "2147483647", "2147483648", "-2147483649", "4294967296",
      "999999999999999", "9007199254740991", "-9007199254740991", "9007199254740992",
      "-9007199254740992",
    } do
      it("within 2^53 gives an integer: " .. digits, function()
        assert_same(integer(digits), reads(digits), true)
        assert.equal(digits, ("%.0f"):format(reads(digits)))
      end)
    end

    for _, digits in ipairs {
      "9007199254740993", "-9007199254740993", "9999999999999999", "10000000000000000",
      "17841405822304914", "-17841405822304914", "9223372036854775807", "9223372036854775808",
      "-9223372036854775808", "-9223372036854775809", "18446744073709551616",
      "18446744073709551617", ("9"):rep(400), "-1" .. ("0"):rep(400),
    } do
      it("beyond 2^53 gives their digits: " .. shown(digits), function()
        assert.equal(digits, reads(digits))
        assert_same({ { id = digits } }, reads('[{"id":' .. digits .. "}]"), true)
      end)
    end

    it("reads -0 as plain 0", function()
      assert_same(integer("0"), reads("-0"), true)
      assert.equal(math.huge, 1 / reads("-0"))
    end)
  end)

  describe("of floats", function()
    it_reads {
      { "0.5", 0.5 },
      { "-0.5", -0.5 },
      { "0.80000001192093", 0.80000001192093 },
      { "3.141592653589793", 3.141592653589793 },
      { "1.0", 2 / 2 },
      { "1e3", 2000 / 2 },
      { "1E3", 2000 / 2 },
      { "1e+3", 2000 / 2 },
      { "25e-2", 0.25 },
      { "0e5", 0 / 2 },
      { "1.5e300", 1.5e300 },
      { "4.9406564584124654e-324", 4.9406564584124654e-324 },
      { "2.2250738585072011e-308", 2.2250738585072011e-308 },
      { "1.7976931348623157e308", 1.7976931348623157e308 },
      { "1e-999", 0 / 2 },
      { "1e999", math.huge },
      { "-1e999", -math.huge },
      { "1e" .. ("9"):rep(300), math.huge },
      { "-1e99947084772", -math.huge },
      { "1e-99947084772", 0 / 2 },
      { "0e99947084772", 0 / 2 },
      { "9007199254740993.0", 9007199254740992 / 1 },
      { "0." .. ("3"):rep(1000), 1 / 3 },
      { "[0.1,1e1,-2.5]", { 0.1, 20 / 2, -2.5 } },
    }

    it("keeps the sign of -0.0", function() assert.equal(-math.huge, 1 / reads("-0.0")) end)
  end)

  describe("of strings", function()
    it_reads {
      { '""', "" },
      { '"a"', "a" },
      { '"caf\195\169 \230\151\165 \240\159\140\177"', "caf\195\169 \230\151\165 \240\159\140\177" },
      { '"\127"', "\127" },
      { [["\"\\\/\b\f\n\r\t"]], '"\\/\b\f\n\r\t' },
      { [["a\/b"]], "a/b" },
      { [["\\u0041"]], "\\u0041" },
      { [["\\\\"]], "\\\\" },
      { [["x\u0041y"]], "xAy" },
      { [["\u0000"]], "\0" },
      { [["a\u0000b"]], "a\0b" },
      { [["\u001f\u0020\u007F\u0080"]], "\31 \127\194\128" },
      { [["\u07ff\u0800"]], "\223\191\224\160\128" },
      { [["\uFFFF\uffff\uFfFe"]], "\239\191\191\239\191\191\239\191\190" },
      { [["\ud7ff\ue000"]], "\237\159\191\238\128\128" },
      { [["caf\u00e9 \u65e5\u672c"]], "caf\195\169 \230\151\165\230\156\172" },
      { '"' .. ("x"):rep(100000) .. '"', ("x"):rep(100000) },
      { '"' .. ("\\n"):rep(100000) .. '"', ("\n"):rep(100000) },
    }
  end)

  describe("of surrogates", function()
    it_reads {
      { [["\ud83c\udf31"]], "\240\159\140\177" },
      { [["\uD83D\uDE00x"]], "\240\159\152\128x" },
      { [["\ud800\udc00"]], "\240\144\128\128" },
      { [["\udbff\udfff"]], "\244\143\191\191" },
      { [["\ud83c\udf31\ud83c\udf31"]], "\240\159\140\177\240\159\140\177" },
    }

    -- A lone half, wherever it stands, is U+FFFD, and what stands around it stays.
    local H, L = [[\ud83d]], [[\ude00]]
    local R = REPLACEMENT
    it_reads {
      { '"' .. H .. '"', R },
      { '"' .. L .. '"', R },
      { '"' .. H .. 'a"', R .. "a" },
      { '"a' .. H .. '"', "a" .. R },
      { '"a' .. H .. 'b"', "a" .. R .. "b" },
      { '"a' .. L .. 'b"', "a" .. R .. "b" },
      { '"' .. H .. H .. '"', R .. R },
      { '"' .. L .. L .. '"', R .. R },
      { '"' .. L .. H .. '"', R .. R },
      { '"' .. H .. H .. L .. '"', R .. "\240\159\152\128" },
      { '"' .. H .. L .. L .. '"', "\240\159\152\128" .. R },
      { '"' .. H .. [[\u0041"]], R .. "A" },
      { '"' .. H .. [[\ue000"]], R .. "\238\128\128" },
      { '"' .. H .. [[\n"]], R .. "\n" },
      { '"' .. H .. [[\\u"]], R .. "\\u" },
      { '"' .. H .. [[\\ude00"]], R .. "\\ude00" },
      { '"' .. H .. [[ude00"]], R .. "ude00" },
      { '"' .. H .. "\195\169" .. '"', R .. "\195\169" },
      { '{"' .. H .. '":"' .. L .. '"}', { [R] = R } },
    }

    it_refuses {
      { "half an escape behind a high half", [["\ud83d\u"]] },
      { "half an escape behind a high half", [["\ud83d\ude0"]] },
      { "half an escape behind a high half", [["\ud83d\ude0g"]] },
      { "a backslash behind a high half", [["\ud83d\"]] },
      { "an end behind a high half", [["\ud83d]] },
    }
  end)

  describe("of bytes that are not UTF-8", function()
    for name, bytes in pairs {
      ["a continuation"] = "\128", ["no continuation"] = "\195", ["an overlong form"] = "\192\175",
      ["an encoded surrogate"] = "\237\160\189", ["more than U+10FFFF"] = "\244\144\128\128",
      ["0xFF"] = "\255", ["0xFE"] = "\254", ["Latin-1"] = "caf\233", ["a cut emoji"] = "x\240\159\140",
    } do
      it("passes through " .. name, function()
        assert.equal(bytes, reads('"' .. bytes .. '"'))
        assert.equal(bytes .. "\n", reads('"' .. bytes .. '\\n"'))
        assert_same({ [bytes] = bytes }, reads('{"' .. bytes .. '":"' .. bytes .. '"}'))
      end)
    end
  end)

  describe("of control characters", function()
    for code = 0, 31 do
      local control = string.char(code)
      it(("refuses %d in a string"):format(code), function()
        refuses('"' .. control .. '"')
        refuses('"a\\n' .. control .. 'b"')
        refuses('{"' .. control .. '":1}')
      end)
      if not ("\t\n\r"):find(control, 1, true) then
        it(("refuses %d between tokens"):format(code), function()
          refuses("[" .. control .. "1]")
          refuses("1" .. control)
          refuses(control .. "1")
        end)
      end
    end
  end)

  describe("of arrays and objects", function()
    it_reads {
      { "[]", {} },
      { "{}", {} },
      { " [ ] ", {} },
      { "\t{\r\n}\n", {} },
      { "[[],{},[[]]]", { {}, {}, { {} } } },
      { '{"a":{"b":[1,{"c":"d"}]}}', { a = { b = { 1, { c = "d" } } } } },
      { ' { "a" : 1 , "b" : [ 1 , 2 ] } ', { a = 1, b = { 1, 2 } } },
      { '{"":1}', { [""] = 1 } },
      { '{"":{"":""}}', { [""] = { [""] = "" } } },
      { '{"1":"a"}', { ["1"] = "a" } },
      { [[{"a\u0000b":1,"a":2}]], { ["a\0b"] = 1, a = 2 } },
      { [[{"\u0061":1}]], { a = 1 } },
    }

    it("takes the last of equal keys", function()
      assert_same({ a = 2 }, reads('{"a":1,"a":2}'))
      assert_same({ a = 3 }, reads('{"a":{"b":1},"a":[],"a":3}'))
      assert_same({ a = null }, reads('{"a":1,"a":null}'))
      assert_same({ a = 2 }, reads([[{"a":1,"\u0061":2}]]))
    end)

    it("keeps the order and the number of items", function()
      local numbers = {}
      for i = 1, 5000 do numbers[i] = i end
      local value = reads("[" .. table.concat(numbers, ",") .. "]")
      assert.equal(5000, #value)
      assert_same(numbers, value, true)
    end)

    it("keeps every member of a large object", function()
      local parts, expected = {}, {}
      for i = 1, 3000 do
        parts[i] = ('"key%d":%d'):format(i, i)
        expected["key" .. i] = i
      end
      assert_same(expected, reads("{" .. table.concat(parts, ",") .. "}"), true)
    end)

    it("is not misled about sizes by what came before", function()
      local large = "[" .. ("1,"):rep(299) .. "1]"
      local value = reads("[" .. large .. ",[1],[]," .. large .. ',{"a":[2]}]')
      assert.same({ 300, 1, 0, 300 }, { #value[1], #value[2], #value[3], #value[4] })
      assert_same({ a = { 2 } }, value[5], true)
    end)
  end)

  describe("of deep nesting", function()
    local forms = {
      arrays = { "[", "]" },
      objects = { '{"a":', "}" },
      both = { '[{"a":', "}]", 2 },
      ["arrays with neighbours"] = { "[1,", ",2]" },
    }

    for name, form in pairs(forms) do
      local levels = form[3] or 1
      local function nested(depth)
        local count = depth / levels
        return form[1]:rep(count) .. "7" .. form[2]:rep(count)
      end

      it("reads 1000 levels of " .. name, function() assert.is_table(reads(nested(1000))) end)

      it("refuses more of " .. name, function()
        refuses(nested(1000 + levels))
        refuses(nested(100000))
        refuses(form[1]:rep(100000))
      end)
    end

    it("counts levels, not brackets", function()
      assert.equal(2000, #reads("[" .. ("[[]],"):rep(1999) .. "[]]"))
    end)

    it("reads them in a coroutine, too", function()
      local text = ("["):rep(1000) .. ("]"):rep(1000)
      local inside = coroutine.create(function() return decode(text) end)
      local ok, value = coroutine.resume(inside)
      assert.is_true(ok)
      assert.is_table(value)
    end)
  end)

  describe("of what is cut off", function()
    local document = [=[ {"data":[{"id":"1784\u00e9\ud83c\udf31","n":-1.5e+10,"t":true,"f":false,]=]
      .. [=["z":null,"list":[[],{}],"big":17841405822304914}],"":0} ]=]
    local text = document:match("^%s*(.-)%s*$")

    it("reads the whole", function()
      assert.equal("1784é🌱", reads(document).data[1].id)
    end)

    it("refuses every beginning", function()
      for size = 0, #text - 1 do refuses(text:sub(1, size)) end
    end)

    it("refuses every end", function()
      for from = 2, #text do
        local rest = text:sub(from)
        if not reference.read(rest, null) then refuses(rest) end
      end
    end)

    it("reads nothing behind the end of the string it was given", function()
      -- One long string: a reader that went on would find the rest of it.
      for _, size in ipairs { 1, 2, 3, 4, 10 } do
        local whole = ("1"):rep(20) .. "]"
        assert_same(tonumber(("1"):rep(size)), reads(whole:sub(1, size)))
      end
    end)
  end)

  describe("to the letter of RFC 8259", function()
    it_refuses {
      { "nothing", "", 1 },
      { "white space alone", " \n\t\r", 5 },
      { "a byte order mark", BOM .. "{}", 1 },
      { "UTF-16", "\255\254[\0]\0", 1 },
      { "a NUL behind the document", "{}\0", 3 },
      { "a NUL before the document", "\0{}", 1 },
      { "a NUL alone", "\0", 1 },
      { "a second value", "1 2", 3 },
      { "a second document", "{}{}", 3 },
      { "a bracket too many", "[]]", 3 },
      { "a brace too many", "{}}", 3 },
      { "a comma behind the end", "[],", 3 },
      { "a word behind the end", "null x", 6 },
      { "a comment", "/* c */1" },
      { "a comment behind", "1//c" },
      { "a comment inside", "[1/**/]" },
      { "a hash comment", "#\n1" },
      { "a comma at the end of an array", "[1,]" },
      { "a comma at the start of an array", "[,1]" },
      { "two commas", "[1,,2]" },
      { "a lone comma", "[,]" },
      { "no comma in an array", "[1 2]" },
      { "no comma between strings", '["a""b"]' },
      { "a colon in an array", '["a":1]' },
      { "a semicolon", "[1;2]" },
      { "an open array", "[" },
      { "an open array behind a value", "[1" },
      { "an open array behind a comma", "[1," },
      { "the wrong bracket", "[1}" },
      { "the wrong brace", '{"a":1]' },
      { "a lone bracket", "]" },
      { "a comma at the end of an object", '{"a":1,}' },
      { "a comma at the start of an object", '{,"a":1}' },
      { "no colon", '{"a"1}' },
      { "no value", '{"a":}' },
      { "no colon and no value", '{"a"}' },
      { "two colons", '{"a"::1}' },
      { "an equals sign", '{"a"=1}' },
      { "no comma in an object", '{"a":1 "b":2}' },
      { "a key without quotes", "{a:1}" },
      { "a key in single quotes", "{'a':1}" },
      { "a number for a key", "{1:1}" },
      { "null for a key", "{null:1}" },
      { "an array for a key", "{[]:1}" },
      { "an open object", "{" },
      { "an open object behind a key", '{"a"' },
      { "an open object behind a colon", '{"a":' },
      { "an open object behind a comma", '{"a":1,' },
      { "single quotes", "'a'" },
      { "an open string", '"a' },
      { "a lone quote", '"' },
      { "a string that ends in a backslash", '"\\"' },
      { "a lone backslash in a string", '"\\' },
      { "an unknown escape", [["\a"]] },
      { "an escape in capitals", [["\N"]] },
      { "a hexadecimal escape", [["\x41"]] },
      { "an octal escape", [["\0"]] },
      { "an escaped apostrophe", [["\'"]] },
      { "an escaped line end", '"\\\n"' },
      { "an escaped byte that is not ASCII", '"\\\195\169"' },
      { "a short \\u", [["\u004"]] },
      { "an empty \\u", [["\u"]] },
      { "a \\u that is not hexadecimal", [["\u00G0"]] },
      { "a \\u with a sign", [["\u+041"]] },
      { "a \\u with a space", [["\u 041"]] },
      { "a \\u with a NUL", '"\\u00\0000"' },
      { "a \\U", [["\U0041"]] },
      { "a \\u in braces", [["\u{41}"]] },
      { "an escape outside of a string", [[\n]] },
      { "a leading zero", "01" },
      { "leading zeros", "00" },
      { "a leading zero behind a sign", "-01" },
      { "a leading zero before a point", "00.5" },
      { "a leading plus", "+1" },
      { "a lone minus", "-" },
      { "two signs", "--1" },
      { "a sign apart", "- 1" },
      { "a minus before a word", "-null" },
      { "no digit before the point", ".5" },
      { "no digit before the point, with a sign", "-.5" },
      { "no digit behind the point", "1." },
      { "no digit between point and exponent", "1.e5" },
      { "no digit in the exponent", "1e" },
      { "no digit behind the exponent's sign", "1e+" },
      { "two exponents", "1e5e5" },
      { "an exponent with a point", "1e5.5" },
      { "two points", "1.2.3" },
      { "a decimal comma", "1,5" },
      { "digits in groups", "1 000" },
      { "digits in groups by underscore", "1_000" },
      { "a hexadecimal number", "0x1F" },
      { "a hexadecimal float", "0x1p3" },
      { "a number with a suffix", "1f" },
      { "NaN", "NaN" },
      { "nan", "nan" },
      { "Infinity", "Infinity" },
      { "-Infinity", "-Infinity" },
      { "inf", "inf" },
      { "digits that are not ASCII", "\239\188\145" },
      { "True", "True" },
      { "TRUE", "TRUE" },
      { "a cut word", "tru" },
      { "a word too long", "nulll" },
      { "undefined", "undefined" },
      { "nil", "nil" },
      { "a word with a NUL", "nul\0" },
      { "a vertical tab between tokens", "[\v1]" },
      { "a form feed between tokens", "[\f1]" },
      { "a no-break space", "[\194\1601]" },
      { "a line separator", "[\226\128\1681]" },
      { "HTML", "<!DOCTYPE html><title>Error</title>", 1 },
      { "a text", "Service Unavailable", 1 },
      { "a prefix against inclusion", "for (;;);{}", 1 },
    }

    it_reads {
      { " 1 ", 1 },
      { "\r\n\t 1 \t\r\n", 1 },
      { '"top"', "top" },
      { "[1]\n", { 1 } },
    }
  end)

  it("raises for what is no text", function()
    for _, argument in ipairs { {}, true, print } do
      assert.has_error(function() decode(argument) end)
    end
    assert.has_error(function() decode() end)
  end)
end)

describe("json.decode beside other readers", function()
  -- lua-cjson gives every number as a float, and loses the digits of large ones.
  local function like_cjson(value)
    if type(value) == "string" and #value > 15 and value:match("^%-?%d+$") then return tonumber(value) end
    if type(value) ~= "table" then return value end
    local copy = {}
    for key, item in pairs(value) do copy[key] = like_cjson(item) end
    return copy
  end

  it("agrees with lua-cjson on documents that are made up", function()
    for i = 1, ROUNDS do
      local text = generate.new(seed + i):document()
      local note = ("seed %d: %s"):format(seed + i, text)
      local value, message = decode(text)
      assert.is_nil(message, note)
      assert_same(cjson.decode(text), value, false, note)
    end
  end)

  it("takes and refuses what the reference does, and gives the same", function()
    local taken = 0
    for i = 1, ROUNDS do
      local g = generate.new(seed + i)
      local text = g:chance(20) and g:bytes() or g:spoil(g:document(), g:document())
      local note = ("seed %d: %s"):format(seed + i, shown(text))
      local value, message = decode(text)
      local accepted, expected = reference.read(text, null)
      assert.equal(accepted, message == nil, note)
      if accepted then
        taken = taken + 1
        assert_same(expected, value, true, note)
      end
    end
    assert.is_true(taken > ROUNDS / 50 and taken < ROUNDS, "the documents are all alike")
  end)

  local folder = os.getenv "IGGRAPH_RECORDED" or "../shared/recorded"
  local listing = io.popen(("find '%s' -name '*.json' 2>/dev/null"):format((folder:gsub("'", ""))))
  local files = {}
  for path in listing:lines() do files[#files + 1] = path end
  listing:close()
  table.sort(files)

  if #files == 0 then
    pending("agrees with lua-cjson on recorded answers: no folder of them in IGGRAPH_RECORDED")
  end
  for _, path in ipairs(files) do
    it("agrees with lua-cjson on the recorded " .. path:match("[^/]+/[^/]+$"), function()
      local file = assert(io.open(path, "rb"))
      local text = file:read("*a")
      file:close()
      local value = reads(text)
      assert_same(like_cjson(cjson.decode(text)), like_cjson(value))
      assert_same(select(2, reference.read(text, null)), value, true)
    end)
  end
end)

describe("a locale with a decimal comma", function()
  -- The locale is the whole process's, and may have to be made: all of it in a child.
  local program = [[
    local core, encode = require("iggraph.core"), require("iggraph.json").encode
    if LATE then assert(encode(0.5) == "0.5") end -- cjson is loaded before the locale changes
    for _, name in ipairs { "xx_XX", "de_DE.UTF-8", "fr_FR.UTF-8", "it_IT.UTF-8", "pl_PL.UTF-8" } do
      if os.setlocale(name, "numeric") then
        local value = assert(core.json.decode("{\"list\":[1.5,-2.25e1,3]}")).list
        local right = value[1] * 2 == 3 and value[2] * 2 == -45 and value[3] == 3
        print("read " .. tostring(right and core.json.decode("1,5") == nil))
        print("wrote " .. encode({ 3 / 2, 3 }))
        return
      end
    end
    print("none")
  ]]

  local function write(path, text)
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
  end

  -- xx_XX: ASCII, with a comma. It needs localedef, and nothing that belongs to it.
  local function make_locale(at)
    local characters = {}
    for code = 0, 127 do characters[code + 1] = ("<U%04X> /x%02x"):format(code, code) end
    write(at .. "/charmap", "<code_set_name> PLAIN\n<mb_cur_max> 1\nCHARMAP\n"
      .. table.concat(characters, "\n") .. "\nEND CHARMAP\n")
    write(at .. "/source", 'LC_NUMERIC\ndecimal_point ","\nthousands_sep ""\ngrouping -1\nEND LC_NUMERIC\n')
    os.execute(("cd '%s' && localedef -c -i source -f charmap ./xx_XX >log 2>&1"):format(at))
  end

  -- What the program prints with such a locale.
  local function run(text)
    local at = os.tmpname()
    os.remove(at)
    os.execute(("mkdir '%s'"):format(at))
    make_locale(at)
    write(at .. "/program.lua", text)
    local interpreter = 0
    while arg[interpreter - 1] do interpreter = interpreter - 1 end
    local child = io.popen(("LOCPATH='%s' '%s' '%s/program.lua' 2>&1"):format(at, arg[interpreter], at))
    local output = child:read("*a")
    child:close()
    os.execute(("rm -rf '%s'"):format(at))
    return output
  end

  local early, late = run("local LATE = false" .. program), run("local LATE = true" .. program)
  if early == "none\n" then
    pending("changes nothing: there is no such locale here, and none can be made")
    return
  end

  for when, output in pairs { ["before cjson is loaded"] = early, ["after it"] = late } do
    it("set " .. when .. " changes nothing for the reader", function()
      assert.is_truthy(output:find("read true", 1, true), output)
    end)
    it("set " .. when .. " changes nothing for the writer", function()
      assert.is_truthy(output:find("wrote [1.5,3]", 1, true), output)
    end)
  end
end)

describe("json.encode", function()
  local encode = json.encode

  local rows = {
    { "text", "a", '"a"' },
    { "an empty text", "", '""' },
    { "a text that looks like a number", "17841405822304914", '"17841405822304914"' },
    { "true", true, "true" },
    { "false", false, "false" },
    { "null", null, "null" },
    { "an integer", 12, "12" },
    { "an integer that is a float", 12.0, "12" },
    { "zero", 0, "0" },
    { "a negative integer", -7, "-7" },
    { "15 digits", 123456789012345, "123456789012345" },
    { "2^53", 2 ^ 53, "9007199254740992" },
    { "-2^53", -2 ^ 53, "-9007199254740992" },
    { "a million", 1e6, "1000000" },
    { "a fraction", 0.5, "0.5" },
    { "a negative fraction", -0.25, "-0.25" },
    { "a fraction in few digits", 0.1, "0.1" },
    { "every digit of a fraction", 3.141592653589793, "3.141592653589793" },
    { "17 digits where it takes them", 0.1 + 0.2, "0.30000000000000004" },
    { "a list", { 1, 2, 3 }, "[1,2,3]" },
    { "a list in a list", { { 1 }, { 2 } }, "[[1],[2]]" },
    { "null in a list", { null, 1, null }, "[null,1,null]" },
    { "false in a list", { false, true }, "[false,true]" },
    { "an object", { a = 1 }, '{"a":1}' },
    { "an empty table, as an object", {}, "{}" },
    { "an empty key", { [""] = 1 }, '{"":1}' },
    { "a key that needs escapes", { ['a"\n'] = 1 }, [[{"a\"\n":1}]] },
    { "keys in order", { b = 1, a = 2, c = 3, B = 4, [""] = 5 }, '{"":5,"B":4,"a":2,"b":1,"c":3}' },
    { "compact text", { a = { { b = "c" } } }, '{"a":[{"b":"c"}]}' },
  }
  for _, row in ipairs(rows) do
    it("writes " .. row[1], function() assert.equal(row[3], encode(row[2])) end)
  end

  it("writes the same text for the same table, however it was made", function()
    local names = {}
    for i = 1, 50 do names[i] = "key" .. i end
    local one, other = {}, {}
    for i = 1, 50 do one[names[i]] = i end
    for i = 1, 100 do other["gone" .. i] = i end
    for i = 50, 1, -1 do other[names[i]] = i end
    for i = 1, 100 do other["gone" .. i] = nil end
    assert.equal(encode(one), encode(other))
  end)

  it("is read back by lua-cjson, and by our reader", function()
    local value = {
      text = 'quote " backslash \\ slash / line \n tab \t control \1 \127 NUL \0 é 日 🌱',
      list = { 1, -2, 0.5, true, false, null, "x" },
      objects = { { id = "1" }, { id = "2", more = { deep = { "er" } } } },
      [""] = "empty key",
    }
    assert_same(value, cjson.decode(encode(value)))
    assert_same(value, reads(encode(value)))
  end)

  it("is read back alike for documents that are made up", function()
    local written = 0
    for i = 1, ROUNDS do
      local text = generate.new(seed + i):document()
      local value = decode(text)
      local ok, out = pcall(encode, value)
      if ok then
        local note = ("seed %d: %s"):format(seed + i, text)
        assert_same(value, cjson.decode(out), false, note)
        assert_same(value, reads(out), false, note)
        written = written + 1
      end
    end
    assert.is_true(written > ROUNDS / 2, "most are refused") -- some have floats beyond 2^53
  end)

  it("passes bytes that are not UTF-8 through", function()
    assert.equal('"\255\195"', encode("\255\195"))
  end)

  if has_integers then
    it("writes every digit of an integer", function()
      for _, digits in ipairs { "17841405822304914", "-17841405822304914", "9223372036854775807" } do
        assert.equal(digits, encode(math.tointeger(tonumber(digits)) or error(digits)))
        assert.equal('{"id":' .. digits .. "}", encode { id = math.tointeger(tonumber(digits)) })
      end
      assert.equal("-9223372036854775808", encode(math.mininteger))
    end)
  end

  local cycle, ring = {}, { {} }
  cycle.again = cycle
  ring[1][1] = ring
  local deep = {}
  for _ = 1, 100 do deep = { deep } end

  local refused = {
    { "a float beyond 2^53", 2 ^ 53 + 2, "2^53" },
    { "a large float", 1e300, "2^53" },
    { "a float that was an id", 17841405822304914.0, "2^53" },
    { "a large negative float", -1e17, "2^53" },
    { "NaN", 0 / 0, "finite" },
    { "infinity", math.huge, "finite" },
    { "-infinity", -math.huge, "finite" },
    { "NaN inside", { a = { 0 / 0 } }, "finite" },
    { "a hole", { 1, nil, 3 }, "holes" },
    { "a list from 0", { [0] = 1, 2 }, "holes" },
    { "a list from 2", { [2] = 1 }, "holes" },
    { "a list with names", { 1, a = 2 }, "holes" },
    { "a fraction for a key", { [1.5] = 1 }, "holes" },
    { "a boolean for a key", { [true] = 1 }, "holes" },
    { "a cycle", cycle, "nested too deeply" },
    { "a cycle of lists", ring, "nested too deeply" },
    { "100 levels", deep, "nested too deeply" },
    { "a function", print, "function" },
    { "a function inside", { a = print }, "function" },
    { "a file", io.stdout, "userdata" },
    { "a coroutine", coroutine.create(function() end), "thread" },
    { "nothing", nil, "nil" },
  }
  for _, row in ipairs(refused) do
    it("refuses " .. row[1], function()
      local ok, message = pcall(encode, row[2])
      assert.is_false(ok)
      assert.is_string(message)
      assert.is_truthy(message:find(row[3], 1, true), message)
    end)
  end

  describe("beside a program that has its own settings of lua-cjson", function()
    local function settings()
      local depth, threshold = { cjson.encode_max_depth() }, { cjson.encode_sparse_array() }
      return {
        depth[1], threshold, cjson.decode_max_depth(), cjson.encode_number_precision(),
        cjson.encode_keep_buffer(), cjson.encode_invalid_numbers(), cjson.decode_invalid_numbers(),
      }
    end

    -- A fresh writer: its instance of lua-cjson is made when it is first used.
    local function fresh_encode()
      local loaded = package.loaded["iggraph.json"]
      package.loaded["iggraph.json"] = nil
      local fresh = require("iggraph.json").encode
      package.loaded["iggraph.json"] = loaded
      return fresh
    end

    it("neither minds nor changes them", function()
      local before = settings()
      finally(function()
        cjson.encode_max_depth(before[1])
        cjson.decode_max_depth(before[3])
        cjson.encode_number_precision(before[4])
        cjson.encode_invalid_numbers(before[6])
      end)
      cjson.encode_max_depth(2)
      cjson.decode_max_depth(2)
      cjson.encode_number_precision(2)
      cjson.encode_invalid_numbers(true)
      local changed = settings()
      local value = { { { { { 0.123456789 } } } } }
      for _, write in ipairs { encode, fresh_encode() } do
        assert.equal("[[[[[0.123456789]]]]]", write(value))
        assert.has_error(function() write(0 / 0) end)
        assert_same(value, reads("[[[[[0.123456789]]]]]"))
      end
      assert.same(changed, settings())
    end)
  end)
end)

describe("the fuzzer", function()
  it("finds nothing in 10,000 random and mutated documents", function()
    local lines = require("spec.support.client").run([[
      arg[0] = "spec/fuzz/json.lua"
      dofile(arg[0])
    ]], "", "10000")
    assert.matches("^10000 documents, seed %d+: %d+ read, %d+ refused, 0 wrong$", lines[#lines])
  end)
end)
