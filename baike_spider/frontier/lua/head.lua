-- Opens every script of a crawl: is this still the crawl the worker joined, and what time is it? Not run alone.
-- KEYS       1 meta
-- ARGV       1 the generation the worker joined; 2 the time in seconds since 1970 for tests, "" for the server's clock
-- Result     error LOST when the crawl's data is gone or was purged
-- Invariant  nothing is written; workers' clocks, which differ, are never compared
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then
  return redis.error_reply('LOST generation ' .. ARGV[1])
end

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end

local changes = {open = 0, done = 0, duplicates = 0}

local function write_changes()
  for field, by in pairs(changes) do
    if by ~= 0 then
      redis.call('HINCRBY', KEYS[1], field, by)
    end
  end
end
