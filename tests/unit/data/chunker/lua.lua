local M = {}
-- Adds.
-- Twice.
function M.add(a, b)
  return a + b
end
function M:method(x) return x end
local function helper() end
M.sub = function(a) return a end
local f = function() end
MAX_N = 3
return M
