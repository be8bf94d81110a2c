--- HTML, escaped here and nowhere else: every text and every attribute is, and tags come from these functions alone.
--
--    html.p { class = "caption", medium.caption, html.b "!" }
--
-- `false` and nil are nothing, as child and as attribute; lists are their items.

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }
local VOID = { img = true, link = true, meta = true }
local ADDRESSES = { href = true, src = true }

local Piece = {}

local function escape(value) return (tostring(value):gsub("[&<>\"']", ENTITIES)) end

-- What others send may be an address, and then no script.
local function is_safe(address) return address:find "^https://" or address:find "^/" and not address:find "^//" end

local function add_attributes(out, content)
  local names = {}
  for name, value in pairs(content) do
    if type(name) == "string" and value and (not ADDRESSES[name] or is_safe(value)) then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = content[name]
    out[#out + 1] = value == true and " " .. name or (' %s="%s"'):format(name, escape(value))
  end
end

local add

local function add_children(out, list)
  for i = 1, table.maxn(list) do add(out, list[i]) end
end

function add(out, child)
  if getmetatable(child) == Piece then
    out[#out + 1] = child.text
  elseif type(child) == "table" then
    add_children(out, child)
  elseif child then
    out[#out + 1] = escape(child)
  end
end

local function element(name)
  return function(content)
    if type(content) ~= "table" or getmetatable(content) == Piece then content = { content } end
    local out = { "<", name }
    add_attributes(out, content)
    out[#out + 1] = ">"
    if not VOID[name] then
      add_children(out, content)
      out[#out + 1] = ("</%s>"):format(name)
    end
    return setmetatable({ text = table.concat(out) }, Piece)
  end
end

local html = setmetatable({}, { __index = function(self, name)
  self[name] = element(name)
  return self[name]
end })

--- A document as text.
-- @param root its `html.html { … }`
-- @treturn string
function html.document(root) return "<!doctype html>\n" .. root.text .. "\n" end

return html
