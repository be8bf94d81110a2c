--- Points in time as the Graph writes and reads them. Only arithmetic: os.date knows no years before 1900
-- on some systems, and an account with ten million media, one an hour, goes back a thousand years.
-- @module iggraph.time
local M = {}

local floor = math.floor

--- Days since 1970-01-01 of a date in the Gregorian calendar. The year is taken to begin in March, so that
-- the leap day is its last.
local function days_from_date(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = floor(year / 400)
  local year_of_era = year - era * 400
  local day_of_year = floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  local day_of_era = year_of_era * 365 + floor(year_of_era / 4) - floor(year_of_era / 100) + day_of_year
  return era * 146097 + day_of_era - 719468
end

local function date_from_days(days)
  days = days + 719468
  local era = floor(days / 146097)
  local day_of_era = days - era * 146097
  local year_of_era = floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524)
    - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local shifted = floor((5 * day_of_year + 2) / 153)
  local month = (shifted + 2) % 12 + 1
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return year, month, day_of_year - floor((153 * shifted + 2) / 5) + 1
end

--- `2026-01-31T10:11:12+0000`.
-- @tparam number seconds since 1970
-- @treturn string
function M.format(seconds)
  local days = floor(seconds / 86400)
  local rest = seconds - days * 86400
  local year, month, day = date_from_days(days)
  return ("%04d-%02d-%02dT%02d:%02d:%02d+0000"):format(year, month, day,
    floor(rest / 3600), floor(rest / 60) % 60, rest % 60)
end

local function offset_of(zone)
  if zone == "" or zone == "Z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then return nil end
  return (tonumber(hours) * 3600 + tonumber(minutes) * 60) * (sign == "-" and -1 or 1)
end

--- Reads Unix seconds, `2026-01-31` and `2026-01-31T10:11:12+0000`.
-- @tparam string text
-- @treturn ?number seconds since 1970; nil if it is none of these
function M.parse(text)
  if text:find("^%-?%d+$") then return tonumber(text) end
  local year, month, day, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  if not year then return nil end
  local seconds = days_from_date(tonumber(year), tonumber(month), tonumber(day)) * 86400
  if rest == "" then return seconds end
  local hour, minute, second, zone = rest:match("^[T ](%d%d):(%d%d):(%d%d)(.*)$")
  local offset = hour and offset_of(zone)
  if not offset then return nil end
  return seconds + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second) - offset
end

return M
