--- The feed of an account, the accounts of a token, the comments of a medium.
-- @module instagram
local vim = vim -- luacheck: read globals vim
local connection = require "instagram.connection"
local notify = require "instagram.notify"
local reply = require "instagram.reply"
local split = require "instagram.split"
local text = require "instagram.text"
local view = require "instagram.view"

local M = {}

local PAGE = 25
local given = text.given

local function check(value, err)
  if err then error(err, 0) end
  return value
end

-- --- the comments of a medium ----------------------------------------------------------------------

local COMMENT = { "id", "text", "username", "timestamp", "like_count" }
local COMMENTS = vim.list_extend({ ["replies.limit(10)"] = COMMENT }, COMMENT)

-- Each comment is followed by its replies: those that came with it, and then the others.
local Threads = {}
Threads.__index = Threads

function Threads:next()
  if self.replies then
    local answer, err, kind = self.replies:next()
    if answer then answer.above = self.comment end
    if answer or err then return answer, err, kind end
  end
  local comment, err, kind = self.comments:next()
  self.comment = comment
  self.replies = comment and given(comment.replies) and self.ig:continue(comment, "replies")
  return comment, err, kind
end

function Threads:close()
  self.comments:close()
  if self.replies then self.replies:close() end
end

local function comment_lines(comment)
  local indent = comment.above and "    " or ""
  local name = given(comment.username) and "@" .. comment.username or "somebody"
  local likes = given(comment.like_count) ~= 0 and text.likes(comment.like_count) or nil
  return text.add({ indent .. text.joined("  ", name, text.time(comment.timestamp), likes) },
    given(comment.text) or "", indent .. "  ")
end

local function comments_name(media) return "instagram://comments/" .. media.id end

local function show_new_comment(media)
  local shown = view.find(comments_name(media))
  if shown then shown:reload() end
end

local function comment_on(media)
  local title = "A comment on the post of " .. text.time(media.timestamp)
  reply.open("instagram://comment/" .. media.id, title, "", function(message)
    check(connection.client():media(media.id):create_comment { message = message })
    show_new_comment(media)
  end)
end

-- A reply to a reply stands below the same comment, and begins with the name of whom it answers.
local function answer(shown, comment)
  if comment == shown.about then return comment_on(comment) end
  local above, name = comment.above or comment, given(comment.username)
  local title, words = "A reply to " .. (name or "somebody"), name and "@" .. name .. " " or ""
  reply.open("instagram://reply/" .. comment.id, title, words, function(message)
    check(connection.client():comment(above.id):reply { message = message })
    show_new_comment(shown.about)
  end)
end

local comments = {
  list = function(self)
    local ig, media = connection.client(), self.about
    local list = ig:media(media.id):comments({ fields = COMMENTS, limit = PAGE }, { prefetch = true })
    local head = text.add({ text.time(media.timestamp) }, given(media.caption) or "", "  ")
    return setmetatable({ ig = ig, comments = list }, Threads), head, media
  end,
  lines = comment_lines,
  keys = { r = answer },
}

local function open_comments(_, media)
  local window = view.window(comments)
  if window then vim.api.nvim_set_current_win(window) else split "belowright split" end
  view.open(comments_name(media), comments, media)
end

-- --- the feed of an account ------------------------------------------------------------------------

local MEDIA = {
  "id", "caption", "timestamp", "media_type", "media_product_type", "permalink", "like_count", "comments_count",
}
local KINDS = { REELS = "reel", STORY = "story", AD = "ad", CAROUSEL_ALBUM = "album", VIDEO = "video" }

local function media_lines(media)
  local number = given(media.comments_count)
  local head = text.joined("  ", text.time(media.timestamp), text.likes(media.like_count),
    number and text.count(number, "comment"), KINDS[media.media_product_type] or KINDS[media.media_type])
  return text.add({ head }, given(media.caption) or "", "  ")
end

local OPENERS = { "xdg-open", "open", "wslview" } -- of Linux and BSDs, of macOS, of WSL

local function open_permalink(_, media)
  local url = tostring(given(media.permalink) or "")
  if not url:find "^https://" then return notify "there is no address of this post" end
  for _, opener in ipairs(OPENERS) do
    if vim.fn.executable(opener) == 1 then return vim.fn.jobstart({ opener, url }, { detach = true }) end
  end
  notify("nothing here opens " .. url)
end

-- What is no id is a name of one of the token's accounts.
local function id_of(ig, name)
  if name:find "^1784%d%d%d%d%d%d" then return name end
  local others = {}
  local accounts = ig:instagram_accounts()
  while true do
    local account = check(accounts:next())
    if not account then break end
    if account.username == name then return account.id end
    others[#others + 1] = account.username
  end
  error(("this token has no account %s: there is %s"):format(name, table.concat(others, ", ")), 0)
end

local feed = {
  list = function(self)
    local ig = connection.client()
    local user = ig:user(id_of(ig, self.about))
    local account = check(user:get { fields = { "username", "name", "media_count", "followers_count" } })
    local list = user:media({ fields = MEDIA, limit = PAGE }, { prefetch = true })
    return list, {
      text.joined("  ", "@" .. account.username, given(account.name)),
      text.joined(" · ", text.count(given(account.media_count) or 0, "post"),
        given(account.followers_count) and text.count(account.followers_count, "follower")),
    }
  end,
  lines = media_lines,
  keys = {
    ["<CR>"] = open_comments,
    gx = open_permalink,
    r = function(_, media) comment_on(media) end,
  },
}

local function open_feed(name) view.open("instagram://" .. name, feed, name) end

-- --- the accounts of a token -----------------------------------------------------------------------

local accounts = {
  list = function() return connection.client():instagram_accounts(), { "Accounts" } end,
  lines = function(account) return { "@" .. account.username, "  " .. (account.page.name or "") } end,
  keys = { ["<CR>"] = function(_, account) open_feed(account.username) end },
  on_all = function(self) -- a choice of one is none
    local window, _, account = vim.fn.bufwinid(self.buffer), next(self.items)
    if self.count ~= 1 or window == -1 then return end
    vim.api.nvim_win_call(window, function() open_feed(account.username) end)
  end,
}

--- Shows a feed.
-- @tparam string name a user name of one of the token's accounts, or an id; "" for the one that there is, or a choice
-- @tparam string mods such as `vertical`: in a new window
function M.open(name, mods)
  if mods ~= "" then vim.cmd(mods .. " split") end
  if name == "" then view.open("instagram://", accounts) else open_feed((name:gsub("^@", ""))) end
end

return M
