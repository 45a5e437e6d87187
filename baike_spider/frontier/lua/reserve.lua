-- uses: head manners
-- Gives a worker the next times at which it may send a request to a host.
-- KEYS       1 meta, 2 manners
-- ARGV       1-2 head; 3-8 manners; 9 slots wanted, 0: only look; 10.. a random number of [0, 1) for each
-- Result     {told, seconds until a slot may be given, {seconds from now to each slot}}
-- Invariant  no two slots of a host are closer than its interval, whoever got them; none lies further ahead than AHEAD, so a worker that dies
--            takes at most that much with it
-- seconds of the rate that one call may take: more would be unfair to the other workers; the most by which a gap is longer than the interval
local SHARE, JITTER = 0.2, 0.1

local gap = interval()
local wanted = tonumber(ARGV[9])
if gap > 0 then
  wanted = math.min(wanted, math.max(1, math.floor(SHARE / gap)))
end

local slots, again = {}, 0
for i = 1, wanted do
  local slot = math.max(now, state.paused, state.last + gap * (1 + JITTER * tonumber(ARGV[9 + i])))
  if slot > now + AHEAD then
    again = slot - AHEAD - now
    break
  end
  state.last = slot
  slots[i] = string.format('%.4f', slot - now)
end
keep()
return {told(), string.format('%.4f', again), slots}
