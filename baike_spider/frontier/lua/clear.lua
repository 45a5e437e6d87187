-- uses: head
-- Forgets the queue of a finished crawl that nobody works on, and begins it anew.
-- KEYS       every key of the crawl: 1 meta, 9 dead, 14 workers
-- ARGV       1-2 head; 3 the new generation, 4 format of the schema, 5 worker that asks, 6 seconds after which a silent worker does not count
-- Result     1 when it was forgotten; 0 when something is left: items, dead letters, another worker
-- Invariant  all or nothing; who knows the crawl by its old generation may join the new one
if tonumber(redis.call('HGET', KEYS[1], 'open')) > 0 or redis.call('HLEN', KEYS[9]) > 0 then
  return 0
end
local rows = redis.call('HGETALL', KEYS[14])
for i = 1, #rows, 2 do
  if rows[i] ~= ARGV[5] and tonumber(string.match(rows[i + 1], '^[%d.]+')) > now - tonumber(ARGV[6]) then
    return 0
  end
end
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', KEYS[1], 'generation', ARGV[3], 'format', ARGV[4], 'begun', string.format('%.0f', now), 'after', ARGV[1],
  'open', 0, 'done', 0, 'duplicates', 0)
return 1
