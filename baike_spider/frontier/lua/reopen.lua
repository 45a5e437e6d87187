-- uses: head seen queue
-- Queues finished entries once more, to see whether they changed. Called in the order in which they are to be fetched.
-- KEYS       1-13 core, 14 the pending list of level 0
-- ARGV       1-2 head; 3.. one an entry: number n of its names, then kid, fingerprint, item of each, then a note of what to compare with
-- Result     {tally, how many were queued, how many wait in that list}
-- Invariant  an entry that waits, is worked on or is parked is left alone; one of its names is queued: the one that it was finished under, else
--            another finished one, else (this queue knows none of them) the first; a dead letter is tried again. Only a key whose item is in no
--            other place gets one. A note stays until its entry is finished again
local items, queued = {}, 0

-- {rank, number of its first argument}: the greatest rank is queued; nil where one of the names is being worked on
local function chosen(first, n)
  local best
  for at = first, first + (n - 1) * 3, 3 do
    local kid, state, rank = ARGV[at], state_of(ARGV[at + 1]), 1
    local owner = redis.call('HGET', OWNERS, kid)
    if state == QUEUED then
      if redis.call('HEXISTS', DEAD, kid) == 0 then
        return nil
      end
      rank = 4
    elseif owner and owner ~= SALVAGED and owner ~= FINAL then
      return nil
    elseif state == DONE then
      rank = 3
    elseif state == ALIAS then
      rank = owner and 0 or 2 -- with an owner: its own item is still queued, to be dropped
    end
    if not best or rank > best[1] then
      best = {rank, at}
    end
  end
  return best and best[1] > 0 and best or nil
end

local i = 3
while i <= #ARGV do
  local n = tonumber(ARGV[i])
  local first, note = i + 1, ARGV[i + 1 + n * 3]
  local best = chosen(first, n)
  if best then
    local kid, fingerprint, item = ARGV[best[2]], ARGV[best[2] + 1], ARGV[best[2] + 2]
    queued = queued + 1
    redis.call('HSET', REVISITS, kid, note)
    if best[1] == 3 then
      changes.done = changes.done - 1
    end
    set_state(fingerprint, QUEUED)
    if redis.call('HGET', OWNERS, kid) == SALVAGED then
      redis.call('HDEL', OWNERS, kid) -- its old item is still queued, and counted
    else
      redis.call('HDEL', DEAD, kid)
      items[#items + 1] = item
      changes.open = changes.open + 1
    end
  end
  i = first + n * 3 + 1
end
write_seen()
for first = 1, #items, 2000 do
  redis.call('RPUSH', KEYS[14], unpack(items, first, math.min(first + 1999, #items)))
end
write_changes()
return {tally(), queued, redis.call('LLEN', KEYS[14])}
