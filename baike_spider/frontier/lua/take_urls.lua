-- Takes start URLs that somebody pushed, without losing one when the taker dies.
-- KEYS       1 start URLs (list, set or sorted set), 2 taken (sorted set of URL by the time it may be taken again)
-- ARGV       1 how many, 2 seconds to hold them, 3 time for tests or ""
-- Result     the URLs; error TYPE when the key is of another type
-- Invariant  a URL is in one of the two keys until done_urls.lua says that it is queued
local wanted = tonumber(ARGV[1])
local now = tonumber(ARGV[3])
if not now then
  now = tonumber(redis.call('TIME')[1])
end
local urls = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, wanted)
local kind, more = redis.call('TYPE', KEYS[1]).ok, wanted - #urls
local fresh = {}
if more > 0 and kind ~= 'none' then
  if kind == 'list' then
    fresh = redis.call('LPOP', KEYS[1], more)
  elseif kind == 'set' then
    fresh = redis.call('SPOP', KEYS[1], more)
  elseif kind == 'zset' then
    local flat = redis.call('ZPOPMAX', KEYS[1], more)
    for i = 1, #flat, 2 do
      fresh[#fresh + 1] = flat[i]
    end
  else
    return redis.error_reply('TYPE ' .. kind)
  end
end
for _, url in ipairs(fresh) do
  urls[#urls + 1] = url
end
for _, url in ipairs(urls) do
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), url)
end
return urls
