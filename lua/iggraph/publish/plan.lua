--- What is to be published, checked before anything is sent: from a `spec` to the containers that it takes.
--
-- A plan is `{ name, params, file, children }`: `name` says which child it is (nil for what is published itself),
-- `params` go to POST /{ig-user}/media, `file` is `{ handle, size, name, is_own }`, `children` is a list of plans. One
-- that stands for a container which exists has an `id`, and no `params`. See
-- <https://developers.facebook.com/docs/instagram-platform/content-publishing>.

local core = require "iggraph.core"

local raise, fail = core.error.raise, core.error.fail

local plan = {}

local FEWEST, MOST = 2, 10 -- children of a carousel

local SOURCES = { "image_url", "video_url", "file" } -- where media come from

-- Media type ("" where it is absent) -> what it can be made from. A single video is a reel or a story.
local SINGLE = {
  [""] = { image_url = true },
  REELS = { video_url = true, file = true },
  STORIES = { image_url = true, video_url = true, file = true },
}
local CHILD = {
  [""] = { image_url = true, video_url = true, file = true },
  VIDEO = { video_url = true, file = true },
}

-- What can be said in place of a media_type that is none.
local TYPES = {
  [SINGLE] = 'leave it out for an image; "REELS" or "STORIES" for a video, "STORIES" for an image, too',
  [CHILD] = "leave it out, for an image and for a video",
}

local ADDRESSES = { "image_url", "video_url", "cover_url" } -- which Instagram itself fetches

-- How images begin.
local IMAGES = { JPEG = "^\255\216\255", PNG = "^\137PNG" }

local function wrong(name, message, ...) raise(("client:publish: %s%s"):format(name, message:format(...))) end

-- --- files ----------------------------------------------------------------------------------------

local function invalid(message, ...) return fail("invalid", nil, nil, message:format(...)) end

local function open(name, given)
  if io.type(given) == "file" then return given, "the file" end
  if io.type(given) == "closed file" then wrong(name, ".file: the file is closed") end
  if type(given) ~= "string" then wrong(name, ".file: a path or an open file expected, got %s", type(given)) end
  if given:find("%z") then wrong(name, ".file: a NUL in it") end
  local handle, why = io.open(given, "rb")
  if not handle then return nil, why end
  return handle, given
end

-- The first bytes and the size; leaves the file where it stood. A folder can be opened, and not be read.
local function look(handle)
  local at = handle:seek("cur", 0)
  if not at or not handle:seek "set" then return nil, "not a file whose parts can be read" end
  local head, why = handle:read(16)
  if not head and why then return nil, why end
  local size = handle:seek "end"
  handle:seek("set", at)
  if not head or size == 0 then return nil, "is empty" end
  for format, begin in pairs(IMAGES) do
    if head:find(begin) then return nil, ("is a %s image: those are published by image_url"):format(format) end
  end
  return size
end

local function file_of(name, given)
  if given == nil then return nil end
  local handle, called = open(name, given)
  if not handle then return invalid("%s", called) end
  local size, why = look(handle)
  if not size then
    if handle ~= given then handle:close() end
    return invalid("%s: %s", called, why)
  end
  return { handle = handle, size = size, name = called, is_own = handle ~= given }
end

-- --- parameters -----------------------------------------------------------------------------------

-- They are written once to see that they can be; what is wrong is told by its full name.
local function check_texts(name, params)
  for key in pairs(params) do
    if type(key) ~= "string" then wrong(name, ": names expected, got a %s", type(key)) end
  end
  local ok, message = pcall(core.params.texts, params)
  if ok then return end
  local rest = (": " .. message):match ": params([.:].*)$"
  if rest then wrong(name, "%s", rest) end
  error(message, 0)
end

local function check_addresses(name, spec)
  for _, key in ipairs(ADDRESSES) do
    local value = spec[key]
    if value ~= nil and not (type(value) == "string" and value:find "^[Hh][Tt][Tt][Pp][Ss]?://[^/]") then
      wrong(name, ".%s: an http(s) address expected, got %s; only videos can be local, by 'file'", key,
        type(value) == "string" and '"' .. value .. '"' or type(value))
    end
  end
end

local function params_of(name, spec, set)
  local params = {}
  for key, value in pairs(spec) do params[key] = value end
  params.file, params.children = nil, nil
  for key, value in pairs(set) do params[key] = value end
  check_addresses(name, spec)
  check_texts(name, params)
  return params
