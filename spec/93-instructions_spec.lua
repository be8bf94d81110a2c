-- What a page and an item cost, in instructions: see spec/bench/instructions.lua.

local instructions = require "spec.bench.instructions"

describe("the instructions of", function()
  local kept = instructions.can_count() and instructions.kept()
  if not kept then
    pending("a page and a step: no valgrind, or nothing is kept of this compiler and Lua")
    return
  end

  it("a page and a step have not grown", function()
    assert.same({}, instructions.grown(instructions.count(), kept))
  end)

  it("a page and a step would be seen to grow", function()
    local more = { page = {}, step = {} }
    for what, counts in pairs(more) do
      for name, value in pairs(kept[what]) do counts[name] = math.floor(value * 1.06) + 1 end
    end
    assert.equal(5, #instructions.grown(more, kept))
    assert.same({}, instructions.grown(kept, kept))
  end)
end)
