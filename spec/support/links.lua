--- Makes links of a site of LDoc work: where a Markdown file links to another one, a page of the site is meant; what is
-- in the tree and not in the site is no link any more; pictures are brought along. For `make docs`.
-- @module spec.support.links

local root = arg[1]

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a"
  if file then file:close() end
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- The page of a file of the tree: "examples/guides/paging.md" -> "topics/paging.md.html"
local function page_of(path)
  local name = path:match "[^/]+$"
  for _, folder in ipairs { "topics", "examples" } do
    local page = ("%s/%s.html"):format(folder, name)
    if read(root .. "/" .. page) then return page end
  end
end

local function bring(path)
  local picture = read(path)
  if not picture then return nil end
  local name = path:gsub("/", "-")
  write(root .. "/topics/" .. name, picture)
  return ('src="%s"'):format(name)
end

local function mend(text)
  text = text:gsub('src="([^":]+)"', bring)
  return (text:gsub('<a href="([^"#:]+%.%w+)(#?[^"]*)">(.-)</a>', function(path, anchor, inner)
    if path:find "%.html$" or path:find "%.css$" then return nil end
    local page = page_of(path)
    return page and ('<a href="../%s%s">%s</a>'):format(page, anchor, inner) or inner
  end))
end

local pipe = io.popen(("find '%s/topics' -name '*.html'"):format(root))
for path in pipe:lines() do
  write(path, mend(read(path)))
end
pipe:close()
