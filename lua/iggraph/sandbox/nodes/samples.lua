--- What the made-up media say: texts with all that makes texts hard.
-- @module iggraph.sandbox.nodes.samples
local M = {}

--- Captions of made-up media, taken in turn.
M.captions = {
  "First light over the harbour. No filter, no hurry.",
  "新しい季節の始まり。今日も一日がんばりましょう 🌸 #桜 #春",
  "Half price/double fun: this weekend only!\nDoors open at 9:00.\n\n#sale #weekend",
  "Größe zählt nicht – Übung schon. 🏋️‍♀️ @metricsaurus",
  "\"It's complicated\" \\o/ — 50% of our data, 100% of our heart ❤️",
  "爱料理:三分钟学会做面条 🍜",
  "Семь раз отмерь, один раз отрежь.",
  "Behind the scenes of tomorrow's drop 👀👩‍👩‍👧‍👦 more at https://example.com/?a=b&c=d",
}

--- Comments, taken in turn.
M.comments = {
  "Beautiful!", "Where is this?", "Love it 😍", "太美了!", "@metricsaurus can't wait", "10/10", "🔥🔥🔥",
}

--- Who writes them.
M.commenters = { "ada.lens", "kiyoshi_m", "lena.blau", "o_captain", "pixel.pete", "rosa_luz", "tomas99" }

--- The captions of the guide's six media, newest first.
M.guide_captions = {
  "Roar like nobody is listening \240\159\166\150",
  "恐龙数据,每天更新。欢迎关注我们!",
  "Before/after: what 65 million years do to a dashboard \\o/",
  "Three charts to rule them all:\n1. reach\n2. saves\n3. bones\n\n#metrics #dinosaurs",
  "\"Extinct\" is just a low engagement rate.",
  "Hello, world. We are Metricsaurus.",
}

--- The ids of the guide's six media.
M.guide_media = {
  "17918195224117851", "17895695668004550", "17899305451014820", "17896450804038745", "17881042411086627",
  "17869102915168123",
}

return M
