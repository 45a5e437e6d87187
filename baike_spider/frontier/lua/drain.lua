-- uses: head
-- Hands out nothing more, or again.
-- KEYS       1 meta
-- ARGV       1-2 head; 3 "1" to drain, "" to resume
-- Result     1
-- Invariant  leases that are held stay held, nothing else is touched
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[1], 'draining', 1)
else
  redis.call('HDEL', KEYS[1], 'draining')
end
return 1
