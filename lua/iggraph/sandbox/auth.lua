--- Checks token and proof as strictly as the Graph does.
-- @module iggraph.sandbox.auth
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local time = require "iggraph.sandbox.time"

local M = {}

local function check_proof(grant, call, proofs)
  local proof = call.params.appsecret_proof
  if not proof and grant.needs_proof then errors.no_proof() end
  if proof and proof ~= proofs[call.token] then errors.wrong_proof() end
end

--- Who is calling; raises the Graph's error for a token or proof that will not do.
-- @tparam table call from `request.parse`
-- @tparam table proofs the right appsecret_proof by token
-- @treturn table a row of `credentials.grants`
function M.grant(call, proofs)
  if not call.token or call.token == "" then
    if call.id == "me" then errors.no_token_for_me() end
    errors.no_token()
  end
  local grant = credentials.grants[call.token]
  if not grant then errors.unreadable_token() end
  if grant.expired then errors.expired_token(time.format(call.now)) end
  check_proof(grant, call, proofs)
  return grant
end

return M
