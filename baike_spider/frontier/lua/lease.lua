-- uses: head seen queue
-- Hands out the next items; before that, what expired or is due comes back.
-- KEYS       1-13 core, 14.. every pending list by level
-- ARGV       1-2 head; 3 how many, 4 seconds, 5 worker, 6 name of this call, 7 "1" when the call is repeated because its answer was lost,
--            8 lapses after which an item is dead
-- Result     {tally, deadline, {item, token, attempts, note of each}}; error LOST when the queue is empty but the books say otherwise
-- Invariant  nothing new is handed out while the crawl is drained; an item is in one place; lowest depth first, then first seen; tokens only grow, over restarts of the server too
local wanted, deadline, granted = tonumber(ARGV[3]), now + tonumber(ARGV[4]), {}
local token = tonumber(redis.call('HGET', KEYS[1], 'token') or 0)
local first_token = token
local revisiting = redis.call('EXISTS', REVISITS) == 1

local function grant(kid, item, text)
  local at = #granted
  granted[at + 1], granted[at + 2], granted[at + 3] = item, text, tries_of(kid)
  granted[at + 4] = revisiting and redis.call('HGET', REVISITS, kid) or ''
end

local function hand_out(kid, item)
  local time = redis.call('TIME')
  token = math.max(token + 1, time[1] * 1000000 + time[2])
  local text = string.format('%.0f', token)
  redis.call('HSET', LEASES, kid, cmsgpack.pack({text, ARGV[5], ARGV[6], item}))
  redis.call('ZADD', DEADLINES, deadline, kid)
  grant(kid, item, text)
end

if ARGV[7] == '1' then
  local all = redis.call('HGETALL', LEASES)
  for i = 1, #all, 2 do
    local lease = cmsgpack.unpack(all[i + 1])
    if lease[2] == ARGV[5] and lease[3] == ARGV[6] then
      grant(all[i], lease[4], lease[1])
      redis.call('ZADD', DEADLINES, deadline, all[i])
    end
  end
end

for _, kid in ipairs(redis.call('ZRANGEBYSCORE', DEADLINES, '-inf', now, 'LIMIT', 0, 1000)) do
  local lease = record(LEASES, kid)
  if not lease then
    return redis.error_reply('LOST lease of ' .. kid)
  end
  lapse(kid, lease, tonumber(ARGV[8]))
end
for _, item in ipairs(redis.call('ZRANGEBYSCORE', DELAYED, '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', DELAYED, item)
  put_back(item)
end

local level, returned = 14, redis.call('ZRANGE', BACK, 0, 0, 'WITHSCORES')
local function next_item()
  while level <= #KEYS and redis.call('LLEN', KEYS[level]) == 0 do
    level = level + 1
  end
  if returned[1] and (level > #KEYS or math.min(tonumber(returned[2]), #KEYS - 14) <= level - 14) then
    local item = returned[1]
    redis.call('ZREM', BACK, item)
    returned = redis.call('ZRANGE', BACK, 0, 0, 'WITHSCORES')
    return item
  end
  return level <= #KEYS and redis.call('LPOP', KEYS[level])
end

local dry = false
local draining = redis.call('HEXISTS', KEYS[1], 'draining') == 1
while not draining and #granted < wanted * 4 do
  local item = next_item()
  if not item then
    dry = true
    break
  end
  local kid = kid_of(item)
  local owner = redis.call('HGET', OWNERS, kid)
  if owner == FINAL or owner == SALVAGED then
    drop(kid, owner)
  elseif owner then
    redis.call('HSET', PARKED, kid, item)
  else
    hand_out(kid, item)
  end
end

write_seen()
write_changes()
if token ~= first_token then
  redis.call('HSET', KEYS[1], 'token', string.format('%.0f', token))
end

local report = tally()
if dry then
  local leased, parked = report[2], redis.call('HLEN', PARKED)
  local held = leased + report[3] + parked
  local seen_gone = (seen[4].n > 0 and redis.call('EXISTS', KEYS[2]) == 0) or (seen[8].n > 0 and redis.call('EXISTS', KEYS[3]) == 0)
  local stuck = parked > 0 and parked == held -- an owner is never parked itself
  if seen_gone or stuck or held ~= report[1] or redis.call('ZCARD', DEADLINES) ~= leased then
    return redis.error_reply('LOST books: ' .. report[1] .. ' open, ' .. held .. ' there, ' .. parked .. ' of them parked')
  end
end
return {report, string.format('%.3f', deadline), granted}
