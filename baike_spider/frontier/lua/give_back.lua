-- uses: head seen queue
-- Returns leased items to the queue, at once or later, or to the dead.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 seconds to wait, 4 "back" | "failed" | "bury", 5 failure in words, 6 attempts after which an item is dead; 7.. kid, token of each
-- Result     {tally, how many were still held}
-- Invariant  a lease that was given away changes nothing; only "failed" counts as an attempt
local held, delay = 0, tonumber(ARGV[3])
for i = 7, #ARGV, 2 do
  local kid = ARGV[i]
  local lease = hold(kid, ARGV[i + 1])
  if lease then
    held = held + 1
    local attempts, lapses = tries_of(kid)
    if ARGV[4] ~= 'back' then
      attempts = attempts + 1
    end
    if ARGV[4] == 'bury' or (ARGV[4] == 'failed' and attempts >= tonumber(ARGV[6])) then
      bury(kid, lease, attempts, ARGV[5])
    else
      unlease(kid)
      if ARGV[4] == 'failed' then
        redis.call('HSET', TRIES, kid, attempts .. ' ' .. lapses)
      end
      if delay > 0 then
        redis.call('ZADD', DELAYED, now + delay, lease[4])
      else
        put_back(lease[4])
      end
    end
  end
end
write_seen()
write_changes()
return {tally(), held}
