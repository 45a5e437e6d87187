-- uses: head seen queue
-- The whole state of a crawl, read in one step.
-- KEYS       1-13 core, 14 workers, 15 manners, 16.. every pending list by level
-- ARGV       1-2 head
-- Result     {tally, pending, back, parked, ids seen, titles seen, now, begun, {worker, row, ...}, {worker, leases, ...}, bytes of memory or "",
--            {host, own delay, crawl delay, back-off, paused, refusals in a row, stops, refused, throttled, ...}}
-- Invariant  nothing is written
local pending, holders = 0, {}
for i = 16, #KEYS do
  pending = pending + redis.call('LLEN', KEYS[i])
end
local all = redis.call('HGETALL', LEASES)
for i = 2, #all, 2 do
  local worker = cmsgpack.unpack(all[i])[2]
  holders[worker] = (holders[worker] or 0) + 1
end
local flat = {}
for worker, n in pairs(holders) do
  flat[#flat + 1], flat[#flat + 2] = worker, n
end
local info = redis.pcall('INFO', 'memory') -- an account may be without the right to it
local memory = type(info) == 'string' and string.match(info, 'used_memory:(%d+)') or ''
local hosts, rows = {}, redis.call('HGETALL', KEYS[15])
for i = 1, #rows, 2 do
  local state = cmsgpack.unpack(rows[i + 1])
  for _, value in ipairs({rows[i], tostring(state.own), tostring(state.crawl_delay), tostring(state.slow), tostring(math.max(state.paused - now, 0)),
                          #state.row, state.stops, state.refused, state.throttled}) do
    hosts[#hosts + 1] = value
  end
end
return {tally(), pending, redis.call('ZCARD', BACK), redis.call('HLEN', PARKED), seen[4].n, seen[8].n, string.format('%.3f', now),
        redis.call('HGET', KEYS[1], 'begun'), redis.call('HGETALL', KEYS[14]), flat, memory, hosts}
