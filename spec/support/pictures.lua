--- Draws the pictures that the README shows: what is typed here is typed into a real terminal, and what is then on its
-- screen becomes SVG. For `make pictures`.
local picture = require "spec.support.picture"
local shell = require "iggraph.sandbox.shell"
local terminal = require "spec.support.terminal"

-- A picture: the file, the command, what is typed, the text that is then awaited on the screen, and whether Enter is
-- pressed between (true).
local PICTURES = {
  {
    file = "examples/repl.svg", title = "lua5.4 -i examples/repl.lua", width = 90, height = 39,
    description = "A session at Lua's prompt: an account's media as a table, one medium as an indented table, " ..
      "a mistyped field answered by what may have been meant, and the help on an edge",
    command = "env -u IG_ACCESS_TOKEN lua5.4 -i examples/repl.lua", ready = "\n>$",
    steps = {
      { 'media = ig:user("17841405822304914"):media { fields = "id,timestamp,caption" }', "\n>$" },
      { "media", "none taken" },
      { 'ig:media "17918195224117851":get { fields = "captoin" }', "did you mean" },
      { 'ig:media "17918195224117851":get { fields = { "caption", comments = { "text" } } }', "}\n>$" },
      { 'help "media.create_comment"', "assert.*\n>$" },
    },
  },
  {
    file = "examples/neovim/screenshot.svg", title = "nvim +Instagram", width = 90, height = 37,
    description = "Neovim with three windows: an account's posts, the comments of one of them with their replies, " ..
      "and a reply that is being written",
    command = "env -u IG_ACCESS_TOKEN LUA_CPATH='build/luajit/?.so;;' nvim -u NONE -i NONE -n " ..
      "--cmd 'set rtp^=examples/neovim bg=dark noruler' --cmd 'syntax on' " ..
      "--cmd 'runtime plugin/instagram.lua' +Instagram",
    ready = "that is all",
    steps = {
      { "", "lena" },
      { "jjjr", "INSERT", false },
      { "10/10 from us, too! 🦕", "🦕", false },
    },
  },
}

local function draw(plan)
  local screen = terminal.open(plan.command, plan)
  local ok, err = pcall(function()
    screen:wait(plan.ready)
    for _, step in ipairs(plan.steps) do
      screen:type(step[1], step[3])
      screen:wait(step[2])
    end
  end)
  local text = ok and screen:screen(true)
  screen:close()
  if not ok then error(err, 0) end
  shell.write(plan.file, picture.svg(text, plan))
  print(plan.file)
end

for _, plan in ipairs(PICTURES) do draw(plan) end
