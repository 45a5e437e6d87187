-- uses: head seen queue
-- Reads dead letters, one stretch at a time.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 cursor, 4 about how many
-- Result     {next cursor, then item, attempts, time, worker, failure of each}
-- Invariant  nothing is written
local cursor, letters = unpack(redis.call('HSCAN', DEAD, ARGV[3], 'COUNT', ARGV[4]))
local out = {cursor}
for i = 2, #letters, 2 do
  for _, part in ipairs(cmsgpack.unpack(letters[i])) do
    out[#out + 1] = part
  end
end
return out
