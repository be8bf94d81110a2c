--- Which webhook fields an app gets of a Page or an IG User.
-- https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
--
-- Kept in the store under `subscribed_apps:<id>` as a list of fields, `<id>` being that of the Page's Instagram account
-- where it has one: `store.take("subscribed_apps:" .. account.id)` is what `fields_of` gives.
-- @module iggraph.sandbox.features.subscribed_apps
local conversations = require "iggraph.sandbox.features.conversations"
local credentials = require "iggraph.sandbox.credentials"
local json = require "iggraph.sandbox.json"
local parameters = require "iggraph.sandbox.parameters"

local M = {}

local FIELDS = {
  "comment_poll_response", "comments", "creator_marketplace_invited_creator_onboarding",
  "creator_marketplace_projects", "delta", "feed", "follow", "live_comments", "mentions", "message_echoes",
  "message_edit", "message_reactions", "messages", "messaging_handover", "messaging_optins",
  "messaging_policy_enforcement", "messaging_postbacks", "messaging_referral", "messaging_seen",
  "onboarding_welcome_message_series", "response_feedback", "share_to_story", "standby", "story_insights",
  "story_poll_response", "story_reactions",
}

local function key(node) return "subscribed_apps:" .. (conversations.account_of(node) or node).id end

--- @tparam table store
-- @tparam table node a Page or an IG User
-- @treturn ?table list of the fields; nil where no app is subscribed
function M.fields_of(store, node) return store.take(key(node)) end

local function subscribe(situation, node)
  situation.store.put(key(node), parameters.list(situation.call, "subscribed_fields", FIELDS))
  return json.object("success", true)
end

local function unsubscribe(situation, node)
  situation.store.set(key(node), nil)
  return json.object("success", true)
end

local function read(situation, node)
  local fields = M.fields_of(situation.store, node)
  return json.object("data", { fields and json.object(
    "category", "Business", "link", "https://metricsaurus.example/", "name", credentials.app_name,
    "id", credentials.app_id, "subscribed_fields", fields) or nil })
end

function M.extend(graph)
  for _, owner in ipairs { graph.types.page, graph.types.ig_user } do
    owner.reads.subscribed_apps = read
    owner.writes.POST.subscribed_apps = { required = { "subscribed_fields" }, run = subscribe }
    owner.writes.DELETE.subscribed_apps = { run = unsubscribe }
  end
end

return M
