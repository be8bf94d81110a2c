-- What the module does when the system, libcurl or its HTTP/2 library have none left of what they are asked for: each
-- refusal in turn ends in a value or a clear error, and the next call works. Here some of them, others with every run;
-- all of them by `make faults`.

local faults = require "spec.support.faults"

local STAGES = {
  "get", "kept", "post", "multipart", "upload", "delete", "pages", "redirect", "secure", "resolve", "abandon",
}

local EVERY = { libcurl = 11, module = 1, nghttp2 = 19, calls = 5 }

-- Only there are these asked for anything.
local ONLY = { nghttp2 = { secure = true } }

describe("refused", function()
  local driver

  setup(function() driver = faults.new() end)
  teardown(function() driver:remove() end)

  for of, every in pairs(EVERY) do
    for _, stage in ipairs(STAGES) do
      if not ONLY[of] or ONLY[of][stage] then
        it(("%s: %s ends in a value or a clear error, and can go on"):format(of, stage), function()
          if not driver:can_refuse(of) then return pending(of .. " is not asked through the program here") end
          local thinned = stage == "secure" and every * 3 or every
          local output = driver:refuse("--of", of, "--every", thinned, "--stage", stage)
          if not output then return end
          assert.is_true(tonumber(output:match(stage .. ": (%d+) refused")) > 0, output)
        end)
      end
    end
  end
end)
