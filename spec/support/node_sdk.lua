--- The official Node SDK, `facebook-nodejs-business-sdk`, kept under build/node once npm has brought it.
-- @module spec.support.node_sdk
local cjson = require("cjson").new()
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local node_sdk = {}

local PACKAGE = "facebook-nodejs-business-sdk@24.0.1"

-- In a folder of its own first: an install that is cut short leaves nothing that looks whole. What npm cannot have
-- within these seconds is taken for not to be had.
local INSTALL = [[(
command -v node >/dev/null || { echo "node is not installed"; exit 1; }
[ -d build/node/node_modules ] && exit
command -v npm >/dev/null || { echo "npm is not installed"; exit 1; }
command -v timeout >/dev/null || { echo "there is no command 'timeout'"; exit 1; }
mkdir -p build
new=$(mktemp -d build/node.XXXXXX)
trap 'rm -rf "$new"' EXIT
timeout -k 5 30 npm install --prefix "$new" --no-audit --no-fund --ignore-scripts --loglevel=error \
  --fetch-retries=0 --fetch-timeout=15000 ]] .. PACKAGE .. [[ >"$new/log" 2>&1 </dev/null ||
  { echo "npm could not install it: $(tail -n 1 "$new/log")"; exit 1; }
mv "$new" build/node)]]

local RUN = "env -u LD_PRELOAD NODE_PATH=build/node/node_modules NODE_EXTRA_CA_CERTS=%s "
  .. "timeout 60 node spec/support/node_sdk.js %s %s"

--- Brings the SDK if it is not there yet.
-- @treturn boolean whether it is there now
-- @treturn string why it is not
function node_sdk.install() return shell.run(INSTALL) end

--- Runs the script beside this file on the shared sandbox, over HTTPS.
-- @treturn table step -> what it saw
function node_sdk.run()
  local server = sandbox.shared()
  local ok, output = shell.run(RUN:format(shell.quote(server.ca_file), server.https, sandbox.tokens.user))
  if not ok then error(output, 0) end
  return cjson.decode(output)
end

return node_sdk
