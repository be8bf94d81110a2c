--- Settings of messaging that stay: ice breakers, the persistent menu, welcome flows, and features' states.
-- https://developers.facebook.com/docs/messenger-platform/instagram/features/ice-breakers
-- @module iggraph.sandbox.features.messenger_profile
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local parameters = require "iggraph.sandbox.parameters"

local M = {}

local PLATFORMS = { "instagram", "messenger" }
local SETTINGS = {
  "account_linking_url", "commands", "description", "get_started", "ice_breakers", "persistent_menu",
  "whitelisted_domains",
}
-- What can be set for Instagram.
local INSTAGRAM = { ice_breakers = true, persistent_menu = true }
local MOST_ICE_BREAKERS = 4

--- From what cjson reads to what `json` writes.
local function written(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for name, member in pairs(value) do copy[name] = written(member) end
  return (next(copy) == nil or copy[1] ~= nil) and copy or json.from_map(copy)
end

-- --- the profile ---------------------------------------------------------------------------------

--- An IG User has no other platform; a Page's is Messenger's where nothing is said.
local function platform_of(call, node)
  return not node.category and "instagram" or parameters.choice(call, "platform", PLATFORMS) or "messenger"
end

local function key(call, node) return ("messenger_profile:%s:%s"):format(platform_of(call, node), node.id) end

local function check(call, node, name)
  if platform_of(call, node) == "instagram" and not INSTAGRAM[name] then
    errors.bad_parameter(name, "is not supported for this platform")
  end
end

local function check_ice_breakers(list)
  for _, item in ipairs(list) do
    local questions = item.call_to_actions or { item }
    if #questions > MOST_ICE_BREAKERS or #list > MOST_ICE_BREAKERS then
      errors.bad_parameter("ice_breakers", "must have no more than 4 questions")
    end
    for _, question in ipairs(questions) do
      if not question.question or not question.payload then
        errors.bad_parameter("ice_breakers", "must be an array of {question, payload}")
      end
    end
  end
end

local function set(situation, node)
  local call = situation.call
  local profile, count = situation.store.take(key(call, node)) or {}, 0
  for _, name in ipairs(SETTINGS) do
    if (call.params[name] or "") ~= "" then
      check(call, node, name)
      profile[name] = name:find("_url$") and call.params[name] or parameters.json(call, name)
      count = count + 1
    end
  end
  if count == 0 then errors.missing_parameter("ice_breakers") end
  check_ice_breakers(profile.ice_breakers or {})
  situation.store.put(key(call, node), profile)
  return json.object("result", "success")
end

local function read(situation, node)
  local call, found = situation.call, {}
  local profile = situation.store.take(key(call, node)) or {}
  for _, name in ipairs(parameters.list(call, "fields", SETTINGS) or SETTINGS) do found[name] = profile[name] end
  return json.object("data", { next(found) and written(found) or nil })
end

local function remove(situation, node)
  local call = situation.call
  local profile = situation.store.take(key(call, node)) or {}
  for _, name in ipairs(parameters.list(call, "fields", SETTINGS)) do profile[name] = nil end
  situation.store.put(key(call, node), profile)
  return json.object("result", "success")
end

-- --- welcome flows -------------------------------------------------------------------------------

local ELIGIBLE = { "INSTAGRAM", "MESSENGER", "WHATSAPP" }

local function flows_key(account) return "welcome_message_flows:" .. account.id end

local function read_flows(situation, account)
  local params, list = situation.call.params, {}
  local flows = situation.store.take(flows_key(account)) or {}
  for _, flow in ipairs(flows) do
    if not params.flow_id or params.flow_id == flow.id then list[#list + 1] = written(flow) end
  end
  return json.object("data", list)
end

--- The place of the flow that a call names.
local function place_of(flows, id)
  for place, flow in ipairs(flows) do
    if flow.id == id then return place end
  end
  return errors.bad_parameter("flow_id", "must be the id of a welcome message flow")
end

local function set_flow(situation, account)
  local call, store = situation.call, situation.store
  local flows, id = store.take(flows_key(account)) or {}, call.params.flow_id
  local place = id and place_of(flows, id) or #flows + 1
  local flow = flows[place] or { id = ("71%013d"):format(store.add("welcome_message_flows", 1)) }
  flow.name = call.params.name or flow.name or errors.missing_parameter("name")
  flow.welcome_message_flow = parameters.json(call, "welcome_message_flow") or flow.welcome_message_flow
    or errors.missing_parameter("welcome_message_flow")
  flow.eligible_platforms = parameters.list(call, "eligible_platforms", ELIGIBLE) or flow.eligible_platforms
  flow.last_update_time = situation.context.now
  flows[place] = flow
  store.put(flows_key(account), flows)
  return json.object("flow_id", flow.id)
end

local function remove_flow(situation, account)
  local flows = situation.store.take(flows_key(account)) or {}
  table.remove(flows, place_of(flows, situation.call.params.flow_id))
  situation.store.put(flows_key(account), flows)
  return json.object("success", true)
end

-- --- features' states ----------------------------------------------------------------------------

local function states_key(account) return "business_messaging_feature_status:" .. account.id end

--- `features` is a list of `{ feature, status }`; without a status it is enabled.
local function set_states(situation, account)
  local states = situation.store.take(states_key(account)) or {}
  for _, item in ipairs(parameters.json(situation.call, "features")) do
    if type(item) ~= "table" or type(item.feature) ~= "string" then
      errors.bad_parameter("features", "must be an array of {feature, status}")
    end
    states[item.feature] = item.status or "enabled"
  end
  situation.store.put(states_key(account), states)
  return json.object("success", true)
end

local function read_state(situation, account)
  local feature = situation.call.params.feature or errors.missing_parameter("feature")
  local states = situation.store.take(states_key(account)) or {}
  return json.object("data", { json.object("feature", feature, "status", states[feature] or "disabled") })
end

function M.extend(graph)
  local account = graph.types.ig_user
  for _, owner in ipairs { graph.types.page, account } do
    owner.reads.messenger_profile = read
    owner.writes.POST.messenger_profile = { run = set }
    owner.writes.DELETE.messenger_profile = { required = { "fields" }, run = remove }
  end
  account.reads.welcome_message_flows = read_flows
  account.writes.POST.welcome_message_flows = { run = set_flow }
  account.writes.DELETE.welcome_message_flows = { required = { "flow_id" }, run = remove_flow }
  account.reads.business_messaging_feature_status = read_state
  account.writes.POST.business_messaging_feature_status = { required = { "features" }, run = set_states }
end

return M
