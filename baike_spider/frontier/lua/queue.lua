-- What may happen to an item after it was leased, and who owns which identity. Used by other scripts, not run alone.
-- KEYS       4 back, 5 delayed, 6 leases, 7 deadlines, 8 tries, 9 dead, 10 claims, 11 owners, 12 parked, 13 revisits (1-3: seen.lua)
-- ARGV       none of its own
-- Result     put_back, hold, unlease, lapse, bury, finish, settle, park, tally
-- Invariant  every key in state QUEUED lies in exactly one of pending, back, delayed, leases, dead; a key in state ALIAS whose owner is not
--            finished has owners[key] = that owner, and the owner has claims[owner]; `open` counts the items in pending, back, delayed,
--            leases and parked.
--
-- A kid is a key's text (`#114923`, `=刘德华`), an item is depth .. kid .. the rest of the locator. A lease is {token, worker, call, item, dup,
-- fingerprint of dup}; dup names the entry's owner when claim said no. A claim is {fingerprint, then kid, fingerprint, "q" | "n" of each alias}: "q" when
-- the alias had an item of its own. In owners, FINAL says "its entry is finished: drop the item when it turns up", SALVAGED the same of an
-- item that mark_done counted already.
local BACK, DELAYED, LEASES, DEADLINES, TRIES, DEAD, CLAIMS, OWNERS, PARKED, REVISITS =
  KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local FINAL, SALVAGED = '-', '+'

local function kid_of(item)
  return string.match(item, '^%d+([^\n]*)')
end

local function record(key, kid)
  local packed = redis.call('HGET', key, kid)
  return packed and cmsgpack.unpack(packed)
end

-- the lease, when this token still holds it
local function hold(kid, token)
  local lease = record(LEASES, kid)
  return lease and lease[1] == token and lease or nil
end

local function unlease(kid)
  redis.call('HDEL', LEASES, kid)
  redis.call('ZREM', DEADLINES, kid)
end

-- back to the queue, before the items of its depth that were never leased
local function put_back(item)
  redis.call('ZADD', BACK, string.match(item, '^%d+'), item)
end

-- an item that turned out to be another name of a finished entry leaves for good
local function drop(kid, marker)
  redis.call('HDEL', OWNERS, kid)
  redis.call('HDEL', TRIES, kid)
  redis.call('HDEL', REVISITS, kid)
  changes.open = changes.open - 1
  if marker == FINAL then
    changes.duplicates = changes.duplicates + 1
  end
end

-- what an entry claimed becomes final: the entry is finished
local function settle(kid)
  local claim = record(CLAIMS, kid)
  if not claim then
    return
  end
  for i = 2, #claim, 3 do
    local alias, queued = claim[i], claim[i + 2] == 'q'
    if queued and redis.call('HDEL', PARKED, alias) == 1 then
      drop(alias, FINAL)
    elseif queued and redis.call('HDEL', DEAD, alias) == 0 then
      redis.call('HSET', OWNERS, alias, FINAL) -- its item is still queued or leased
    else
      redis.call('HDEL', OWNERS, alias)
    end
  end
  redis.call('HDEL', CLAIMS, kid)
end

-- what an entry claimed is given up: queued aliases come back, the others may be found again
local function release(kid)
  local claim = record(CLAIMS, kid)
  if not claim then
    return
  end
  for i = 2, #claim, 3 do
    local alias, fingerprint, queued = claim[i], claim[i + 1], claim[i + 2] == 'q'
    redis.call('HDEL', OWNERS, alias)
    set_state(fingerprint, queued and QUEUED or 0)
    local item = queued and redis.call('HGET', PARKED, alias)
    if item then
      redis.call('HDEL', PARKED, alias)
      put_back(item)
    end
  end
  redis.call('HDEL', CLAIMS, kid)
end

