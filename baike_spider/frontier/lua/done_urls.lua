-- The taken start URLs are queued: forget them.
-- KEYS       1 taken
-- ARGV       the URLs
-- Result     how many were there
-- Invariant  the start URLs themselves are not touched: the same URL may be pushed again
local n = 0
for first = 1, #ARGV, 2000 do
  n = n + redis.call('ZREM', KEYS[1], unpack(ARGV, first, math.min(first + 1999, #ARGV)))
end
return n
