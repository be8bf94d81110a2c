-- What there is, as a text.
local core = require "iggraph.core"
local iggraph = require "iggraph"

local help = iggraph.help
local load_text = loadstring or load -- luacheck: read globals loadstring

local name_of = {}
for _, row in ipairs(core.graph.handles()) do name_of[row.node] = row.name end

local function topic_of(row) return (name_of[row.node] and name_of[row.node] .. "." or "") .. row.name end

describe("iggraph.help", function()
  it("tells of all nodes and flows", function()
    local text = help()
    for _, row in ipairs(core.graph.handles()) do assert.matches("ig:" .. row.name .. "(", text, 1, true) end
    for _, word in ipairs { "ig:publish", "ig:batch", "iggraph.login", "iggraph.webhook", "iggraph.insights" } do
      assert.matches(word, text, 1, true)
    end
  end)

  it("tells every edge of a node", function()
    for _, row in ipairs(core.graph.edges()) do
      if name_of[row.node] then
        assert.matches("\n  :" .. row.name .. "[ (]", help(name_of[row.node]), nil, nil, topic_of(row))
      end
    end
    assert.matches(":insights { metric*, breakdown, period }", help "media", 1, true)
    assert.matches("fields:\n  alt_text, ", help "media", 1, true)
  end)

  it("tells of every edge what it requires, and an example that can be typed", function()
    for _, row in ipairs(core.graph.edges()) do
      local text = help(topic_of(row))
      local example = text:match "\n\n  (.+)$"
      assert.is_function(load_text(example), example)
      assert.matches(":" .. row.name, example, 1, true)
      for names in (row.shape == "argument" and "" or row.required):gmatch "[^,]+" do
        assert.matches(names:match "^[^|]+", text, 1, true)
        if row.shape ~= "flag" then assert.matches(names:match "^[^|]+" .. " = ", example, 1, true) end
      end
    end
  end)

  it("takes a handle, and an edge by its name alone", function()
    local ig = iggraph.new { access_token = "t" }
    assert.equal(help "comment", help(ig:comment "1"))
    assert.equal(help "comment.replies", help "replies")
    assert.equal(help "media.comments", help "media:comments()")
    assert.equal([['insights' is an edge of several nodes: "media.insights", "user.insights"]], help "insights")
  end)

  it("says what a mistyped name may have meant", function()
    assert.equal("nothing is called 'usr': did you mean 'user'?", help "usr")
    assert.matches("^nothing is called 'user.medai': did you mean 'user.media'", help "user.medai")
    assert.equal("nothing is called 'frobnicate'", help "frobnicate")
    assert.error_matches(function() help(1) end, "iggraph.help: a name expected")
  end)

  it("fits on a terminal", function()
    for _, topic in ipairs { "user", "media", "user.insights" } do
      for line in help(topic):gmatch "[^\n]+" do
        assert.is_true(#line <= 80 or line:find "https://" ~= nil or line:find "^  for " ~= nil, line)
      end
    end
  end)

  it("is loaded by nobody who does not ask for it, nor is what shows and hints", function()
    local script = [[
      local iggraph = require "iggraph"
      iggraph.new { access_token = "t" }:user("1"):media()
      for _, name in ipairs { "help", "show", "hint", "reference", "columns" } do
        assert(not package.loaded["iggraph." .. name], name)
      end
      print "not loaded"
    ]]
    assert.same({ "not loaded" }, require("spec.support.client").run(script, ""))
  end)
end)
