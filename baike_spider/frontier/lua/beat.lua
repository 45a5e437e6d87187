-- uses: head
-- A worker says that it is alive, or that it leaves.
-- KEYS       1 meta, 2 workers
-- ARGV       1-2 head; 3 worker; 4 what it says of itself (JSON), "" when it leaves
-- Result     1
-- Invariant  one row a worker; rows not touched for a day go
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[2], ARGV[3])
  return 1
end
redis.call('HSET', KEYS[2], ARGV[3], string.format('%.3f ', now) .. ARGV[4])
if redis.call('HLEN', KEYS[2]) > 64 then
  local rows = redis.call('HGETALL', KEYS[2])
  for i = 1, #rows, 2 do
    if tonumber(string.match(rows[i + 1], '^[%d.]+')) < now - 86400 then
      redis.call('HDEL', KEYS[2], rows[i])
    end
  end
end
return 1
