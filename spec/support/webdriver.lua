--- A real Chromium without a window, driven by the WebDriver protocol: https://www.w3.org/TR/webdriver2/
--
--    local browser = webdriver.open { width = 1200, height = 900 }
--    browser:go(url)
--    browser:wait "return document.title == 'x'"
--    browser:close()
--
-- @module spec.support.webdriver
local core = require "iggraph.core"
local curl = require "spec.support.curl"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local now = require("system").monotime
local shell = require "iggraph.sandbox.shell"

local webdriver = {}

local methods = {}
local meta = { __index = methods }

local LONGEST = 300 -- seconds: it ends by itself where nobody ends it
local PATIENCE = 20

--- Why there is none; nil where there is one.
function webdriver.missing()
  local ok = shell.run "command -v chromium && command -v chromedriver"
  return not ok and "chromium or chromedriver is not installed" or nil
end

local START = [[
dir=$(mktemp -d "${TMPDIR:-/tmp}/iggraph-webdriver.XXXXXX") && cd "$dir" && echo "$dir"
env -u LD_PRELOAD TMPDIR="$dir" timeout %d chromedriver --port=0 </dev/null >log 2>&1 & echo $!
n=0; until grep -qs "successfully on port" log; do n=$((n+1)); [ $n -lt 1000 ] || exit 1; sleep 0.02; done
sed -n "s/.*successfully on port //p" log]]

--- Sends a command, and raises what it failed with.
-- @tparam string method
-- @tparam string path below the session
-- @tparam[opt] table body
-- @return the value
function methods:ask(method, path, body)
  local answer = curl.ask(self.url .. path, {
    token = false, method = method, max_time = 60,
    arguments = body and "-H 'Content-Type: application/json' --data-binary " .. shell.quote(json.encode(body)),
  })
  if answer.status ~= 200 then error(method .. " " .. path .. ": " .. answer.body, 2) end
  return answer.json.value
end

local function options_of(options)
  local size = ("--window-size=%d,%d"):format(options.width, options.height)
  -- No sandbox: as root there is none, and it sees nothing but our own pages.
  local chromium = { args = {
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", size,
  } }
  return { capabilities = { alwaysMatch = { browserName = "chrome", ["goog:chromeOptions"] = chromium } } }
end

--- Starts one.
-- @tparam table options `width` and `height` of its window
-- @treturn table
function webdriver.open(options)
  local ok, text = shell.run(START:format(LONGEST))
  local dir, pid, port = text:match "^(%S+)\n(%d+)\n(%d+)%.$"
  if not ok or not port then error("chromedriver does not start: " .. text, 0) end
  local self = setmetatable({ dir = dir, pid = pid, url = "http://127.0.0.1:" .. port }, meta)
  local session = self:ask("POST", "/session", options_of(options)).sessionId
  self.url = self.url .. "/session/" .. session
  return self
end

--- Opens an address.
function methods:go(url) self:ask("POST", "/url", { url = url }) end

--- Runs a script in the page.
-- @tparam string script
-- @return what it returns
function methods:run(script)
  return self:ask("POST", "/execute/sync", { script = script, args = { "" } })
end

--- Waits until a script returns something that is not false.
-- @return that
function methods:wait(script)
  local ends = now() + PATIENCE
  while true do
    local value = self:run(script)
    if value and value ~= iggraph.null then return value end
    if now() > ends then error("it does not come to be: " .. script, 2) end
    core.loop.sleep(0.05)
  end
end

--- Presses a key, and lets it go.
-- @tparam string key a character: those of keys without one are in the standard, section 17.4.2
function methods:press(key)
  local actions = { { type = "keyDown", value = key }, { type = "keyUp", value = key } }
  self:ask("POST", "/actions", { actions = { { type = "key", id = "keyboard", actions = actions } } })
end

--- Ends it.
function methods:close()
  pcall(self.ask, self, "DELETE", "")
  shell.run(("kill %s; while kill -0 %s; do sleep 0.05; done; rm -rf %s"):format(self.pid, self.pid, self.dir))
end

return webdriver
