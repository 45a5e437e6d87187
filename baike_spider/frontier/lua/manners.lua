-- How one host is treated by all workers of a crawl. Used by other scripts, not run alone.
-- KEYS       1 meta (head.lua), 2 manners
-- ARGV       1-2 head; 3 host; 4 seconds between two requests that this worker was asked to keep; 5 crawl delay of robots.txt, "" when it was not
--            read; 6 good pages since the last call, 7 seconds since the latest of them; 8 seconds since this worker's latest slot (negative: still
--            to come), "" when there is none
-- Result     state, interval, keep, told
-- Invariant  `last` goes back only with the server's clock, so two slots are never closer than the interval that held when the later one was given
--
-- A state is {last: time of the latest slot; own, crawl_delay, slow: seconds between two requests as asked for, by robots.txt, and by the back-off
-- (0: none); slowed, healed: times of the last step up and of the last step down by rest; paused: nothing leaves before, granted: the longest pause of those that last, in seconds; row: times of the refusals
-- since the latest good page; verdict: when that row ends the run, 0: not; stops: how many runs it ended; refused, throttled: totals; heard: of who told of troubles,
-- {number of the latest, when}}.

-- seconds for which slots may be given ahead; seconds of rest that halve the back-off; what a good page leaves of it; below this it is none;
-- seconds in which every worker has told of its good pages
local AHEAD, REST, EASE, LEAST, HEARD = 1, 60, 0.8, 0.01, 2

local host, before = ARGV[3], redis.call('HGET', KEYS[2], ARGV[3])
local state = before and cmsgpack.unpack(before) or
  {last = 0, own = 0, crawl_delay = 0, slow = 0, slowed = 0, healed = 0, paused = 0, granted = 0, row = {}, verdict = 0, stops = 0, refused = 0, throttled = 0}
-- a queue of an earlier version
state.heard, state.granted = state.heard or {}, state.granted or math.max(state.paused - now, 0)

local function interval()
  return math.max(state.own, state.crawl_delay, state.slow)
end

local function forget_refusals(until_then)
  local row = {}
  for _, at in ipairs(state.row) do
    if at > until_then then
      row[#row + 1] = at
    end
  end
  if #row < #state.row then
    state.row, state.verdict = row, 0
  end
end

-- no time lies further ahead than it could have been set: the server's clock may have been set back
local function clamp()
  state.last = math.min(state.last, now + AHEAD)
  state.slowed, state.healed = math.min(state.slowed, now), math.min(state.healed, now)
  state.verdict = math.min(state.verdict, now + HEARD)
  for i, at in ipairs(state.row) do
    state.row[i] = math.min(at, now)
  end
  state.paused = math.min(state.paused, now + state.granted)
  if state.paused <= now then
    state.granted = 0
  end
end

-- what passed since the last call, by time and by what the worker says
local function hear()
  state.own = tonumber(ARGV[4])
  state.crawl_delay = tonumber(ARGV[5]) or state.crawl_delay
  local latest = tonumber(ARGV[8]) -- a server that was killed may have forgotten the last second of slots
  state.last = math.max(state.last, latest and now - latest or 0)
  clamp()
  local rests = math.floor((now - math.max(state.slowed, state.healed)) / REST)
  if state.slow > 0 and rests > 0 then
    state.slow, state.healed = state.slow / 2 ^ rests, now
  end
  local good = tonumber(ARGV[6])
  if good > 0 then
    local at = now - tonumber(ARGV[7])
    if at > state.slowed then
      state.slow = state.slow * EASE ^ good
    end
    forget_refusals(at)
  end
  if state.slow <= math.max(state.own, state.crawl_delay, LEAST) then
    state.slow = 0
  end
  if state.verdict > 0 and now >= state.verdict then
    state.stops, state.row, state.verdict = state.stops + 1, {}, 0
  end
end

local function keep()
  local after = cmsgpack.pack(state)
  if after ~= before then
    redis.call('HSET', KEYS[2], host, after)
  end
end

-- {interval, seconds the host is still paused, refusals in a row, runs that refusals ended, refused, throttled}
local function told()
  return {string.format('%.4f', interval()), string.format('%.4f', math.max(state.paused - now, 0)), #state.row, state.stops, state.refused,
          state.throttled}
end

hear()
