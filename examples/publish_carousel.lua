--- Publishes a carousel from local video files, with a progress bar on one line of the terminal.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/publish_carousel.lua ACCOUNT FILE FILE…
--
-- ACCOUNT is the id of the IG User; CAPTION in the environment is the caption. Without a token it publishes in the
-- built-in sandbox. Where the network fails half-way it goes on where it was, as often as Enter is pressed.

local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"

local account, children = arg[1], {}
for i = 2, #arg do children[i - 1] = { file = arg[i] } end
if #children < 2 or #children > 10 then
  io.stderr:write("usage: publish_carousel.lua ACCOUNT FILE FILE…   (2 to 10 files)\n")
  os.exit(2)
end

local token = os.getenv "IG_ACCESS_TOKEN"
local server = not token and assert(sandbox.start()) or nil
local ig = iggraph.new {
  access_token = token or sandbox.tokens.user,
  base_url = server and server.https,
  ca_file = server and server.ca_file,
}

local WIDTH = 30
local WORDS = { create = "containers", upload = "uploading", process = "processing", publish = "publishing" }

local function draw(phase, done, total)
  local filled = math.floor(WIDTH * done / total)
  local bar = ("#"):rep(filled) .. ("-"):rep(WIDTH - filled)
  io.stderr:write(("\r%-10s [%s] %3d %%  "):format(WORDS[phase], bar, math.floor(100 * done / total)))
end

local spec, position = { caption = os.getenv "CAPTION", children = children }, {}

local function publish()
  return ig:publish(account, spec, {
    on_progress = draw, container = position.container, children = position.children,
  })
end

local media, err = publish()
while not media do
  io.stderr:write("\n", tostring(err), "\n")
  position = err -- it has the containers that are there
  local may_help = err.kind == "network" or err.kind == "timeout" or err.retryable
  if not may_help then break end
  io.stderr:write "Enter to go on, Ctrl-D to leave it: "
  if not io.read() then break end
  media, err = publish()
end

if media then
  io.stderr:write "\n"
  print(media.id and "published: " .. media.id or "published, in container " .. media.container)
end
if server then server:stop() end
os.exit(media and 0 or 1, true)
