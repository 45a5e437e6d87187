-- uses: head seen queue
-- Gives leases more time.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 seconds; 4.. kid, token of each
-- Result     {tally, deadline, {1 or 0 for each: still held or not}}
-- Invariant  a lease that was given away changes nothing; one that ran out and that nobody took yet is held
local deadline, answers = now + tonumber(ARGV[3]), {}
for i = 4, #ARGV, 2 do
  local held = hold(ARGV[i], ARGV[i + 1])
  if held then
    redis.call('ZADD', DEADLINES, deadline, ARGV[i])
  end
  answers[#answers + 1] = held and 1 or 0
end
return {tally(), string.format('%.3f', deadline), answers}
