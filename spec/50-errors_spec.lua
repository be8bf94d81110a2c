--- What the API and its edge answer when they fail, and the tuple that comes of it. The tables are those of
-- the platform's documentation and of what has been seen in the field, not of the code.
local iggraph = require "iggraph"
local client = require "spec.support.client"
local fault_server = require "spec.support.fault_server"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local tuple = require "spec.support.tuple"

local shared, faults

setup(function()
  shared = server.shared()
  faults = fault_server.start()
end)

teardown(function() faults:stop() end)

before_each(function() server.reset() end)

local with = client.with

local function new(options)
  return iggraph.new(with({ access_token = sandbox.tokens.user, base_url = shared.http, retry = false }, options))
end

-- A client of the server that says what it is told.
local function new_for(answer, options)
  faults:answer(answer)
  return new(with({ base_url = faults.http }, options))
end

local RETRYABLE = { throttled = true, transient = true, network = true, timeout = true }

-- Code, subcode, kind. Whether it may be asked again follows from the kind.
local CODES = {
  { -1, nil, "transient" },
  { -1, 2207001, "transient" },
  { -1, 2207032, "transient" },
  { -1, 2207053, "graph" }, -- needs a new container
  { -1, 2207073, "invalid" }, -- this media cannot be deleted
  { -2, nil, "transient" },
  { -2, 2207003, "transient" },
  { -2, 2207020, "graph" }, -- needs a new container
  { 1, nil, "transient" },
  { 1, 2207057, "invalid" },
  { 2, nil, "transient" },
  { 3, nil, "invalid" },
  { 4, nil, "throttled" },
  { 4, 2207051, "graph" }, -- blocked as spam: waiting does not help
  { 9, nil, "throttled" },
  { 9, 2207042, "throttled" },
  { 10, nil, "permission" },
  { 17, nil, "throttled" },
  { 17, 2446079, "throttled" },
  { 24, 2207006, "not_found" },
  { 24, 2207008, "transient" }, -- container not there yet
  { 25, 2207050, "invalid" },
  { 32, nil, "throttled" },
  { 100, nil, "invalid" },
  { 100, 33, "not_found" },
  { 100, 36009, "auth" },
  { 100, 2108006, "invalid" },
  { 100, 2207023, "invalid" },
  { 100, 2207028, "invalid" },
  { 100, 2207035, "invalid" },
  { 100, 2207036, "invalid" },
  { 100, 2207037, "invalid" },
  { 100, 2207040, "invalid" },
  { 101, nil, "invalid" },
  { 102, nil, "auth" },
  { 104, nil, "auth" },
  { 110, 2207013, "not_found" },
  { 190, nil, "auth" },
  { 190, 458, "auth" },
  { 190, 459, "auth" },
  { 190, 460, "auth" },
  { 190, 463, "auth" },
  { 190, 464, "auth" },
  { 190, 467, "auth" },
  { 190, 490, "auth" },
  { 190, 492, "auth" },
  { 190, 493, "auth" },
  { 200, nil, "permission" },
  { 230, nil, "permission" },
  { 299, nil, "permission" },
  { 341, nil, "throttled" },
  { 352, 2207026, "invalid" },
  { 368, nil, "graph" }, -- blocked for policy, for hours
  { 412, nil, "auth" },
  { 450, nil, "auth" },
  { 452, nil, "auth" },
  { 506, nil, "invalid" },
  { 613, nil, "throttled" },
  { 613, 1996, "throttled" },
  { 803, nil, "not_found" },
  { 2500, nil, "invalid" }, -- a token was sent, so it is the path or the syntax
  { 2635, nil, "invalid" },
  { 9004, 2207052, "transient" }, -- clears by waiting, whatever is_transient says
  { 9007, 2207027, "transient" }, -- the same
  { 36000, 2207004, "invalid" },
  { 36001, 2207005, "invalid" },
  { 36003, 2207009, "invalid" },
  { 36004, 2207010, "invalid" },
  { 1363019, nil, "transient" },
  { 1363021, nil, "transient" },
  { 1363030, nil, "transient" },
  { 1363033, nil, "transient" },
  { 1363037, nil, "transient" },
  { 1363041, nil, "transient" },
  -- Beside the ranges, and unknown.
  { 199, nil, "graph" },
  { 300, nil, "graph" },
  { 79999, nil, "graph" },
  { 80015, nil, "graph" },
  { 987654, nil, "graph" },
}
for code = 80000, 80014 do CODES[#CODES + 1] = { code, nil, "throttled" } end

local function scenario_of(code, subcode, status)
  local name = "error_" .. tostring(code):gsub("^-", "m")
  if subcode then name = name .. "_" .. subcode end
  if status then name = name .. "_http_" .. status end
  return name
end

-- What the sandbox's error objects come out as.
local function expected_of(code, subcode, kind)
  return {
    kind = kind, retryable = RETRYABLE[kind] or false, code = code, subcode = subcode, status = 400,
    message = tuple.holding(("(#%d) "):format(code)),
    type = (code == 100 or code == 803) and "GraphMethodException" or "OAuthException",
    fbtrace_id = tuple.any.text, user_title = "This is a title for people",
    user_msg = "This is a text for people, with \"quotes\" and ünïcode.",
    data = { blame_field_specs = { { "fields" } } },
    method = "GET", path = "/v26.0/" .. scenario_of(code, subcode),
  }
end

describe("an error of the Graph", function()
  for _, row in ipairs(CODES) do
    local code, subcode, kind = row[1], row[2], row[3]
    it(("with code %d%s is '%s'"):format(code, subcode and " and subcode " .. subcode or "", kind), function()
      tuple.check(expected_of(code, subcode, kind), new():get(scenario_of(code, subcode)))
    end)
  end

  local OF_EACH_KIND = {
    { 190, 463, "auth" }, { 10, nil, "permission" }, { 4, nil, "throttled" }, { 2, nil, "transient" },
    { 100, nil, "invalid" }, { 100, 33, "not_found" }, { 368, nil, "graph" },
  }
  for _, status in ipairs { 200, 401, 403, 404, 429, 500, 503 } do
    it("is of the same kind with HTTP " .. status, function()
      for _, row in ipairs(OF_EACH_KIND) do
        local code, subcode, kind = row[1], row[2], row[3]
        local name = scenario_of(code, subcode, status)
        local expected = with(expected_of(code, subcode, kind), { status = status, path = "/v26.0/" .. name })
        -- No rule but the status says something about a kind that has no rule.
        if kind == "graph" then expected.retryable = function(value) return type(value) == "boolean" end end
        tuple.check(expected, new():get(name))
      end
    end)
  end

  it("is asked once, and not again", function()
    new():get("error_2")
    new():get("error_4")
    assert.equal(2, #server.requests())
  end)

  for _, method in ipairs { "post", "delete" } do
    it("comes out of " .. method .. " as well", function()
      for _, row in ipairs { { 190, 463, "auth" }, { 10, nil, "permission" }, { 100, 33, "not_found" } } do
        local expected = with(expected_of(row[1], row[2], row[3]), { method = method:upper() })
        tuple.check(expected, new()[method](new(), scenario_of(row[1], row[2]), { message = "a text" }))
      end
    end)
  end

  it("comes out of a node and of its edges", function()
    local ig = new()
    tuple.check(expected_of(190, 463, "auth"), ig:page("error_190_463"):get { fields = "id" })
    tuple.check(expected_of(190, 463, "auth"), ig:page("error_190_463"):instagram_business_account())
    tuple.check(with(expected_of(190, 463, "auth"), { path = "/v26.0/error_190_463/media" }),
      ig:user("error_190_463"):media():next())
  end)

  it("has the version in its path that was asked for", function()
    tuple.check(with(expected_of(190, nil, "auth"), { path = "/v18.0/error_190" }),
      new({ version = "v18.0" }):get("/error_190"))
  end)

  it("tells itself in one line", function()
    local _, err = new():get("error_190_463")
    local text = tostring(err)
    assert.equal(1, select(2, (text .. "\n"):gsub("\n", "")))
    for _, part in ipairs {
      "GET", "/v26.0/error_190_463", err.message, err.user_msg, "auth", "400", "190", "463", err.fbtrace_id,
    } do
      assert.truthy(text:find(part, 1, true), part .. " in " .. text)
    end
  end)

  it("is another object each time, and can be changed by whoever got it", function()
    local ig = new()
    local _, one = ig:get("error_190")
    one.kind, one.mine = "changed", true
    tuple.check(expected_of(190, nil, "auth"), ig:get("error_190"))
  end)
end)

describe("a list that fails", function()
  local expected = with(expected_of(190, 463, "auth"), { path = "/v26.0/error_190_463/media" })

  it("raises the error object in a loop over items", function()
    local ok, err = pcall(function()
      for _ in new():list("error_190_463/media") do error("an item of a list that failed") end
    end)
    assert.is_false(ok)
    tuple.check_error(expected, err)
  end)

  it("raises the error object in a loop over pages", function()
    local ok, err = pcall(function()
      for _ in new():list("error_190_463/media"):pages() do error("a page of a list that failed") end
    end)
    assert.is_false(ok)
    tuple.check_error(expected, err)
  end)

  it("returns the tuple from next(), which asks the same page again", function()
    local cursor = new():list("error_190_463/media", { limit = 7 })
    tuple.check(expected, cursor:next())
    tuple.check(expected, cursor:next())
    local asked = server.requests()
    assert.equal(2, #asked)
    assert.equal(asked[1].uri, asked[2].uri)
  end)

  it("goes on behind a page that failed once, without a gap", function()
    local cursor, ids, failures = new():list("paging_fail_once/media"), {}, 0
    while #ids < 100 do
      local item, err = cursor:next()
      if err then
        failures = failures + 1
        assert.equal("transient", err.kind)
      elseif item then
        ids[#ids + 1] = item.id
      else
        break
      end
    end
    assert.equal(1, failures)
    assert.equal(20, #ids)
    for i, id in ipairs(ids) do assert.equal(("179%014d"):format(i), id) end
  end)
end)

-- Body, and what comes of it, beside status, method and path.
local SHAPES = {
  {
    name = "with all members",
    body = [[{"error":{"message":"(#190) Bad","type":"OAuthException","code":190,"error_subcode":460,]]
      .. [["is_transient":false,"error_user_title":"Title","error_user_msg":"Text","error_data":{"a":[1,{"b":null}]},]]
      .. [["fbtrace_id":"EJplcsCHuLu"}}]],
    expected = {
      kind = "auth", message = "(#190) Bad", type = "OAuthException", code = 190, subcode = 460, user_title = "Title",
      user_msg = "Text", data = { a = { 1, { b = iggraph.null } } }, fbtrace_id = "EJplcsCHuLu", retryable = false,
    },
  },
  {
    name = "with error_data as a string of JSON",
    body = [=[{"error":{"message":"m","code":100,"error_data":"{\"blame_field_specs\":[[\"caption\"]]}"}}]=],
    expected = {
      kind = "invalid", message = "m", code = 100, data = { blame_field_specs = { { "caption" } } }, retryable = false,
    },
  },
  {
    name = "with error_data as another string",
    body = [[{"error":{"message":"m","code":100,"error_data":"see the manual"}}]],
    expected = { kind = "invalid", message = "m", code = 100, data = "see the manual", retryable = false },
  },
  {
    name = "with a message only",
    body = [[{"error":{"message":"Something went wrong"}}]],
    expected = { kind = "graph", message = "Something went wrong" },
  },
  {
    name = "with a code only",
    body = [[{"error":{"code":190}}]],
    expected = { kind = "auth", code = 190, message = tuple.any.text, retryable = false },
  },
  {
    name = "with an OAuthException and no code",
    body = [[{"error":{"message":"Invalid OAuth 2.0 Access Token","type":"OAuthException"}}]],
    expected = {
      kind = "auth", message = "Invalid OAuth 2.0 Access Token", type = "OAuthException", retryable = false,
    },
  },
  {
    name = "with null for what is not known",
    body = [[{"error":{"message":"m","type":null,"code":190,"error_subcode":null,"error_data":null,"fbtrace_id":null,]]
      .. [["error_user_title":null,"error_user_msg":null,"is_transient":null}}]],
    expected = { kind = "auth", message = "m", code = 190, retryable = false },
  },
  {
    name = "of api.instagram.com",
    body = [[{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found"}]],
    expected = {
      kind = "auth", message = "Matching code was not found", type = "OAuthException", code = 400, retryable = false,
    },
  },
  {
    name = "of a dialog",
    body = [[{"error":"access_denied","error_description":"The user denied your request"}]],
    expected = { kind = "graph", message = "The user denied your request", type = "access_denied" },
  },
  {
    name = "that is a number",
    body = [[{"error":190,"error_description":"Invalid OAuth access token signature."}]],
    expected = { kind = "auth", message = "Invalid OAuth access token signature.", code = 190, retryable = false },
  },
  {
    name = "left over from REST",
    body = [[{"error_code":190,"error_msg":"Invalid OAuth 2.0 Access Token","error_reason":"invalid_token"}]],
    expected = {
      kind = "auth", message = "Invalid OAuth 2.0 Access Token", code = 190, type = "invalid_token", retryable = false,
    },
  },
  {
    name = "without a wrapper",
    body = [[{"code":100,"message":"Invalid parameter"}]],
    expected = { kind = "invalid", message = "Invalid parameter", code = 100, retryable = false },
  },
  {
    name = "of debug_token",
    body = [[{"data":{"error":{"code":190,"message":"Session has expired","subcode":463},"is_valid":false,]]
      .. [["scopes":[]}}]],
    expected = {
      kind = "auth", message = "Session has expired", code = 190, subcode = 463, retryable = false,
      data = { error = { code = 190, message = "Session has expired", subcode = 463 }, is_valid = false, scopes = {} },
    },
  },
  {
    name = "of rupload",
    body = [[{"debug_info":{"retriable":false,"type":"ProcessingFailedError",]]
      .. [["message":"{\"success\":false,\"error\":{\"message\":\"unauthorized user request\"}}"}}]],
    expected = {
      kind = "graph", type = "ProcessingFailedError",
      message = [[{"success":false,"error":{"message":"unauthorized user request"}}]],
    },
  },
  {
    name = "of rupload that may be retried",
    body = [[{"debug_info":{"retriable":true,"type":"ProcessingFailedError","message":"try again"}}]],
    expected = { kind = "transient", type = "ProcessingFailedError", message = "try again", retryable = true },
  },
}

describe("an error object", function()
  for _, shape in ipairs(SHAPES) do
    for _, status in ipairs { 400, 401, 403, 404, 500, 200 } do
      it(("%s, with HTTP %d"):format(shape.name, status), function()
        local expected = with(shape.expected, { status = status, method = "GET", path = "/v26.0/me" })
        -- Where no code decides, the status may.
        if expected.retryable == nil then expected.retryable = status == 500 end
        tuple.check(expected, new_for({ status = status, body = shape.body }):get("me"))
      end)
    end
  end

  it("with a malformed WWW-Authenticate header and HTTP 401", function()
    local ig = new_for {
      status = 401, body = SHAPES[1].body,
      headers = { [[WWW-Authenticate: OAuth "Facebook Platform" "invalid_token" "Error, \"really"]] },
    }
    tuple.check(with(SHAPES[1].expected, { status = 401, method = "GET", path = "/v26.0/me" }), ig:get("me"))
  end)

  it("without a trace id has that of the header", function()
    local ig = new_for { status = 400, headers = { "x-fb-trace-id: AbCdEf" }, body = [[{"error":{"message":"m"}}]] }
    assert.equal("AbCdEf", select(2, ig:get("me")).fbtrace_id)
  end)

  -- Code, is_transient, kind: the table of codes first, the flag where it says nothing.
  for _, row in ipairs {
    { 190, true, "auth" }, { 100, true, "invalid" }, { 4, false, "throttled" }, { 2, false, "transient" },
    { 9007, false, "transient" }, { 987654, true, "transient" }, { 987654, false, "graph" },
  } do
    it(("with code %d and is_transient %s is '%s'"):format(row[1], tostring(row[2]), row[3]), function()
      local body = ([[{"error":{"message":"m","code":%d,"is_transient":%s}}]]):format(row[1], tostring(row[2]))
      local _, err = new_for({ status = 400, body = body }):get("me")
      assert.equal(row[3], err.kind)
      assert.equal(RETRYABLE[row[3]] or false, err.retryable)
    end)
  end

  it("with a flag alone says nothing about whether a POST was carried out", function()
    for _, body in ipairs { [[{"error":{"message":"m","is_transient":true}}]],
      [[{"error":{"message":"m","code":987654,"is_transient":true}}]] } do
      local _, err, kind = new_for({ status = 500, body = body }):post "me"
      assert.same({ "transient", false }, { kind, err.retryable })
    end
  end)

  it("that waiting does not help is not retryable by its status", function()
    for _, code in ipairs { "368", [[4,"error_subcode":2207051]] } do
      local body = ([[{"error":{"message":"m","code":%s}}]]):format(code)
      local _, err, kind = new_for({ status = 500, body = body }):get "me"
      assert.same({ "graph", false }, { kind, err.retryable })
    end
  end)

  it("is never classed by its message", function()
    for _, text in ipairs { "(#4) Application request limit reached", "Session has expired", "Service unavailable" } do
      local body = ([[{"error":{"message":"%s","type":"Exception","code":100}}]]):format(text)
      assert.equal("invalid", select(3, new_for({ status = 400, body = body }):get("me")))
    end
  end)

  -- Answers that only look like errors.
  for _, body in ipairs {
    [[{"id":"1","code":5,"message":"a comment"}]],
    [[{"id":"1","error":null}]],
    [[{"data":[{"code":100,"message":"x"},{"error":{"message":"x"}}]}]],
    [[{"data":{"is_valid":true}}]],
    [[{"status":"Error: Media upload has failed with error code 2207082","id":"1"}]],
    [=[[{"error":{"message":"x","code":190}}]]=],
    [["error"]],
  } do
    it("is not seen in " .. body, function()
      local value, err = new_for({ body = body }):get("me")
      assert.is_nil(err)
      assert.not_nil(value)
    end)
  end

  it("with members of other types than they have loses only those", function()
    for _, body in ipairs {
      [[{"error":{"message":7,"type":[],"code":190,"error_subcode":{},"fbtrace_id":9,"error_user_title":[],]]
        .. [["error_user_msg":1}}]],
      [[{"error":{"message":{"text":"m"},"code":190,"error_subcode":"many"}}]],
    } do
      local _, err = new_for({ status = 400, body = body }):get("me")
      assert.equal("auth", err.kind)
      assert.equal(190, err.code)
      assert.is_nil(err.subcode)
      assert.is_string(err.message)
      assert.is_string(tostring(err))
    end
  end)

  it("with a code beyond all integers is an error like others", function()
    for _, code in ipairs { "1e300", "-1e300", "99999999999999999999", "0" } do
      local body = [[{"error":{"message":"m","code":]] .. code .. "}}"
      local _, err, kind = new_for({ status = 400, body = body }):get("me")
      assert.equal("graph", kind, code)
      assert.equal("m", err.message)
    end
  end)
end)

-- Bodies as recorded. Status, body, what is expected beside method and path.
local RECORDED = {
  { 400, [[{"error":{"message":"Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to ]]
      .. [[missing permissions, or does not support this operation. Please read the Graph API documentation at ]]
      .. [[https:\/\/developers.facebook.com\/docs\/graph-api","type":"GraphMethodException","code":100,]]
      .. [["error_subcode":33,"fbtrace_id":"Ah6eKX"}}]],
    { kind = "not_found", type = "GraphMethodException", code = 100, subcode = 33, fbtrace_id = "Ah6eKX",
      message = "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing "
        .. "permissions, or does not support this operation. Please read the Graph API documentation at "
        .. "https://developers.facebook.com/docs/graph-api" } },
  { 400, [[{"error":{"message":"Error validating access token: Session has expired on Friday, 26-Jun-26 15:48:19 PDT. ]]
      .. [[The current time is Saturday, 27-Jun-26 01:02:03 PDT.","type":"OAuthException","code":190,]]
      .. [["error_subcode":463,"fbtrace_id":"B"}}]],
    { kind = "auth", type = "OAuthException", code = 190, subcode = 463, fbtrace_id = "B",
      message = tuple.holding("Session has expired on Friday, 26-Jun-26 15:48:19 PDT.") } },
  { 400, [[{"error":{"message":"Error validating access token: The user has not authorized application 123.",]]
      .. [["type":"OAuthException","code":190,"error_subcode":458,"fbtrace_id":"C"}}]],
    { kind = "auth", type = "OAuthException", code = 190, subcode = 458, fbtrace_id = "C",
      message = "Error validating access token: The user has not authorized application 123." } },
  { 400, [[{"error":{"message":"Unsupported request - method type: get","type":"IGApiException","code":100,]]
      .. [["fbtrace_id":"D"}}]],
    { kind = "invalid", type = "IGApiException", code = 100, fbtrace_id = "D",
      message = "Unsupported request - method type: get" } },
  { 400, [[{"error":{"message":"Unknown path components: \/x","type":"IGApiException","code":2500,"fbtrace_id":"E"}}]],
    { kind = "invalid", type = "IGApiException", code = 2500, fbtrace_id = "E",
      message = "Unknown path components: /x" } },
  { 500, [[{"error":{"message":"The ids query parameter is deprecated in v26.0+","type":"FacebookApiException",]]
      .. [["code":100,"fbtrace_id":"F"}}]],
    { kind = "invalid", type = "FacebookApiException", code = 100, fbtrace_id = "F",
      message = "The ids query parameter is deprecated in v26.0+" } },
  { 500, [[{"error":{"code":1,"message":"Please reduce the amount of data you're asking for, ]]
      .. [[then retry your request"}}]],
    { kind = "transient", code = 1, retryable = true,
      message = "Please reduce the amount of data you're asking for, then retry your request" } },
  { 400, [[{"error":{"message":"API calls from the server require an appsecret_proof argument",]]
      .. [["type":"GraphMethodException","code":100,"fbtrace_id":"G"}}]],
    { kind = "invalid", type = "GraphMethodException", code = 100, fbtrace_id = "G",
      message = "API calls from the server require an appsecret_proof argument" } },
  { 400, [[{"error":{"message":"This authorization code has been used.","type":"OAuthException","code":100,]]
      .. [["error_subcode":36009,"fbtrace_id":"H"}}]],
    { kind = "auth", type = "OAuthException", code = 100, subcode = 36009, fbtrace_id = "H",
      message = "This authorization code has been used." } },
  { 400, [[{"error":{"message":"The image size is too large.","type":"OAuthException","code":36000,]]
      .. [["error_subcode":2207004,"is_transient":false,"error_user_title":"Image size too large",]]
      .. [["error_user_msg":"The image is too large to download. It should be less than 8 MiB.","fbtrace_id":"I"}}]],
    { kind = "invalid", type = "OAuthException", code = 36000, subcode = 2207004, fbtrace_id = "I",
      message = "The image size is too large.", user_title = "Image size too large",
      user_msg = "The image is too large to download. It should be less than 8 MiB." } },
  { 400, [[{"error":{"message":"Fatal","type":"OAuthException","code":-1,"error_subcode":2207073,"is_transient":false,]]
      .. [["error_user_title":"T","error_user_msg":"M","fbtrace_id":"J"}}]],
    { kind = "invalid", type = "OAuthException", code = -1, subcode = 2207073, fbtrace_id = "J", message = "Fatal",
      user_title = "T", user_msg = "M" } },
}

describe("a recorded error", function()
  for _, row in ipairs(RECORDED) do
    local status, body, expected = row[1], row[2], row[3]
    it(("%s %s: %s"):format(expected.kind, expected.code, body:match('"message":"([^"]-)[".]')), function()
      local all = with({ retryable = false, status = status, method = "GET", path = "/v26.0/me" }, expected)
      tuple.check(all, new_for({ status = status, body = body }):get("me"))
    end)
  end
end)

describe("the sandbox's own failures", function()
  -- Token, path, parameters, what is expected beside the texts.
  for _, row in ipairs {
    { "expired", "me/accounts", nil, { kind = "auth", code = 190, subcode = 463, status = 400 } },
    { "wrong", "me/accounts", nil, { kind = "auth", code = 190, status = 400 } },
    { "limited", "17841405822304914", nil, { kind = "permission", code = 10, status = 403 } },
    { "secured", "me", nil, { kind = "invalid", code = 100, status = 400 } },
    { "user", "1", nil, { kind = "not_found", code = 100, subcode = 33, status = 400 } },
    { "user", "17841405822304914/nowhere", nil, { kind = "invalid", code = 2500, status = 400 } },
    { "user", "17841405822304914", { fields = "foo" }, { kind = "invalid", code = 100, status = 400 } },
    { "user", "me", { ids = "1,2" }, { kind = "invalid", code = 100, status = 500 } },
  } do
    local token, path, params, expected = row[1], row[2], row[3], row[4]
    it(("%s token, %s"):format(token, path), function()
      local all = with({
        message = tuple.any.text, type = tuple.any.text, fbtrace_id = tuple.any.text, retryable = false, method = "GET",
        path = "/v26.0/" .. path,
      }, expected)
      tuple.check(all, new({ access_token = sandbox.tokens[token] }):get(path, params))
    end)
  end
end)

describe("retry_after", function()
  local THROTTLED = [[{"error":{"message":"m","code":4}}]]

  local function retry_after(answer)
    local _, err = new_for(answer):get("me")
    return err.retry_after
  end

  it("is what Retry-After says, of throttled calls", function()
    tuple.check({
      kind = "throttled", code = 4, status = 429, message = tuple.any.text, type = "OAuthException",
      fbtrace_id = tuple.any.text, retryable = true, retry_after = 7, method = "GET", path = "/v26.0/retry_after",
    }, new():get("retry_after"))
  end)

  it("is what X-Business-Use-Case-Usage estimates, in seconds", function()
    tuple.check({
      kind = "throttled", code = 80002, status = 400, message = tuple.any.text, type = "OAuthException",
      fbtrace_id = tuple.any.text, retryable = true, retry_after = 19 * 60, method = "GET",
      path = "/v26.0/throttled_80002",
    }, new():get("throttled_80002"))
  end)

  it("is the longest of several estimates", function()
    local usage = [[{"1":[{"type":"instagram","estimated_time_to_regain_access":3},{"type":"pages",]]
      .. [["estimated_time_to_regain_access":8}],"2":[{"estimated_time_to_regain_access":5}]}]]
    assert.equal(480, retry_after {
      status = 400, body = THROTTLED, headers = { "X-Business-Use-Case-Usage: " .. usage },
    })
  end)

  it("is estimated for HTTP 429 without a Graph error, too", function()
    local usage = [[{"1":[{"estimated_time_to_regain_access":3}]}]]
    assert.equal(180, retry_after {
      status = 429, body = "<html>", headers = { "X-Business-Use-Case-Usage: " .. usage },
    })
  end)

  it("is of this answer, and not of one before", function()
    local ig = new()
    assert.equal(1140, select(2, ig:get("throttled_80002")).retry_after)
    assert.is_nil(select(2, ig:get("error_4")).retry_after)
  end)

  it("comes with failures without a Graph error, too", function()
    assert.equal(12, retry_after { status = 503, body = "<html>", headers = { "Retry-After: 12" } })
  end)

  it("may be a date", function()
    local date = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 600)
    local seconds = retry_after { status = 503, body = "{}", headers = { "Retry-After: " .. date } }
    assert.is_true(seconds > 500 and seconds <= 600)
  end)

  -- Headers from which nothing can be learned.
  for _, header in ipairs {
    "Retry-After: soon", "Retry-After: -5", "Retry-After: 0", "Retry-After:",
    "Retry-After: Thu, 01 Jan 1970 00:00:10 GMT",
    [[X-Business-Use-Case-Usage: {"1":[{"estimated_time_to_regain_access":0}]}]],
    [[X-Business-Use-Case-Usage: {"1":[{"estimated_time_to_regain_access":-4}]}]],
    [[X-Business-Use-Case-Usage: {"1":[{"estimated_time_to_regain_access":"soon"}]}]],
    [=[X-Business-Use-Case-Usage: {"1":[7,null,"x",[]],"2":{"3":4},"5":6}]=],
    [=[X-Business-Use-Case-Usage: [1,2]]=],
    [[X-App-Usage: {"estimated_time_to_regain_access":4}]],
  } do
    it("is not there for " .. header, function()
      assert.is_nil(retry_after { status = 400, body = THROTTLED, headers = { header } })
    end)
  end

  it("is not estimated for other kinds", function()
    local usage = [[{"1":[{"estimated_time_to_regain_access":3}]}]]
    assert.is_nil(retry_after {
      status = 400, body = [[{"error":{"message":"m","code":190}}]],
      headers = { "X-Business-Use-Case-Usage: " .. usage },
    })
  end)
end)

describe("a body that is JSON", function()
  local VALUES = {
    body_true = true, body_false = false, body_null = iggraph.null, body_number = 42,
    body_string = "A string, with \240\159\166\150 in it", body_javascript = { id = "body_javascript" },
    body_lone_surrogate = {
      id = "1", caption = "cut \239\191\189", other = "\239\191\189 first", both = "\240\159\166\150",
    },
    body_duplicate_keys = { id = "2", name = "second" },
    body_big_integers = {
      max = 9007199254740992, over = "9007199254740993", id = "17841405822304914", neg = "-17841405822304914",
      float = 0.80000001192093, exp = 1000,
    },
  }
  for name, value in pairs(VALUES) do
    it("is a value: " .. name, function()
      for _, method in ipairs { "get", "post", "delete" } do
        if name ~= "body_javascript" or method == "get" then
          local results = { new()[method](new(), name) }
          assert.same({ value }, results)
        end
      end
    end)
  end

  it("may have bytes in it that are not UTF-8, and they come as they are", function()
    local text = "good \195\164, bad \255\254 \195( \237\160\128 \192\175 end"
    assert.same({ text = text }, (new_for({ body = [[{"text":"]] .. text .. [["}]] }):get("me")))
    local value, err = new():get("body_bad_utf8")
    assert.is_nil(err)
    assert.is_table(value)
  end)

  it("has integers where Lua has them", function()
    if not math.type then return end
    local value = new():get("body_big_integers")
    assert.equal("integer", math.type(value.max))
    assert.equal("float", math.type(value.float))
    assert.equal("integer", math.type((new():get("body_number"))))
  end)

  -- Values, but of a call that failed.
  for _, body in ipairs { "true", "null", "42", [["text"]], "{}", "[]", [[{"id":"1"}]] } do
    it("is no error object, and the status says that it failed: " .. body, function()
      for _, row in ipairs { { 400, false }, { 404, false }, { 429, true }, { 500, true }, { 503, true } } do
        tuple.check({
          kind = "http", status = row[1], retryable = row[2], method = "GET", path = "/v26.0/me",
          message = tuple.holding(tostring(row[1]), body),
        }, new_for({ status = row[1], body = body }):get("me"))
      end
    end)
  end

  it("may come with any status of success", function()
    for _, status in ipairs { 200, 201, 202, 206 } do
      assert.same({ id = "1" }, (new_for({ status = status, body = [[{"id":"1"}]] }):get("me")))
    end
  end)

  it("of a POST that failed at the server is not to be sent again", function()
    tuple.check({
      kind = "http", status = 502, retryable = false, method = "POST", path = "/v26.0/me/media_publish",
      message = tuple.any.text,
    }, new_for({ status = 502, body = "{}" }):post("me/media_publish"))
  end)
end)

describe("a body that is not JSON", function()
  -- Scenario, kind, status, what the message shows of it.
  for _, row in ipairs {
    { "body_html_502", "http", 502, "<title>Facebook | Error</title>" },
    { "body_html_200", "json", 200, "<title>Facebook | Error</title>" },
    { "body_empty", "json", 200, "empty" },
    { "body_empty_500", "http", 500, "empty" },
    { "body_unavailable", "json", 200, "Service Unavailable" },
    { "body_truncated", "json", 200, [[{"data":[{"access_token":]] },
    { "body_deep", "json", 200, ("["):rep(200) },
  } do
    local name, kind, status, shown = row[1], row[2], row[3], row[4]
    it(("is '%s': %s"):format(kind, name), function()
      for _, method in ipairs { "get", "post", "delete" } do
        tuple.check({
          kind = kind, status = status, message = tuple.holding(shown), method = method:upper(),
          path = "/v26.0/" .. name, retryable = kind == "http" and method ~= "post",
          fbtrace_id = function(id) return id == nil or type(id) == "string" end,
        }, new()[method](new(), name))
      end
    end)
  end

  local LONG = {}
  for i = 1, 100 do LONG[i] = ("%03d "):format(i) end
  LONG = table.concat(LONG)

  for _, row in ipairs { { 200, "json" }, { 404, "http" }, { 502, "http" } } do
    it(("shows its first 200 bytes, with HTTP %d"):format(row[1]), function()
      local _, err, kind = new_for({ status = row[1], body = LONG }):get("me")
      assert.equal(row[2], kind)
      assert.equal(row[1], err.status)
      assert.truthy(err.message:find(LONG:sub(1, 200), 1, true), err.message)
      assert.is_nil(err.message:find(LONG:sub(1, 201), 1, true), err.message)
    end)
  end

  it("shows a short one whole, whatever is in it", function()
    for _, body in ipairs { "x", "\0before\0after", "line\r\nline", "\255\254", "%s%d%n", ("é"):rep(99) } do
      local _, err = new_for({ status = 502, body = body }):get("me")
      assert.truthy(err.message:find(body, 1, true), ("%q in %q"):format(body, err.message))
    end
  end)

  for name, body in pairs {
    ["cut in a string"] = [[{"id":"1","na]], ["cut in an escape"] = [[{"id":"\ud83]],
    ["cut in a number"] = [[{"id":1.]], ["cut behind a comma"] = [[{"id":1,]],
    ["two documents"] = "{}{}", ["a byte order mark"] = "\239\187\191{}",
    ["a query string"] = "access_token=&expires=5183944", ["a single quote"] = "{'id':1}", ["NaN"] = "NaN",
    ["blanks"] = "  \r\n ", ["a NUL behind it"] = "{}\0", ["for (;;);"] = "for (;;);{}",
  } do
    it("is 'json' even if it nearly were: " .. name, function()
      tuple.check({
        kind = "json", status = 200, message = tuple.any.text, retryable = false, method = "GET", path = "/v26.0/me",
      }, new_for({ body = body }):get("me"))
    end)
  end

  it("in error_data leaves it a string", function()
    local body = [[{"error":{"message":"m","code":100,"error_data":"{\"cut\":"}}]]
    assert.equal([[{"cut":]], select(2, new_for({ status = 400, body = body }):get("me")).data)
  end)

  it("raises in a loop", function()
    local ok, err = pcall(function() for _ in new():list("body_html_502/media") do end end)
    assert.is_false(ok)
    assert.equal("http", err.kind)
    assert.equal(502, err.status)
  end)

  it("is 'paging' where a list should be", function()
    for _, name in ipairs { "paging_no_data", "body_true", "body_null", "body_string", "body_number" } do
      tuple.check({
        kind = "paging", message = tuple.any.text, retryable = false, method = "GET",
        path = "/v26.0/" .. name .. "/media",
      }, new():list(name .. "/media"):next())
    end
  end)
end)

describe("max_response", function()
  local LIMIT = 100000

  for _, protocol in ipairs { "http", "https" } do
    it("stops the transfer, over " .. protocol, function()
      local ig = new { base_url = shared[protocol], ca_file = shared.ca_file, max_response = LIMIT }
      tuple.check({
        kind = "too_large", status = 200, message = tuple.holding(tostring(LIMIT), "max_response"), retryable = false,
        method = "GET", path = "/v26.0/body_large",
      }, ig:get("body_large"))
      -- What the machine buffers on the way goes unread.
      local sent = server.record().bytes_sent
      assert.is_true(sent > 0 and sent < 32 * 1024 * 1024, sent .. " bytes sent")
      assert.same({ id = "ok" }, (ig:get("ok")))
    end)
  end

  it("takes an answer of just that size", function()
    local body = [["]] .. ("x"):rep(998) .. [["]]
    assert.equal(998, #new_for({ body = body }, { max_response = 1000 }):get("me"))
    assert.equal("too_large", select(3, new_for({ body = body }, { max_response = 999 }):get("me")))
  end)

  it("counts unpacked bytes", function()
    local ig = new { base_url = shared.http, max_response = 2000 } -- 5 KB, a few hundred bytes when packed
    assert.equal("too_large", select(3, ig:get("body_gzip")))
  end)

  it("holds for failed answers, too", function()
    local _, _, kind = new_for({ status = 502, body = ("x"):rep(5000) }, { max_response = 1000 }):get("me")
    assert.equal("too_large", kind)
  end)
end)

describe("usage()", function()
  it("is empty before the first answer", function()
    assert.same({}, new():usage())
  end)

  it("has what the headers of an answer said", function()
    local ig = new()
    assert.same({ id = "usage_business" }, (ig:get("usage_business")))
    local usage = ig:usage()
    assert.same({ call_count = 28, total_time = 25, total_cputime = 25 }, usage.app)
    local case = usage.business_use_case["17841405822304914"][1]
    assert.equal("instagram", case.type)
    assert.equal(19, case.estimated_time_to_regain_access)
    assert.equal("v26.0", usage.api_version)
  end)

  it("keeps members that nobody knows", function()
    local ig = new()
    assert.same({ id = "usage_unknown" }, (ig:get("usage_unknown")))
    assert.same({
      app = { call_volume = 12, cpu_time = 3, call_count = 2.5, brand_new = { deep = { 1, "two", iggraph.null } } },
      business_use_case = { ["17841405822304914"] = { { type = "brand_new", call_count = "many" } }, other = 7 },
      page = { call_count = 1, total_time = 2, total_cputime = 3, brand_new = true },
      ad_account = { acc_id_util_pct = 9.67, reset_time_duration = 100, ads_api_access_tier = "standard_access" },
      api_version = "v26.0", percent = 12, regain = 0,
    }, ig:usage())
  end)

  for _, name in ipairs { "usage_malformed", "usage_empty" } do
    it("keeps what it had, and the call its value: " .. name, function()
      local ig = new()
      assert.same({ id = name }, (ig:get(name)))
      local usage = ig:usage()
      assert.is_nil(usage.app)
      assert.is_nil(usage.page)
      assert.is_nil(usage.business_use_case)
      ig:get("usage_unknown")
      ig:get(name)
      assert.equal(12, ig:usage().app.call_volume)
    end)
  end

  it("has what a failed answer said, too", function()
    local ig = new()
    ig:get("throttled_80002")
    assert.equal(19, ig:usage().business_use_case["17841405822304914"][1].estimated_time_to_regain_access)
  end)

  it("reads headers in any case, the last of equal ones, and none that is no object", function()
    local ig = new_for { body = "{}", headers = {
      [[x-APP-usage: {"call_count":1}]], [[X-App-Usage: {"call_count":2}]], [[X-Page-Usage: 5]],
      [[X-Ad-Account-Usage: "text"]], "X-Business-Use-Case-Usage: " .. ("["):rep(5000), "facebook-api-version: v25.0",
    } }
    assert.same({}, (ig:get("me")))
    assert.same({ app = { call_count = 2 }, api_version = "v25.0", percent = 2, regain = 0 }, ig:usage())
  end)

  it("tells the version that really answered", function()
    local ig = new { version = "v18.0" }
    ig:get("ok")
    assert.equal("v21.0", ig:usage().api_version)
  end)

  it("is of one client, and of those that share with it", function()
    local ig, other = new(), new()
    ig:get("usage_business")
    assert.same({}, other:usage())
    assert.equal(28, ig:with_token(sandbox.tokens.page):usage().app.call_count)
  end)
end)
