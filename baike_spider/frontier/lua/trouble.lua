-- uses: head manners
-- A host throttled or refused a request: every worker goes slower.
-- KEYS       1 meta, 2 manners
-- ARGV       1-2 head; 3-8 manners; 9 "throttled" | "refused"; 10 seconds since the request left; 11 seconds since the answer came; 12 seconds that the
--            host asked to be left alone, 0: it did not say; 13 longest interval of the back-off; 14 refusals in a row that end the run;
--            15 who tells, 16 the number of the trouble, which rises with every trouble of the same teller
-- Result     told
-- Invariant  a trouble that is told again, because the answer was lost, counts once; requests that were under way together lengthen the interval once; only refusals count towards the end of the run
-- the first interval of a host that had none, in seconds; seconds after which a teller that is silent is forgotten
local FIRST, FORGET = 0.5, 86400

local teller, number = ARGV[15], tonumber(ARGV[16])
local latest = state.heard[teller]
if latest and number <= latest[1] then
  keep()
  return told()
end
for other, heard in pairs(state.heard) do
  if now - heard[2] > FORGET then
    state.heard[other] = nil
  end
end
state.heard[teller] = {number, now}

local came, pause = now - tonumber(ARGV[11]), tonumber(ARGV[12])
state[ARGV[9]] = state[ARGV[9]] + 1
if pause > 0 then
  state.paused, state.granted = math.max(state.paused, came + pause), math.max(state.granted, pause)
elseif now - tonumber(ARGV[10]) >= state.slowed then
  local gap = interval()
  state.slow = math.min(math.max(2 * gap, FIRST), math.max(tonumber(ARGV[13]), gap))
  state.slowed = now
end
if ARGV[9] == 'refused' then
  local most = tonumber(ARGV[14])
  table.insert(state.row, came)
  table.sort(state.row)
  while #state.row > most do
    table.remove(state.row, 1)
  end
  if #state.row == most and state.verdict == 0 then
    state.verdict = now + HEARD
  end
  if state.verdict > state.paused then
    state.paused, state.granted = state.verdict, math.max(state.granted, HEARD)
  end
end
keep()
return told()