-- the item waits for the fate of its owner; what it had claimed goes to the owner too, for all of it is one entry
local function park(kid, fingerprint, item, owner)
  local claim, own = record(CLAIMS, owner), record(CLAIMS, kid)
  local known = {}
  for i = 2, #claim, 3 do
    known[claim[i]] = true
  end
  local given = own or {fingerprint}
  given[#given + 1], given[#given + 2], given[#given + 3] = kid, fingerprint, 'q'
  for i = 2, #given, 3 do
    if not known[given[i]] then
      claim[#claim + 1], claim[#claim + 2], claim[#claim + 3] = given[i], given[i + 1], given[i + 2]
      redis.call('HSET', OWNERS, given[i], owner)
    end
  end
  redis.call('HDEL', CLAIMS, kid)
  redis.call('HSET', CLAIMS, owner, cmsgpack.pack(claim))
  redis.call('HSET', PARKED, kid, item)
  set_state(fingerprint, ALIAS)
end

-- out of the queue, to where a person looks, with what is known of it
local function bury(kid, lease, attempts, failure)
  unlease(kid)
  local owner = redis.call('HGET', OWNERS, kid)
  if owner == FINAL or owner == SALVAGED then
    return drop(kid, owner)
  end
  if owner then
    return redis.call('HSET', PARKED, kid, lease[4])
  end
  release(kid)
  redis.call('HDEL', TRIES, kid)
  redis.call('HSET', DEAD, kid, cmsgpack.pack({lease[4], tostring(attempts), string.format('%.3f', now), lease[2], failure}))
  changes.open = changes.open - 1
end

local function tries_of(kid)
  local attempts, lapses = string.match(redis.call('HGET', TRIES, kid) or '0 0', '(%d+) (%d+)')
  return tonumber(attempts), tonumber(lapses)
end

-- its worker let the lease run out
local function lapse(kid, lease, most)
  local attempts, lapses = tries_of(kid)
  lapses = lapses + 1
  if lapses >= most then
    return bury(kid, lease, attempts, string.format('its lease ran out %d times: a worker dies or hangs on it', lapses))
  end
  unlease(kid)
  redis.call('HSET', TRIES, kid, attempts .. ' ' .. lapses)
  put_back(lease[4])
end

-- who has the entry, when this lease has not: nil (it has), FINAL, an owner still at work, or "" (the owner died)
local function owner_of(kid, lease)
  local owner, dup = redis.call('HGET', OWNERS, kid), lease[5]
  if owner then
    return owner
  end
  if dup == nil or dup == FINAL then
    return dup
  end
  if redis.call('HEXISTS', CLAIMS, dup) == 1 then
    return dup
  end
  local state = state_of(lease[6])
  if state == ALIAS then
    return redis.call('HGET', OWNERS, dup) or FINAL
  end
  return state == DONE and FINAL or ''
end

local function finish(kid, fingerprint, lease)
  local owner = owner_of(kid, lease)
  unlease(kid)
  if owner == '' then
    return put_back(lease[4])
  end
  redis.call('HDEL', TRIES, kid)
  if owner == nil then
    settle(kid)
    redis.call('HDEL', REVISITS, kid)
    set_state(fingerprint, DONE)
    changes.open, changes.done = changes.open - 1, changes.done + 1
  elseif owner == FINAL or owner == SALVAGED then
    settle(kid)
    set_state(fingerprint, ALIAS)
    drop(kid, owner)
  else
    park(kid, fingerprint, lease[4], owner)
  end
end

-- {open, leased, delayed, done, duplicates, dead, seconds until something delayed or leased comes back or "", 1 while nothing is handed out}
local function tally()
  local meta = redis.call('HMGET', KEYS[1], 'open', 'done', 'duplicates', 'draining')
  local wake
  for _, key in ipairs({DELAYED, DEADLINES}) do
    local due = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    if due and (not wake or due < wake) then
      wake = due
    end
  end
  return {tonumber(meta[1]), redis.call('HLEN', LEASES), redis.call('ZCARD', DELAYED), tonumber(meta[2]), tonumber(meta[3]),
          redis.call('HLEN', DEAD), wake and string.format('%.3f', math.max(wake - now, 0)) or '', meta[4] and 1 or 0}
end
