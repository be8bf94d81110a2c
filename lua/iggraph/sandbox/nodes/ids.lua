--- Ids, and what they stand for: whose the first digits are stands here, and nowhere else.
--
-- Most ids say all about a node, so that nothing made up has to be kept. An account with n media is 17840 and n in
-- twelve digits. What belongs to the medium number i of that account is a prefix of three digits, which says what it
-- is, then n - 1 and i - 1 in seven digits each. An account with one medium uses i = 1 only; i = 2 to 7 of it are lent
-- to the six media of the guide's account. What is kept in the store is its prefix and a number.
-- @module iggraph.sandbox.nodes.ids
local M = {}

M.MAX_MEDIA = 10000000

local LENGTH = 17

--- First digits by kind; none begins as another. `parts`: what belongs to a medium, and how many prefixes it has from
-- there on, one for each part.
M.kinds = {
  comment = { 170, parts = 7 },
  written_comment = { 177 },
  account = { 17840 },         -- those with n media
  named_account = { 17841 },   -- the guide's, and those that are only named
  backed_account = { 17842 },  -- and what follows 134 in the id of its Page
  hashtag = { 17843 },
  container = { 17889 },
  media = { 179, parts = 1 },
  child = { 180, parts = 5 },
  story = { 185, parts = 1 },
  live = { 186, parts = 1 },
  audio = { 187 },
  event = { 188 },
  published = { 189 },
  attachment = { 190 },
  permission = { 191 },
  scheduled = { 192 },
  reply = { 200, parts = 14 },
  scoped_account = { 240 },    -- and what follows 178 in the id of the account
  person = { 91 },             -- the last twelve digits of the account that the person wrote to, and a number of two
}

local KINDS = M.kinds
local made_up = {} -- kind and part, by prefix
for kind, row in pairs(KINDS) do
  for part = 1, row.parts or 0 do made_up[row[1] + part - 1] = { kind = kind, part = part } end
end

local function account_code(account)
  return account.guide and 0 or account.count - 1
end

local function media_code(account, index)
  return account.guide and index or index - 1
end

--- The id of what belongs to a medium.
-- @tparam string kind one with parts
-- @tparam table account with `count`, and `guide` if it is the guide's
-- @tparam number index of the medium, 1 for the newest
-- @tparam[opt=1] number part which child, comment or reply of it
-- @treturn string
function M.make(kind, account, index, part)
  local prefix = KINDS[kind][1] + (part or 1) - 1
  return ("%03d%07d%07d"):format(prefix, account_code(account), media_code(account, index))
end

--- Undoes `make`.
-- @tparam string id
-- @treturn ?string kind; nil if no such id is ever made
-- @treturn number how many media the account has; nil for the guide's
-- @treturn number index of the medium
-- @treturn number part
function M.read(id)
  local prefix, code, index = id:match("^(%d%d%d)(%d%d%d%d%d%d%d)(%d%d%d%d%d%d%d)$")
  local row = prefix and made_up[tonumber(prefix)]
  if not row then return nil end
  local count, position = tonumber(code) + 1, tonumber(index) + 1
  if count == 1 and position > 1 then return row.kind, nil, position - 1, row.part end
  if position > count then return nil end
  return row.kind, count, position, row.part
end

--- An id of other digits.
-- @tparam string kind
-- @tparam string digits
-- @treturn string the first digits of that kind, and those
function M.join(kind, digits) return KINDS[kind][1] .. digits end

--- An id of a number.
-- @tparam string kind
-- @tparam number number
-- @treturn string 17 digits
function M.numbered(kind, number)
  local prefix = tostring(KINDS[kind][1])
  return prefix .. ("%0" .. LENGTH - #prefix .. "d"):format(number)
end

--- Undoes `join` and `numbered`.
-- @tparam string kind
-- @tparam string id
-- @treturn ?string the digits behind the first; nil if it is no id of that kind
function M.rest(kind, id) return id:match("^" .. KINDS[kind][1] .. "(%d+)$") end

--- @tparam number count how many media
-- @treturn string the id of the account that has as many
function M.make_account(count) return M.numbered("account", count) end

--- @tparam string id
-- @treturn ?number how many media the account has; nil if it is no such account
function M.read_account(id)
  local count = #id == LENGTH and tonumber(M.rest("account", id) or nil)
  return count and count <= M.MAX_MEDIA and count or nil
end

return M
