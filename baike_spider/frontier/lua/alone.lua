-- uses: head
-- One run at a time: takes, keeps or frees the right to be the crawl's only exclusive run.
-- KEYS       1 meta
-- ARGV       1-2 head; 3 worker, 4 seconds for which it is taken or kept, 0 to free it; 5 a worker that is known to be dead, or ""
-- Result     {worker that holds it now or "", seconds until it runs out}
-- Invariant  one holder at a time; taken from another only when its time ran out or when it is the dead one
local holder, until_ = '', 0
local row = redis.call('HGET', KEYS[1], 'alone')
if row then
  until_, holder = string.match(row, '^(%S+) (.*)$')
  until_ = tonumber(until_)
end
if holder ~= '' and holder ~= ARGV[3] and holder ~= ARGV[5] and until_ > now then
  return {holder, string.format('%.0f', until_ - now)}
end
if tonumber(ARGV[4]) <= 0 then
  if holder == ARGV[3] then
    redis.call('HDEL', KEYS[1], 'alone')
  end
  return {'', '0'}
end
redis.call('HSET', KEYS[1], 'alone', string.format('%.3f ', now + tonumber(ARGV[4])) .. ARGV[3])
return {ARGV[3], ARGV[4]}
