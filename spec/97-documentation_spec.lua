-- Every public function is documented where it is defined.
local core = require "iggraph.core"
local edges_doc = require "spec.support.edges_doc"
local iggraph = require "iggraph"

-- Name -> text of its LDoc: by `@function`, else by what is defined below it.
local function documented(sources)
  local docs = {}
  for _, source in ipairs(sources) do
    local block
    for line in (source .. "\n"):gmatch "(.-)\n" do
      if line:find "^%s*%-%-%-[^-]" then
        block = { line }
      elseif block and line:find "^%s*%-%-" then
        block[#block + 1] = line
      elseif block then
        local text = table.concat(block, "\n")
        local name = text:match "@function ([%w_.:]+)" or line:match "function ([%w_.:]+)" or line:match "^([%w_.]+) ="
        if name then docs[name:match "[%w_]+$"] = (docs[name:match "[%w_]+$"] or "") .. text end
        block = nil
      end
    end
  end
  return docs
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function sources()
  local texts = {}
  local pipe = io.popen "find lua/iggraph -name '*.lua' -not -path '*/sandbox/*'"
  for path in pipe:lines() do texts[#texts + 1] = read(path) end
  pipe:close()
  return texts
end

local docs = documented(sources())

-- What the handles' makers have in common is said once, at `client:user`.
local SAID_ELSEWHERE = {}
for _, row in ipairs(core.graph.handles()) do SAID_ELSEWHERE[row.name] = "user" end
for _, row in ipairs(core.graph.edges()) do
  if row.node == "Graph" then SAID_ELSEWHERE[row.name] = "hashtags" end
end
SAID_ELSEWHERE.user = nil

local public = {
  iggraph = iggraph, ["iggraph.login"] = iggraph.login, ["iggraph.insights"] = iggraph.insights,
  ["iggraph.webhook"] = iggraph.webhook, client = core.client.methods, cursor = core.cursor.methods,
}

describe("the documentation", function()
  for owner, functions in pairs(public) do
    for name, value in pairs(functions) do
      local internal = owner == "iggraph.insights" and name ~= "rows"
      if type(value) == "function" and not internal then
        it("is there for " .. owner .. "." .. name, function()
          local text = docs[SAID_ELSEWHERE[name] or name]
          assert.is_string(text)
          assert.is_true(text:find "@t?return" ~= nil or text:find "Ends it" ~= nil or text:find "Drops" ~= nil)
          if SAID_ELSEWHERE[name] then assert.matches(name, text, 1, true) end
        end)
      end
    end
  end

  it("has every edge, with its parameters and the Graph's page", function()
    local text = edges_doc.text()
    local of_edges = documented { text .. "\nreturn {}" }
    for _, row in ipairs(core.graph.edges()) do
      assert.is_string(of_edges[row.name], row.node .. ":" .. row.name)
      for name in row.required:gmatch "[^,|]+" do
        local is_told = of_edges[row.name]:find("@param params." .. name, 1, true) or row.shape == "argument"
        assert.is_truthy(is_told, row.node .. ":" .. row.name .. " " .. name)
      end
    end
    assert.equal(#core.graph.edges(), select(2, text:gsub("See <https://developers%.facebook%.com/", "")))
  end)
end)
