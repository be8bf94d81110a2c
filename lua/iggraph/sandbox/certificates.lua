--- Certificates for a sandbox, good and bad, made anew at each start by the openssl command.
-- @module iggraph.sandbox.certificates
local shell = require "iggraph.sandbox.shell"

local M = {}

--- Each has its host name (SNI chooses), the names in the certificate, who signs, and for how many days.
M.rows = {
  { host = "localhost", names = "DNS:localhost,IP:127.0.0.1", ca = "ca", days = 30 },
  { host = "expired.localhost", names = "DNS:expired.localhost", ca = "ca", days = -1 },
  { host = "unknown.localhost", names = "DNS:unknown.localhost", ca = "other-ca", days = 30 },
  { host = "mismatch.localhost", names = "DNS:somewhere-else.example", ca = "ca", days = 30 },
}

local NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

local MAKE_CA = [[
openssl req -x509 %s -keyout %s.key -out %s.pem -days 30 -subj "/CN=Sandbox %s" \
  -addext keyUsage=critical,keyCertSign]]

local MAKE_LEAF = [[
echo "subjectAltName=%s" >names.cnf
openssl req -new %s -keyout %s.key -out request.csr -subj "/CN=%s"
openssl x509 -req -in request.csr -CA %s.pem -CAkey %s.key -set_serial %d -days %d \
  -extfile names.cnf -out %s.pem]]

--- Makes the certificates, each as `<host>.pem` and `<host>.key`, and `ca.pem` to verify them with.
-- @tparam string dir where to; the keys are readable by their owner only
-- @treturn boolean
-- @treturn string what openssl said, if it failed
function M.make(dir)
  local script = { "set -e", "umask 077", "cd " .. shell.quote(dir) }
  for _, ca in ipairs { "ca", "other-ca" } do
    script[#script + 1] = MAKE_CA:format(NEW_KEY, ca, ca, ca)
  end
  for serial, row in ipairs(M.rows) do
    script[#script + 1] = MAKE_LEAF:format(row.names, NEW_KEY, row.host, row.host,
      row.ca, row.ca, serial, row.days, row.host)
  end
  script[#script + 1] = "rm -f request.csr names.cnf ca.key other-ca.key"
  return shell.run("sh -c " .. shell.quote(table.concat(script, "\n")))
end

return M
