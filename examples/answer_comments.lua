--- Answers the new comments of an account, each of them once, and hides those with a word of a list in them.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/answer_comments.lua [--dry-run] [USERNAME]
--
-- A comment is new while it has no reply of the account itself, so that this can be run again and again, by cron say.
-- REPLY in the environment is what to answer, SPAM the words, with commas between. Without a USERNAME all accounts of
-- the token are looked after; without a token it asks the built-in sandbox.
--
--   --dry-run   only says what it would do

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
local options = script.options(script.head(), 1)
local is_dry, wanted = options["dry-run"], options[1]

local ig, server = script.client()

local MEDIA = 25 -- the newest ones
local REPLY = os.getenv "REPLY" or "Thank you, @%s!"

local spam = {}
for word in (os.getenv "SPAM" or "free followers,crypto"):lower():gmatch "[^,]+" do spam[#spam + 1] = word end

local function is_spam(comment)
  local text = (comment.text or ""):lower()
  for _, word in ipairs(spam) do
    if text:find(word, 1, true) then return true end
  end
  return false
end

-- Replies come along with their comment; `continue` asks for those that there was no place for.
local function is_answered(comment, account)
  for reply in ig:continue(comment, "replies") do
    if reply.username == account.username then return true end
  end
  return false
end

local failed = false

local function act(verb, comment, action, ...)
  print(("%s%s %s  @%s: %s"):format(is_dry and "would " or "", verb, comment.id, comment.username or "?",
    (comment.text or ""):gsub("%s+", " ")))
  if is_dry then return end
  local comment_node = ig:comment(comment.id)
  local done, err = comment_node[action](comment_node, ...)
  if not done then
    io.stderr:write(tostring(err), "\n")
    failed = true
  end
end

local function look_at(comment, account)
  if comment.username == account.username or comment.hidden then return end
  if is_spam(comment) then return act("hide", comment, "hide", true) end
  if is_answered(comment, account) then return end
  act("reply to", comment, "reply", { message = (REPLY:gsub("%%s", function() return comment.username end)) })
end

local FIELDS = { "id", "text", "username", "hidden", replies = { "id", "username" } }

local function look_after(account)
  for media in ig:user(account.id):media({ fields = "id" }, { max_items = MEDIA }) do
    -- All comments first: what is written meanwhile does not move them.
    local comments = {}
    for comment in ig:media(media.id):comments { fields = FIELDS } do comments[#comments + 1] = comment end
    for _, comment in ipairs(comments) do look_at(comment, account) end
  end
end

script.main(function()
  local found = false
  for account in ig:instagram_accounts() do
    if not wanted or wanted == account.username then
      found = true
      look_after(account)
    end
  end
  if not found then error("the token leads to no " .. (wanted and ("account '%s'"):format(wanted)
    or "Instagram account"), 0) end
end)
if server then server:stop() end
os.exit(failed and 1 or 0, true)
