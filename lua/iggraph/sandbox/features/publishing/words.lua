--- How a medium is to fare, which its maker says: by words in the name of the file in `image_url`, `video_url`,
-- `cover_url` or the header `file_url` (`https://…/status_2207082.mp4`, `…/polls_1-publish_cut.jpg`), or with a `#` in
-- `caption` or `alt_text`, since what is uploaded has no address (`#polls_1 #cut_after_1000000`).
--
-- | word | what it does |
-- | --- | --- |
-- | `error_<code>_<subcode>` | the container is not created; `m2` is the code -2 |
-- | `polls_<n>` | in progress for n looks: a video takes 3, all else none |
-- | `seconds_<n>` | in progress for n seconds after its creation instead |
-- | `never` | in progress for ever |
-- | `expired` | expired at once |
-- | `status_<subcode>` | processing fails, and `status` names the subcode |
-- | `status_only` | processing fails, with a `status` but no `status_code` |
-- | `publish_error_<code>_<subcode>` | media_publish fails; `publish_once_error_…`: the first time |
-- | `publish_cut` | media_publish is carried out, but the connection is cut before the answer |
-- | `publish_lost` | the connection is cut, and nothing was carried out; `publish_once_lost`: the first time |
-- | `cut_after_<n>` | the upload is cut when n bytes of the file are there; may be given more than once |
-- | `upload_error` | all bytes are taken, and processing fails; `upload_once_error`: the first time, and passing |
-- @module iggraph.sandbox.features.publishing.words
local M = {}

-- What a word must look like: its captures become its value.
local PATTERNS = {
  error = "^error_(m?%d+)_(%d+)$",
  polls = "^polls_(%d+)$",
  seconds = "^seconds_(%d+)$",
  never = "^never$",
  expired = "^expired$",
  status = "^status_(%d+)$",
  status_only = "^status_only$",
  publish_error = "^publish_error_(m?%d+)_(%d+)$",
  publish_once_error = "^publish_once_error_(m?%d+)_(%d+)$",
  publish_cut = "^publish_cut$",
  publish_lost = "^publish_lost$",
  publish_once_lost = "^publish_once_lost$",
  cut_after = "^cut_after_(%d+)$",
  upload_error = "^upload_error$",
  upload_once_error = "^upload_once_error$",
}

local function note(words, text)
  for name, pattern in pairs(PATTERNS) do
    local first, second = text:match(pattern)
    if first then
      words[name] = words[name] or {}
      for _, capture in ipairs { first, second } do
        table.insert(words[name], tonumber((capture:gsub("^m", "-"))) or true)
      end
    end
  end
end

--- Reads the words of addresses.
-- @tparam ?string address
-- @tparam[opt] table words to add to
-- @treturn table list of numbers, or `{ true }`, by word
function M.of_address(address, words)
  words = words or {}
  local name = (address or ""):match("^[^?#]*"):match("[^/]*$")
  for text in name:gmatch("[%w_]+") do note(words, text) end
  return words
end

--- Reads the words of texts.
-- @tparam ?string text
-- @tparam table words to add to
function M.of_text(text, words)
  for word in (text or ""):gmatch("#([%w_]+)") do note(words, word) end
end

return M
