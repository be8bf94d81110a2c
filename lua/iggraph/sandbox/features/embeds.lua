--- What stands in other pages and in other media: oEmbed, and audio.
-- https://developers.facebook.com/docs/instagram-platform/oembed
-- @module iggraph.sandbox.features.embeds
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local paging = require "iggraph.sandbox.paging"
local parameters = require "iggraph.sandbox.parameters"
local part = require "iggraph.sandbox.nodes.part"
local render = require "iggraph.sandbox.render"

local M = {}

-- --- oEmbed --------------------------------------------------------------------------------------

local NARROWEST, WIDEST = 320, 658
local SHORTCODE = ("[%w_-]"):rep(11)
local KINDS = { p = true, tv = true, reel = true }
local SCRIPT = "\n<script async src=\"//www.instagram.com/embed.js\"></script>"

local function permalink_of(call)
  local url = call.params.url or ""
  if url == "" then errors.missing_parameter("url") end
  local kind, code = url:match("^https?://w*%.?instagram%.com/(%l+)/([^/?#]+)")
  if not KINDS[kind] then errors.bad_parameter("url", "must be the address of a post on Instagram") end
  if not code:find("^" .. SHORTCODE .. "$") then
    errors.raise { code = 24, message = "(#24) The requested resource does not exist" }
  end
  return ("https://www.instagram.com/%s/%s/"):format(kind, code)
end

local function width_of(call)
  local text = call.params.maxwidth
  if not text then return WIDEST end
  local width = text:find "^%d+$" and tonumber(text)
  if not width or width < NARROWEST or width > WIDEST then
    errors.bad_parameter("maxwidth", ("must be between %d and %d"):format(NARROWEST, WIDEST))
  end
  return width
end

local function html_of(call, permalink, width)
  local captioned = parameters.boolean(call, "hidecaption") and "" or " data-instgrm-captioned"
  local script = parameters.boolean(call, "omitscript") and "" or SCRIPT
  return ('<blockquote class="instagram-media"%s data-instgrm-permalink="%s" data-instgrm-version="14" '
    .. 'style="max-width:%dpx; width:100%%;"><a href="%s">View this post on Instagram</a></blockquote>%s')
    :format(captioned, permalink, width, permalink, script)
end

local MEMBERS = { "version", "provider_name", "provider_url", "type", "width", "html", "height" }

local function oembed(situation)
  local call = situation.call
  local permalink, width = permalink_of(call), width_of(call)
  local values = {
    version = "1.0", provider_name = "Instagram", provider_url = "https://www.instagram.com/", type = "rich",
    width = width, html = html_of(call, permalink, width), height = json.null,
  }
  local members = {}
  for _, name in ipairs(parameters.list(call, "fields", MEMBERS) or MEMBERS) do
    members[#members + 1], members[#members + 2] = name, values[name]
  end
  return json.as_object(members, #members)
end

-- --- audio ---------------------------------------------------------------------------------------

-- The documentation names the paths and the types, but not the fields.
local AUDIO_TYPES = { "music", "original_sound" }
local TITLES = { "Low Tide", "Glass Harbour", "Nine Lamps", "Rue du Nord", "Paper Moons", "Öresund" }

local audio = part("IGAudio", "id title audio_type duration_ms")

local by_type, by_id = { music = {}, original_sound = {} }, {}

for number = 1, 60 do
  local kind = AUDIO_TYPES[number % 2 + 1]
  local node = {
    id = ids.numbered("audio", number), audio_type = kind, duration_ms = 15000 + number * 700,
    title = ("%s %d"):format(TITLES[number % #TITLES + 1], number),
  }
  table.insert(by_type[kind], node)
  by_id[node.id] = node
end

local function list_audio(_, _, params)
  local kind = parameters.choice({ params = params }, "audio_type", AUDIO_TYPES)
  return paging.list(by_type[kind or errors.missing_parameter("audio_type")])
end

local function search_audio(situation)
  return render.edge({ type = audio, list = list_audio }, { id = "ig_audio" }, situation.call.params,
    { context = situation.context, path = "/ig_audio", sent = situation.call.sent })
end

M.roots = {
  instagram_oembed = { open = true, GET = oembed },
  ig_audio = { GET = search_audio },
}

function M.extend(graph)
  graph.add_type("audio", audio)
  graph.add_finder(audio, function(id) return by_id[id] end)
end

return M
