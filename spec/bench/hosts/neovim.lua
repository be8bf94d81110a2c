-- Measures iggraph in Neovim, on the sandbox, over HTTPS: for how long the editor stands still while an
-- account is walked, and how many pages a second come in beside Neovim's own way, a curl for each page.
--
--   [RUNS=5] [PAGES=300] lua5.4 spec/bench/hosts/neovim.lua
--
-- Wants the build for the Lua that it runs on, nvim and curl; the module for Neovim it builds itself.
-- Prints the table of the README. Each measurement is made in a Neovim of its own.

local here = arg[0]:match "^(.*)spec/bench/hosts/neovim%.lua$" or error "call it as spec/bench/hosts/neovim.lua"
local own = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "%d%.%d"
package.path = ("%s?.lua;%slua/?.lua;%slua/?/init.lua;"):format(here, here, here) .. package.path
package.cpath = here .. "build/" .. own .. "/?.so;" .. package.cpath

local nvim_host = require "spec.support.nvim_host"
local report = require "spec.bench.report"
local sandbox = require "spec.support.sandbox"

local RUNS = tonumber(os.getenv "RUNS" or 5)
local PAGES = tonumber(os.getenv "PAGES" or 300)
local WALKED, PAGE, AT_A_TIME = 100, 100, 16

-- For how long a timer of 5 ms did not tick -------------------------------------------------------------

local GAPS = [[
  local function gap(fn)
    local longest, result = longest_gap(fn)
    say(("%.3f"):format(longest))
    return result
  end

  coroutine.wrap(function()
    gap(function() sleep(1000) end)
    gap(function() -- refused, but only after the certificates were read
      return iggraph.new({ access_token = "none", base_url = arg.https }):get "me"
    end)
    gap(function() return assert(ig:get "me") end)
    local count = gap(function()
      local count = 0
      for _ in ig:user(arg.account):media { fields = arg.fields, limit = arg.page } do count = count + 1 end
      return count
    end)
    assert(count == arg.count, "not all was read")
    quit()
  end)()
]]

local GAP_ROWS = {
  "nothing to do, for a second",
  "the first TLS connection, which reads the system's certificates",
  "another first connection, with certificates of its own",
  ("%d pages of %d media are walked"):format(WALKED, PAGE),
}

-- Pages a second ----------------------------------------------------------------------------------------

local PAGES_A_SECOND = [[
  local path, params = arg.account .. "/media", { fields = arg.fields, limit = arg.page }
  local url = ("%s/v26.0/%s?fields=%s&limit=%d"):format(arg.https, path, arg.fields, arg.page)
  local curl = { "-sS", "--compressed", "--cacert", arg.ca_file, "-H", "Authorization: Bearer " .. arg.token, url }
  local media, begun, over = 0, 0, 0

  local function take(page) media = media + #page.data end

  -- Runs `get(next)`, so many at a time, until all pages are there.
  local function each_page(get)
    local function next_page()
      if begun == arg.pages then return end
      begun = begun + 1
      get(function()
        over = over + 1
        next_page()
      end)
    end
    for _ = 1, arg.at_a_time do next_page() end
    vim.wait(60000, function() return over == arg.pages end, 1000)
  end

  local ways = {}

  function ways.iggraph()
    local list = {}
    for i = 1, arg.pages do list[i] = i end
    iggraph.map(list, function() take(assert(ig:get(path, params))) end, { concurrency = arg.at_a_time })
  end

  function ways.jobstart()
    local command = vim.list_extend({ "curl" }, curl)
    each_page(function(next_page)
      vim.fn.jobstart(command, {
        stdout_buffered = true,
        on_stdout = function(_, lines) take(vim.json.decode(table.concat(lines, "\n"))) end,
        on_exit = next_page,
      })
    end)
  end

  function ways.spawn()
    each_page(function(next_page)
      local pipe, parts, process = vim.loop.new_pipe(), {}, nil
      process = vim.loop.spawn("curl", { args = curl, stdio = { nil, pipe, nil } }, function() process:close() end)
      pipe:read_start(function(_, data)
        parts[#parts + 1] = data
        if data then return end
        pipe:close()
        take(vim.json.decode(table.concat(parts)))
        next_page()
      end)
    end)
  end

  assert(ig:get "me")
  local began = vim.loop.hrtime()
  local gap = longest_gap(ways[arg.way])
  assert(media == arg.pages * arg.page, "not all was read")
  say(("%.1f"):format(arg.pages / (vim.loop.hrtime() - began) * 1e9))
  say(("%.3f"):format(gap))
  quit()
]]

local WAYS = {
  { "iggraph", "iggraph.map" },
  { "jobstart", "vim.fn.jobstart of curl, vim.json.decode" },
  { "spawn", "vim.loop.spawn of curl, vim.json.decode" },
}

-- The report --------------------------------------------------------------------------------------------

local server = sandbox.shared()

local function arguments(pages, way)
  return {
    https = server.https, ca_file = server.ca_file, token = sandbox.tokens.user, way = way, pages = pages,
    at_a_time = AT_A_TIME, page = PAGE, count = pages * PAGE, account = ("17840%012d"):format(pages * PAGE),
    fields = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,"
      .. "timestamp,like_count,comments_count",
  }
end

-- What a script prints: a list of turns, each a list of numbers.
local function measure(script, given)
  local turns = {}
  for turn = 1, RUNS do
    local result = nvim_host.run(script, { arg = given, limit = 120 })
    assert(result.status == 0, result.output .. result.stderr)
    turns[turn] = {}
    for i, line in ipairs(result.lines) do turns[turn][i] = tonumber(line) end
  end
  return turns
end

local function spread(turns, index, format)
  return report.spread(turns, function(turn) return turn[index] end, format)
end

local function gap_table()
  local turns, rows = measure(GAPS, arguments(WALKED)), { { "longest gap of a 5 ms timer in Neovim", "ms" } }
  for i, name in ipairs(GAP_ROWS) do rows[i + 1] = { name, spread(turns, i, "%.1f") } end
  return report.render(rows)
end

local function throughput_table()
  local head = ("%s pages of %d media, %d at a time"):format(report.grouped(PAGES), PAGE, AT_A_TIME)
  local rows = { { head, "pages a second", "longest gap, ms" } }
  for i, way in ipairs(WAYS) do
    local turns = measure(PAGES_A_SECOND, arguments(PAGES, way[1]))
    rows[i + 1] = { way[2], spread(turns, 1, "%.0f"), spread(turns, 2, "%.1f") }
  end
  return report.render(rows)
end

print(("Neovim, least – middle – most of %d turns.\n\n%s\n\n%s"):format(RUNS, gap_table(), throughput_table()))
