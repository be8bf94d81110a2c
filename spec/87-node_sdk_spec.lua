-- The sandbox with a client that none of us wrote: the official Node SDK. Where node, npm or the package cannot be had
-- each case is pending, and says why.
local node_sdk = require "spec.support.node_sdk"
local support = require "spec.support.sandbox"

describe("the official Node SDK in the sandbox", function()
  local there, why, seen

  setup(function()
    there, why = node_sdk.install()
    support.reset()
    if there then seen = node_sdk.run() end
  end)

  -- What it is about, the step of the script, what it should have seen.
  local STEPS = {
    { "lists the Pages", "accounts",
      { { "134895793791914", "Metricsaurus" }, { "134895793791915", "Bottle Garden" } } },
    { "reads a Page's Instagram account", "page", "17841405822304914" },
    { "follows next to the end of the media", "media", {
      { "17918195224117851", "17895695668004550", "17899305451014820", "17896450804038745" },
      { "17881042411086627", "17869102915168123" },
    } },
    { "writes a comment and reads it", "comment",
      { text = "From another client 🦖", username = "metricsaurus", same = true } },
    { "reads insights", "insights", { { "reach", "number" }, { "likes", "number" } } },
    { "sends a batch", "batch", { { 200, "10210000000000001" }, { 400, 100 }, { 200, "string" } } },
    { "makes its error of the Graph's", "error", {
      name = "FacebookRequestError", status = 400, code = 100, error_subcode = 33, type = "GraphMethodException",
      trace = "string",
      message = "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing "
        .. "permissions, or does not support this operation. Please read the Graph API documentation at "
        .. "https://developers.facebook.com/docs/graph-api",
    } },
  }
  for _, row in ipairs(STEPS) do
    it(row[1], function()
      if not there then return pending(why) end
      assert.same(row[3], seen[row[2]])
    end)
  end
end)
