-- The plugin of `examples/neovim`, in a real Neovim, against the sandbox.

local client = require "spec.support.client"
local nvim_host = require "spec.support.nvim_host"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local ACCOUNT = "17840000000000250"
local GAP = 100 -- milliseconds

-- Before each script, which runs in a coroutine: keys are typed there, as a user types them.
local PRELUDE = [[
vim.opt.runtimepath:prepend "{root}/examples/neovim"
vim.cmd "syntax on | filetype plugin on | runtime plugin/instagram.lua"
if next(arg) then vim.g.instagram = arg end

local told = {}
vim.notify = function(text) told[#told + 1] = text end

local function wait(what, condition, seconds)
  local ends = vim.loop.hrtime() + (seconds or 20) * 1e9
  while not condition() do
    if vim.loop.hrtime() > ends then error(what .. " never came; told: " .. table.concat(told, ", "), 0) end
    sleep(10)
  end
end

local function lines(buffer) return vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, true) end
local function text() return table.concat(lines(), "\n") end
local function name() return vim.api.nvim_buf_get_name(0) end
local function wait_for(words) wait(words, function() return text():find(words, 1, true) end) end
local function wait_told(count) wait("what is told", function() return #told == count end) end

local function posts()
  local count = 0
  for _, line in ipairs(lines()) do
    if line:find "^%d+%-%d+%-%d+ %d+:%d+  " then count = count + 1 end
  end
  return count
end

-- Comes back when all of it was taken in.
local function type(keys)
  local typed = vim.api.nvim_replace_termcodes(keys .. "<Cmd>let g:typed = 1<CR>", true, false, true)
  vim.g.typed = 0
  vim.api.nvim_feedkeys(typed, "mt", false)
  wait("the end of " .. keys, function() return vim.g.typed == 1 end)
end

local function read_all()
  while not text():find "that is all" do type "G" end
end

local function script()
{script}
end

local function main()
  local ok, err = xpcall(script, debug.traceback)
  if ok then return quit() end
  io.stderr:write("the script failed: ", tostring(err), "\n")
  quit "cquit"
end
coroutine.wrap(main)()
]]

local function options(changes)
  local server = sandbox.shared()
  return client.with({
    access_token = sandbox.tokens.user, base_url = server.https, ca_file = server.ca_file, retry = false,
  }, changes)
end

local function run(script, changes)
  local text = PRELUDE:gsub("{(%l+)}", { root = nvim_host.root(), script = script })
  local result = nvim_host.run(text, { arg = changes == false and {} or options(changes), limit = 60 })
  for _, words in ipairs { "Error", "E%d+:", "failed:" } do assert.not_matches(words, result.stderr) end
  assert.same({ "", 0 }, { result.errmsg, result.status })
  return result.lines
end

local function media_requests()
  local count = 0
  for _, one in ipairs(sandbox.requests()) do
    if one.uri:find("/" .. ACCOUNT .. "/media", 1, true) then count = count + 1 end
  end
  return count
end

-- The newest of an account's media with comments, and its comments.
local function commented()
  local ig = client.new()
  for media in ig:user(ACCOUNT):media { fields = { "id", "caption", "timestamp", "comments_count" } } do
    if media.comments_count > 2 then return media, client.collect(ig:media(media.id):comments()) end
  end
end

local function is_gone(host)
  return shell.run(([[
    n=0
    while curl -s --insecure https://%s/_sandbox/limit; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.1; done]])
    :format(host))
end

local OPEN_COMMENTS = [[
  vim.cmd "Instagram 17840000000000250"
  wait("the feed", function() return posts() > 0 end)
  vim.fn.search ("^2.*[3-9] comments", "c")
  type "<CR>"
  wait_for "\n@"
]]

describe("the plugin for Neovim", function()
  local why_not = nvim_host.why_not()
  if why_not then
    it("cannot be tried", function() pending(why_not) end)
    return
  end

  before_each(function() sandbox.reset() end)

  it("shows a feed, and asks for no more of it than is near", function()
    local said = run [[
      vim.cmd "Instagram 17840000000000250"
      say(vim.bo.buftype, vim.bo.modifiable, #lines())
      wait("the feed", function() return posts() > 0 end)
      say(vim.fn.line ".", lines()[2])
      say(lines()[4])
      say(lines()[5])
    ]]
    local first = client.new():user(ACCOUNT):media({ fields = { "caption", "timestamp" } }):next()
    assert.equal("nofile false 1", said[1])
    assert.matches("^4 250 posts · [%d,]+ followers$", said[2])
    assert.equal(first.timestamp:sub(1, 16):gsub("T", " "), said[3]:match "^(%S+ %S+)  ♥ %d+  %d+ comments?")
    assert.equal("  " .. first.caption:match "^[^\n]*", said[4])
    assert.is_true(media_requests() <= 3, media_requests() .. " requests") -- one of them was ours
  end)

  it("goes on as the cursor comes near the end: each post is there once", function()
    local said = run [[
      vim.cmd "Instagram 17840000000000250"
      wait("the feed", function() return posts() > 0 end)
      local before = posts()
      repeat
        type "G"
        wait("more", function() return posts() > before end)
        before = posts()
      until before == 250
      type "G"
      wait_for "that is all"
      local seen = {}
      for _, line in ipairs(lines()) do
        local time = line:match "^%d+%-%d+%-%d+ %d+:%d+"
        if time then seen[time] = true end -- the sandbox has one in each hour
      end
      say(posts(), vim.tbl_count(seen), #told)
    ]]
    assert.same({ "250 250 0" }, said)
    assert.equal(10, media_requests())
  end)

  it("keeps Neovim for no more than a moment", function()
    local least = math.huge
    for _ = 1, 5 do -- of a busy machine the best
      local said = run [[
        say((longest_gap(function()
          vim.cmd "Instagram 17840000000000250"
          wait("the feed", function() return posts() > 0 end)
          read_all()
          type "gg4j<CR>"
          wait("the comments", function() return #vim.api.nvim_list_wins() == 2 and text():find "\n\n@" end)
        end)))
      ]]
      least = math.min(least, tonumber(said[1]))
      if least < GAP then break end
    end
    assert.is_true(least < GAP, ("%.0f ms"):format(least))
  end)

  it("opens the comments of a post, with their replies, in a split", function()
    local said = run(OPEN_COMMENTS .. [[
      say(name())
      read_all()
      say(#vim.api.nvim_list_wins(), #vim.tbl_filter(function(line) return line:find "^@" end, lines()))
      say(#vim.tbl_filter(function(line) return line:find "^    @" end, lines()) > 0)
      type "q"
      say(#vim.api.nvim_list_wins(), name())
    ]])
    local media, comments = commented()
    assert.same({ "instagram://comments/" .. media.id, "2 " .. #comments, "true",
      "1 instagram://" .. ACCOUNT }, said)
  end)

  local function reply_by(write)
    local said = run(OPEN_COMMENTS .. [[
      vim.fn.search("^@", "c")
      type "r"
      say(vim.bo.buftype, vim.fn.mode())
      type "Thank you!<CR>Come again.<Esc>"
      ]] .. write)
    assert.equal("acwrite i", said[1])
    local media, comments = commented()
    local replies = client.collect(client.new():comment(comments[1].id):replies { fields = { "text" } })
    assert.matches("^@%S+ Thank you!\nCome again%.$", replies[1].text)
    assert.not_equal(replies[1].text, replies[2].text)
    return said, media
  end

  it("sends a reply when it is written, once, and shows it", function()
    local said, media = reply_by [[
      vim.cmd "write | write"
      wait("its end", function() return not name():find "reply" end)
      wait_for "Come again."
      say(#told, name())
    ]]
    assert.equal("0 instagram://comments/" .. media.id, said[2])
  end)

  it("sends what was written before Neovim ends", function()
    local said = reply_by [[
      ig:post("_sandbox/chaos", { rate = 1, kinds = "delay", methods = "all" })
      local comments = vim.fn.bufnr "instagram://comments"
      local function has_comments() return table.concat(lines(comments), "\n"):find "\n@" ~= nil end
      say(has_comments())
      vim.api.nvim_create_autocmd("VimLeavePre", { callback = function() say(has_comments()) end })
      vim.cmd "wqa"
    ]]
    assert.same({ "true", "false" }, { said[2], said[3] }) -- they begin anew once the reply is sent
  end)

  it("takes a comment on a post from the feed", function()
    run [[
      vim.cmd "Instagram 17840000000000250"
      wait("the feed", function() return posts() > 0 end)
      type "rFirst!<Esc>"
      local reply = vim.fn.bufnr()
      type ":wq<CR>"
      wait("its end", function() return vim.fn.bufexists(reply) == 0 end)
    ]]
    local media = client.new():user(ACCOUNT):media({ limit = 1 }):next()
    assert.equal("First!", client.new():media(media.id):comments({ fields = { "text" } }):next().text)
  end)

  it("keeps a reply that cannot be sent, and says why, even if its window was closed", function()
    local said = run(OPEN_COMMENTS .. [[
      vim.fn.search("^@", "c")
      type "r<Esc>"
      vim.api.nvim_buf_set_lines(0, 0, -1, true, { ("too long "):rep(40) })
      type ":wq<CR>"
      wait_told(1)
      say(told[1])
      say(name():match "reply", vim.bo.modified, vim.bo.modifiable)
      type "ggdGishort<Esc>:w<CR>"
      wait("its end", function() return not name():find "reply" end)
      wait_for "short"
      say(#told)
    ]])
    assert.matches("^Instagram: POST /%S+/replies: .*invalid", said[1])
    assert.same({ "reply true true", "1" }, { said[2], said[3] })
  end)

  it("tells a failure in one line, keeps what is there, and goes on by R", function()
    local said = run [[
      vim.cmd "Instagram 17840000000000250"
      wait("the feed", function() return posts() > 0 end)
      ig:post("_sandbox/chaos", { rate = 1, kinds = "transient" })
      while #told == 0 do type "G" end
      local before = posts()
      type "ggGggG"
      say(before > 0, posts() == before, vim.fn.getline "$")
      say(#told, told[1])
      ig:post("_sandbox/chaos", { rate = 0 })
      type "R"
      wait("more", function() return posts() > before end)
      say(#told, vim.fn.line "." > 4)
      ig:post("_sandbox/chaos", { rate = 1, kinds = "transient" })
      while #told == 1 do type "G" end
      type "R"
      wait_told(3)
      say(posts() > before)
      type "R"
      wait_told(4)
      say(posts())
    ]]
    assert.equal("true true -- not all is here: R goes on --", said[1])
    assert.matches("^1 Instagram: GET /%S+/" .. ACCOUNT .. "/media: [^\n]+$", said[2])
    assert.same({ "1 true", "true", "0" }, { said[3], said[4], said[5] }) -- it helped; it did not: anew
  end)

  for what, row in pairs {
    ["a token that has expired"] = {
      "Instagram", { access_token = sandbox.tokens.expired }, "^Instagram: GET .*%(auth, HTTP 400, code 190",
    },
    ["an account that is none of the token's"] = {
      "Instagram somebody", {}, "^Instagram: this token has no account somebody: there is metricsaurus",
    },
    ["an option that there is not"] = { "Instagram", { tokn = "x" }, "tokn" },
  } do
    it("tells of " .. what, function()
      local said = run(('vim.cmd %q wait_told(1) say(told[1]) type "R" wait_told(2) say(told[2])')
        :format(row[1]), row[2])
      assert.matches(row[3], said[1])
      assert.matches(row[3], said[2]) -- one could set it right and try again
    end)
  end

  for way, leave in pairs { [":bwipeout"] = 'vim.cmd "bwipeout"', q = 'type "q"', [":enew"] = 'vim.cmd "enew"' } do
    it("drops what is under way when its buffer is left by " .. way, function()
      local said = run([[
        local engine = require("iggraph.core").loop.engine()
        vim.cmd "Instagram 17840000000000250_hang"
        wait("the call", function() return engine:is_busy() end)
        sleep(50)
        ]] .. leave .. [[
        wait("the end of the call", function() return not engine:is_busy() end, 10) -- it would hang for 20
        say(name(), #told)
      ]])
      assert.same({ " 0" }, said)
    end)
  end

  it("lets one choose where the token has several accounts, and reloads", function()
    local said = run([[
      vim.cmd "vertical Instagram"
      wait_for "@"
      say(#vim.api.nvim_list_wins(), lines()[1], vim.fn.line ".")
      local chosen = vim.fn.getline "."
      type "R"
      wait_for "@"
      type "<CR>"
      wait("its feed", function() return posts() > 0 end)
      say(name() == "instagram://" .. chosen:sub(2), lines()[1]:sub(1, #chosen) == chosen)
    ]], { access_token = sandbox.tokens.many })
    assert.same({ "2 Accounts 3", "true true" }, said)
  end)

  it("is loaded anew by :edit, and is one, however often it is asked for", function()
    local said = run [[
      for _, command in ipairs { "Instagram 17840000000000250", "edit", "new | Instagram 17840000000000250" } do
        vim.cmd(command)
        wait("the feed", function() return posts() > 5 end)
      end
      say(#vim.fn.win_findbuf(vim.fn.bufnr()), #told)
    ]]
    assert.same({ "2 0" }, said)
  end)

  it("opens a post where the desktop opens addresses", function()
    local said = run [[
      local dir = vim.fn.tempname()
      vim.fn.mkdir(dir)
      vim.fn.writefile({ "#!/bin/sh", 'echo "$1" > ' .. dir .. "/url.new; mv " .. dir .. "/url.new " .. dir .. "/url" },
        dir .. "/xdg-open")
      vim.fn.setfperm(dir .. "/xdg-open", "rwx------")
      vim.env.PATH = dir .. ":" .. vim.env.PATH
      vim.cmd "Instagram 17840000000000250"
      wait("the feed", function() return posts() > 0 end)
      type "gx"
      wait("the address", function() return vim.fn.filereadable(dir .. "/url") == 1 end)
      say(vim.fn.readfile(dir .. "/url")[1])
    ]]
    local media = client.new():user(ACCOUNT):media({ fields = { "permalink" } }):next()
    assert.same({ media.permalink }, said)
  end)

  it("without a token has a sandbox of its own, which ends with Neovim", function()
    local said = run([[
      vim.cmd "Instagram"
      wait("the feed", function() return posts() > 0 end)
      say(name(), posts(), told[1])
      local ig = require("instagram.connection").client()
      say(ig:get("_sandbox/requests").requests[1].host)
    ]], false)
    assert.equal("instagram://metricsaurus 6 Instagram: there is no token; this is the sandbox", said[1])
    assert.matches("^localhost:%d+$", said[2])
    assert.is_true(is_gone(said[2]))
  end)

  it("has a help, and its tags", function()
    local tags = shell.read(nvim_host.root() .. "/examples/neovim/doc/tags")
    local said = run [[
      vim.cmd "help :Instagram"
      say(vim.fn.expand "%:t", vim.fn.getline "." :match "^:Instagram")
    ]]
    assert.same({ "instagram.txt :Instagram" }, said)
    local ok, fresh = shell.run(([[
      dir=$(mktemp -d) && cp %s/examples/neovim/doc/instagram.txt $dir &&
      nvim --headless -n -u NONE -i NONE -c "helptags $dir" -c qa && cat $dir/tags && rm -r $dir]])
      :format(shell.quote(nvim_host.root())))
    assert(ok, fresh)
    assert.equal(tags, fresh .. "\n")
  end)
end)
