-- uses: head seen queue
-- Dead letters go back to the queue with their attempts forgotten.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 how many of any kind, or 4.. the kids
-- Result     {tally, how many went back}
-- Invariant  a dead letter leaves the dead in the same step that queues it
local kids = {unpack(ARGV, 4)}
if #kids == 0 and tonumber(ARGV[3]) > 0 then
  kids = redis.call('HRANDFIELD', DEAD, ARGV[3])
end
for _, kid in ipairs(kids) do
  local letter = record(DEAD, kid)
  if letter then
    redis.call('HDEL', DEAD, kid)
    put_back(letter[1])
    changes.open = changes.open + 1
  end
end
write_changes()
return {tally(), changes.open}
