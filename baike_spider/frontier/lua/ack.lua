-- uses: head seen queue
-- Finishes leased items: their records are durable.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3.. kid, fingerprint, token of each
-- Result     {tally, how many were still held}
-- Invariant  a lease that was given away changes nothing; an item whose entry another lease still works on is parked, not finished
local held = 0
for i = 3, #ARGV, 3 do
  local lease = hold(ARGV[i], ARGV[i + 2])
  if lease then
    finish(ARGV[i], ARGV[i + 1], lease)
    held = held + 1
  end
end
write_seen()
write_changes()
return {tally(), held}
