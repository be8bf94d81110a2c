--- Publishes a carousel from local video files, with a progress bar on one line of the terminal.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/publish_carousel.lua ACCOUNT FILE FILE…
--
-- ACCOUNT is the id of the IG User; CAPTION in the environment is the caption. Without a token it publishes in the
-- built-in sandbox; IG_BASE_URL and IG_CA_FILE name another server than Meta's. Where the network fails half-way it
-- goes on where it was, as often as Enter is pressed.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")

local words, children = script.options(script.head(), math.huge), {}
local account = words[1]
for i = 2, #words do children[i - 1] = { file = words[i] } end
if #children < 2 or #children > 10 then
  script.fail("usage: lua5.4 examples/publish_carousel.lua ACCOUNT FILE FILE…   (2 to 10 files)", 2)
end

local ig, server = script.client()

local WIDTH = 30
local WORDS = { create = "containers", upload = "uploading", process = "processing", publish = "publishing" }

local function draw(phase, done, total)
  local filled = math.floor(WIDTH * done / total)
  local bar = ("#"):rep(filled) .. ("-"):rep(WIDTH - filled)
  io.stderr:write(("\r%-10s [%s] %3d %%  "):format(WORDS[phase], bar, math.floor(100 * done / total)))
end

local spec = { caption = os.getenv "CAPTION", children = children }

local function publish(opts)
  opts.on_progress = draw
  return ig:publish(account, spec, opts)
end

local media, err = publish {}
while not media do
  io.stderr:write("\n", tostring(err), "\n")
  if not (err.retryable or err.unsettled) then break end
  io.stderr:write "Enter to go on, Ctrl-D to leave it: "
  if not io.read() then break end
  media, err = publish(err.resume or {}) -- with the containers that are there
end

if media then
  io.stderr:write "\n"
  print(media.id and "published: " .. media.id or "published, in container " .. media.container)
end
if server then server:stop() end
os.exit(media and 0 or 1, true)
