-- uses: head seen queue
-- Books entries that are finished without an acknowledgement.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 "done", "alias" (other names of such entries) or "claimed" (done, but only what claimed its entry); 4.. kid, fingerprint of each
-- Result     {tally, how many were not booked yet}
-- Invariant  what is done or is an alias stays as it is; a worker that still holds such an item loses its lease
local booked, done = 0, ARGV[3] ~= 'alias'
for i = 4, #ARGV, 2 do
  local kid, fingerprint = ARGV[i], ARGV[i + 1]
  local state = state_of(fingerprint)
  if state <= QUEUED and (ARGV[3] ~= 'claimed' or redis.call('HEXISTS', CLAIMS, kid) == 1) then
    if state == QUEUED then
      if redis.call('HEXISTS', LEASES, kid) == 1 then
        unlease(kid)
        changes.open = changes.open - 1
      elseif redis.call('HDEL', DEAD, kid) == 0 then
        redis.call('HSET', OWNERS, kid, SALVAGED) -- queued: dropped when its turn comes
      end
      redis.call('HDEL', TRIES, kid)
      redis.call('HDEL', REVISITS, kid)
      settle(kid)
    end
    set_state(fingerprint, done and DONE or ALIAS)
    booked = booked + 1
    changes.done = changes.done + (done and 1 or 0)
  end
end
write_seen()
write_changes()
return {tally(), booked}
