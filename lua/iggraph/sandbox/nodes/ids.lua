--- Ids that say what they stand for, so that nothing made up has to be kept.
--
-- An account with n media is 17840 and n in twelve digits. What belongs to the medium number i of that
-- account is a prefix of three digits, which says what it is, then n - 1 and i - 1 in seven digits each. An
-- account with one medium uses i = 1 only; i = 2 to 7 of it are lent to the six media of the guide's
-- account.
-- @module iggraph.sandbox.nodes.ids
local M = {}

M.MAX_MEDIA = 10000000

-- First prefix of each kind, and how many it has.
local KINDS = {
  media = { 179, 1 },
  child = { 180, 5 },
  comment = { 170, 7 },
  reply = { 200, 14 },
}

local function account_code(account)
  return account.guide and 0 or account.count - 1
end

local function media_code(account, index)
  return account.guide and index or index - 1
end

--- @tparam string kind "media", "child", "comment" or "reply"
-- @tparam table account with `count`, and `guide` if it is the guide's
-- @tparam number index of the medium, 1 for the newest
-- @tparam[opt=1] number part which child, comment or reply of it
-- @treturn string
function M.make(kind, account, index, part)
  local prefix = KINDS[kind][1] + (part or 1) - 1
  return ("%03d%07d%07d"):format(prefix, account_code(account), media_code(account, index))
end

local function kind_of(prefix)
  for kind, row in pairs(KINDS) do
    if prefix >= row[1] and prefix < row[1] + row[2] then return kind, prefix - row[1] + 1 end
  end
  return nil
end

--- Undoes `make`.
-- @tparam string id
-- @treturn ?string kind; nil if no such id is ever made
-- @treturn number how many media the account has; nil for the guide's
-- @treturn number index of the medium
-- @treturn number part
function M.read(id)
  local prefix, code, index = id:match("^(%d%d%d)(%d%d%d%d%d%d%d)(%d%d%d%d%d%d%d)$")
  if not prefix then return nil end
  local kind, part = kind_of(tonumber(prefix))
  local count, position = tonumber(code) + 1, tonumber(index) + 1
  if not kind then return nil end
  if count == 1 and position > 1 then return kind, nil, position - 1, part end
  if position > count then return nil end
  return kind, count, position, part
end

--- @tparam number count how many media
-- @treturn string the id of the account that has as many
function M.make_account(count)
  return ("17840%012d"):format(count)
end

--- @tparam string id
-- @treturn ?number how many media the account has; nil if it is no such account
function M.read_account(id)
  local digits = #id == 17 and id:match("^17840(%d+)$")
  local count = tonumber(digits or nil)
  return count and count <= M.MAX_MEDIA and count or nil
end

return M
