-- uses: head seen queue
-- The leases of workers that are gone come back at once, and their heartbeats end.
-- KEYS       1-13 core, 14 workers
-- ARGV       1-2 head; 3 lapses after which an item is dead; 4.. worker names
-- Result     {tally, how many leases came back}
-- Invariant  counts as a lease run out, no more and no less
local gone, back = {}, 0
for i = 4, #ARGV do
  gone[ARGV[i]] = true
  redis.call('HDEL', KEYS[14], ARGV[i])
end
local all = redis.call('HGETALL', LEASES)
for i = 1, #all, 2 do
  local lease = cmsgpack.unpack(all[i + 1])
  if gone[lease[2]] then
    lapse(all[i], lease, tonumber(ARGV[3]))
    back = back + 1
  end
end
write_seen()
write_changes()
return {tally(), back}
