--- Business discovery: what an account can read of another, by its name.
-- https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/business-discovery
--
-- Every account of the sandbox can be found: `metricsaurus`, and `account_<n>` for the one with n media.
-- @module iggraph.sandbox.features.discovery
local errors = require "iggraph.sandbox.errors"
local fields = require "iggraph.sandbox.fields"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local media = require "iggraph.sandbox.nodes.media"
local render = require "iggraph.sandbox.render"
local view = require "iggraph.sandbox.nodes.view"

local M = {}

local discovered = view(ig_user,
  "id biography followers_count media_count name profile_picture_url username website")
local discovered_media = view(media,
  "id caption children comments_count like_count media_product_type media_type media_url permalink thumbnail_url "
    .. "timestamp username")

--- Nobody but discovery tells it, and of videos only.
function discovered_media.fields.view_count(medium)
  return medium.kind == "VIDEO" and media.fields.total_views_count(medium) or nil
end

--- The account's own list, but its pages have cursors only: one goes on by `.after(…)` inside of the field.
discovered.edges.media = {
  type = discovered_media,
  list = function(account, context, params)
    local list = ig_user.edges.media.list(account, context, params)
    list.style = "cursors"
    return list
  end,
}

--- An account that is none, and one that is no professional one, cannot be told apart.
local function find(username)
  if (username or "") == "" then errors.missing_parameter("username") end
  return ig_user.find_by_username(username)
    or errors.raise { code = 110, subcode = 2207013, message = "Invalid user id",
      user_title = "Cannot find user", user_msg = "There is no professional account with this name: " .. username }
end

local function discover(username, selection, context)
  if context.grant.instagram then errors.permission() end -- Facebook Login only
  return render.plan(discovered, selection, context), find(username)
end

function M.extend(graph)
  graph.add_type("discovered", discovered)
  graph.add_type("discovered_media", discovered_media)
  function ig_user.parametric.business_discovery(field, context)
    local plan, account = discover(field.modifiers.username, field.fields, context)
    return function() return render.node(plan, account) end
  end
  function ig_user.reads.business_discovery(situation)
    local params = situation.call.params
    return render.node(discover(params.username, fields.selection(params), situation.context))
  end
end

return M
