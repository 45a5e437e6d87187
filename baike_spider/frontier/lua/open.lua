-- Joins a crawl, or begins it.
-- KEYS       every key of the crawl, 1 is meta
-- ARGV       1 generation for a new crawl, 2 generation that must be there or "", 3 format of the schema, 4 time for tests or ""
-- Result     {generation, 1 when the crawl was begun now}; error LOST when what must be there is not, FORMAT when another version wrote it
-- Invariant  one crawl has one generation until it is purged, or cleared when it was finished: then the old one leads to the new one
local generation, format, after = unpack(redis.call('HMGET', KEYS[1], 'generation', 'format', 'after'))
if ARGV[2] ~= '' and generation ~= ARGV[2] and after ~= ARGV[2] then
  return redis.error_reply('LOST generation ' .. ARGV[2])
end
if generation then
  if format ~= ARGV[3] then
    return redis.error_reply('FORMAT ' .. format)
  end
  return {generation, 0}
end
if redis.call('EXISTS', unpack(KEYS)) > 0 then
  return redis.error_reply('LOST meta')
end
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'format', ARGV[3], 'begun', ARGV[4] ~= '' and ARGV[4] or redis.call('TIME')[1],
  'open', 0, 'done', 0, 'duplicates', 0)
return {ARGV[1], 1}
