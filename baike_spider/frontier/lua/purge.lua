-- Forgets a crawl and begins it anew.
-- KEYS       every key of the crawl, 1 is meta
-- ARGV       1 the new generation, 2 format of the schema, 3 time for tests or ""
-- Result     1
-- Invariant  no key of the old generation stays; workers of it find it LOST
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'format', ARGV[2], 'begun', ARGV[3] ~= '' and ARGV[3] or redis.call('TIME')[1],
  'open', 0, 'done', 0, 'duplicates', 0)
return 1