end

local function source_of(name, spec)
  local found
  for _, source in ipairs(SOURCES) do
    if spec[source] ~= nil then
      if found then wrong(name, ": %s and %s, but only one of them can be", found, source) end
      found = source
    end
  end
  return found or wrong(name, ": image_url, video_url or file is required")
end

local function check_type(name, types, media_type, source)
  local takes = types[media_type or ""]
  if takes and takes[source] then return end
  if media_type ~= nil and not takes then wrong(name, ".media_type: not %s: %s", tostring(media_type), TYPES[types]) end
  if media_type ~= nil then wrong(name, ": %s cannot have %s", media_type, source) end
  wrong(name, '.media_type: "REELS" or "STORIES" is required with %s', source)
end

-- --- plans ----------------------------------------------------------------------------------------

local function of_media(name, spec, types, set)
  local source = source_of(name, spec)
  check_type(name, types, spec.media_type, source)
  if source == "file" then set.upload_type = "resumable" end
  if types == CHILD and source ~= "image_url" then set.media_type = "VIDEO" end
  return { params = params_of(name, spec, set), given = spec.file }
end

local function of_child(client, name, spec)
  if type(spec) == "string" or type(spec) == "number" then
    return { id = core.client.check_id(client, spec, "client:publish: " .. name) }
  end
  if type(spec) ~= "table" then wrong(name, ": a table or the id of a container expected, got %s", type(spec)) end
  if spec.children ~= nil or spec.media_type == "CAROUSEL" then wrong(name, ".children: children have none") end
  if spec.caption ~= nil then wrong(name, ".caption: children have none, the carousel has") end
  return of_media(name, spec, CHILD, { is_carousel_item = true })
end

local function check_list(children)
  for key in pairs(children) do
    if type(key) ~= "number" or key < 1 or key > #children or key % 1 ~= 0 then
      wrong("spec", ".children: a list expected, got '%s' in it", tostring(key))
    end
  end
end

local function of_carousel(client, spec)
  local children = spec.children
  if (spec.media_type or "CAROUSEL") ~= "CAROUSEL" then wrong("spec", ".children: only a CAROUSEL has them") end
  for _, source in ipairs(SOURCES) do
    if spec[source] ~= nil then wrong("spec", ".%s: a CAROUSEL is made from its children", source) end
  end
  if type(children) ~= "table" then wrong("spec", ".children: a list expected, got %s", type(children)) end
  check_list(children)
  if #children < FEWEST or #children > MOST then
    wrong("spec", ".children: %d to %d expected, got %d", FEWEST, MOST, #children)
  end
  local parent = { params = params_of("spec", spec, { media_type = "CAROUSEL" }), children = {} }
  for i, child in ipairs(children) do
    parent.children[i] = of_child(client, ("spec.children[%d]"):format(i), child)
    parent.children[i].number = i
  end
  return parent
end

local function add_file(name, part)
  local file, err, kind = file_of(name, part.given)
  part.file = file
  if not err or not part.number then return not err, err, kind end
  err.message, err.child = ("child %d: %s"):format(part.number, err.message), part.number
  return false, err, kind
end

--- Closes the files that were opened here.
function plan.close(self)
  if self.file and self.file.is_own then self.file.handle:close() end
  for _, child in ipairs(self.children or {}) do plan.close(child) end
end

--- Makes a plan.
-- @param client for which it checks ids
-- @tparam table spec
-- @treturn table the plan; `nil, err, "invalid"` for a file that cannot be sent. Raises for what is none and names it
function plan.of(client, spec)
  if type(spec) ~= "table" then wrong("spec", ": a table expected, got %s", type(spec)) end
  if spec.is_carousel_item ~= nil then wrong("spec", ".is_carousel_item: only children are such") end
  local is_carousel = spec.children ~= nil or spec.media_type == "CAROUSEL"
  local self = is_carousel and of_carousel(client, spec) or of_media("spec", spec, SINGLE, {})
  local ok, err, kind = add_file("spec", self)
  for i, child in ipairs(self.children or {}) do
    if ok then ok, err, kind = add_file(("spec.children[%d]"):format(i), child) end
  end
  if ok then return self end
  plan.close(self)
  return nil, err, kind
end

return plan
