--- What the pages look like. There is one way to show a post: the script takes what is new out of the same pages.
local html = require "gallery.html"
local time = require "iggraph.time"

local LONGEST_ALT = 140 -- bytes
local KINDS = { VIDEO = "Video", CAROUSEL_ALBUM = "Album" }

local views = {}

-- Never half of a UTF-8 character.
local function cut(text, most)
  text = text:gsub("%s+", " ")
  if #text <= most then return text end
  return text:sub(1, most):gsub("[\192-\255][\128-\191]*$", "") .. "…"
end

-- 1234567 is 1,234,567.
local function grouped(number)
  return (("%d"):format(number):reverse():gsub("%d%d%d", "%0,"):reverse():gsub("^,", ""))
end

local function counted(number, one, many) return ("%s %s"):format(grouped(number), number == 1 and one or many) end

local function date_of(medium)
  local seconds = medium.timestamp and time.parse(medium.timestamp)
  return seconds and (os.date("!%d %B %Y", seconds):gsub("^0", "")) or "Without a date"
end

-- In words: what its owner wrote for those who do not see it, or else the caption.
local function alt_of(medium)
  return cut(medium.alt_text or medium.caption or (KINDS[medium.type] or "Photo") .. " without a caption", LONGEST_ALT)
end

local function picture_of(medium, draws)
  return not draws and medium.picture or ("/drawn/%s.svg"):format(medium.id)
end

-- What an event may change.
local function talk(medium)
  local comments = {}
  for i, one in ipairs(medium.comments) do
    comments[i] = html.li { dir = "auto", html.b(one.username or "someone"), " ", one.text }
  end
  return html.div {
    class = "talk",
    html.p {
      class = "counts",
      medium.likes and html.span { class = "likes", counted(medium.likes, "like", "likes") },
      medium.comment_count and html.span { counted(medium.comment_count, "comment", "comments") },
    },
    comments[1] and html.ul { class = "comments", comments },
  }
end

local function card(medium, draws)
  return html.li { html.article {
    id = "m-" .. medium.id,
    html.a {
      class = "picture", href = "/media/" .. medium.id,
      html.img { src = picture_of(medium, draws), alt = alt_of(medium), loading = "lazy", width = 480, height = 600 },
      KINDS[medium.type] and html.span { class = "kind", KINDS[medium.type] },
    },
    html.div {
      class = "words",
      html.h2 { html.time { datetime = medium.timestamp, date_of(medium) } },
      medium.caption and html.p { class = "caption", dir = "auto", medium.caption },
      talk(medium),
    },
  } }
end

local function document(title, content)
  return html.document(html.html {
    lang = "en",
    html.head {
      html.meta { charset = "utf-8" },
      html.meta { name = "viewport", content = "width=device-width, initial-scale=1" },
      html.meta { name = "color-scheme", content = "light dark" },
      html.title(title),
      html.link { rel = "stylesheet", href = "/static/gallery.css" },
      html.link { rel = "icon", href = "/drawn/7.svg" },
      html.script { src = "/static/gallery.js", defer = true },
    },
    html.body(content),
  })
end

local function header(account, title)
  return html.header {
    html.h1(title),
    html.p { counted(account.media_count or 0, "post", "posts"), " of ", account.name or "@" .. account.username },
  }
end

local STATUS = html.p { id = "status", role = "status" } -- where the script says what is new

--- @tparam table account
-- @tparam table media
-- @tparam ?string next_page the address of what follows
-- @tparam table options `newest`: the number of the last event; `draws`; `is_first`
-- @treturn string
function views.page(account, media, next_page, options)
  local cards = {}
  for i, medium in ipairs(media) do cards[i] = card(medium, options.draws) end
  return document("@" .. account.username, {
    ["data-live"] = ("/live?since=%d"):format(options.newest),
    header(account, "@" .. account.username),
    html.main {
      not options.is_first and html.p(html.a { href = "/", "To the newest posts" }),
      html.ul { class = "gallery", cards },
      next_page and html.nav { class = "more", html.a { rel = "next", href = next_page, "More posts" } },
    },
    STATUS,
  })
end

--- @tparam table account
-- @tparam table medium
-- @tparam table options as of `page`
-- @treturn string
function views.one(account, medium, options)
  return document(("@%s, %s"):format(account.username, date_of(medium)), {
    ["data-live"] = ("/live?since=%d"):format(options.newest),
    header(account, "@" .. account.username),
    html.main {
      html.nav {
        html.a { href = "/", "All posts" },
        medium.permalink and { " ", html.a { href = medium.permalink, "On Instagram" } },
      },
      html.ul { class = "gallery one", card(medium, options.draws) },
    },
    STATUS,
  })
end

--- @tparam string words
-- @treturn string
function views.failure(words)
  return document(words, {
    html.header(html.h1(words)),
    html.main(html.p(html.a { href = "/", "To the newest posts" })),
  })
end

return views
