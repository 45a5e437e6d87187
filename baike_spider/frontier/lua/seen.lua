-- The seen tables: what is known of every key, exactly, in a few bytes. Used by other scripts, not run alone.
-- KEYS       1 meta, 2 ids, 3 titles
-- ARGV       none of its own
-- Result     state_of, set_state, unseen_among, write_seen
-- Invariant  a fingerprint lies in exactly one bucket and is there once; after write_seen the tables in Redis are whole
--
-- A table is one hash of packed buckets and grows by linear hashing: one bucket is split whenever the mean load passes `load`, so
-- it is compact at a thousand keys and at a hundred million, without a resize, and whatever the server's encoding limits are.
-- A fingerprint is 4 bytes (ids) or 8 (titles). Its first three bytes, little endian, are the address h: bucket h % 2^level, or h % 2^(level+1)
-- for those below `split` that were split already. level >= 8, so the bucket's number implies the first byte: an entry
-- keeps the others, then one byte of state.
local QUEUED, DONE, ALIAS = 1, 2, 3
local TOP_LEVEL = 23 -- the address has 24 bits

local function open_table(key, field, width, load)
  local text = redis.call('HGET', KEYS[1], field)
  local n, level, split = 0, 8, 0
  if text then
    n, level, split = string.match(text, '^(%d+) (%d+) (%d+)$')
  end
  return {key = key, field = field, width = width, load = load, n = tonumber(n), level = tonumber(level), split = tonumber(split),
          size = 2 ^ level, buckets = {}, changed = {}}
end

local seen = {[4] = open_table(KEYS[2], 'ids', 4, 96), [8] = open_table(KEYS[3], 'titles', 8, 32)}

local function address(t, fingerprint)
  local low, mid, high = string.byte(fingerprint, 1, 3)
  local h = low + mid * 256 + high * 65536
  local at = h % t.size
  if at < t.split then
    at = h % (t.size * 2)
  end
  return at
end

local function bucket(t, at)
  local packed = t.buckets[at]
  if not packed then
    packed = redis.call('HGET', t.key, at) or ''
    t.buckets[at] = packed
  end
  return packed
end

-- where in a packed bucket the entry begins; rest is the fingerprint without its first byte
local function find(t, packed, rest)
  local found = string.find(packed, rest, 1, true)
  while found and (found - 1) % t.width ~= 0 do
    found = string.find(packed, rest, found + 1, true)
  end
  return found
end

-- the numbers of those texts whose fingerprint is unseen: the fingerprint lies in a text at byte 3, its width is byte 2
local function unseen_among(texts, first)
  local addresses, wanted = {}, {[4] = {}, [8] = {}}
  for i = first, #texts do
    local _, width, low, mid, high = string.byte(texts[i], 1, 5)
    local t = seen[width]
    local h = low + mid * 256 + high * 65536
    local at = h % t.size
    if at < t.split then
      at = h % (t.size * 2)
    end
    addresses[i] = at
    if t.buckets[at] == nil then
      t.buckets[at] = false
      local list = wanted[width]
      list[#list + 1] = at
    end
  end
  for width, list in pairs(wanted) do
    local t = seen[width]
    for begin = 1, #list, 2000 do
      local found = redis.call('HMGET', t.key, unpack(list, begin, math.min(begin + 1999, #list)))
      for i = 1, #found do
        t.buckets[list[begin + i - 1]] = found[i] or ''
      end
    end
  end
  local unseen = {}
  for i = first, #texts do
    local width = string.byte(texts[i], 2)
    local t = seen[width]
    if not find(t, t.buckets[addresses[i]], string.sub(texts[i], 4, 2 + width)) then
      unseen[#unseen + 1] = i
    end
  end
  return unseen
end

local function locate(t, fingerprint)
  local at = address(t, fingerprint)
  local packed = bucket(t, at)
  local rest = string.sub(fingerprint, 2)
  return at, packed, find(t, packed, rest), rest
end

local function state_of(fingerprint)
  local t = seen[#fingerprint]
  local _, packed, found = locate(t, fingerprint)
  return found and string.byte(packed, found + t.width - 1) or 0
end

local function set_state(fingerprint, state)
  local t = seen[#fingerprint]
  local at, packed, found, rest = locate(t, fingerprint)
  if not found then
    if state == 0 then
      return
    end
    t.n = t.n + 1
    packed = packed .. rest .. string.char(state)
  elseif state == 0 then
    t.n = t.n - 1
    packed = string.sub(packed, 1, found - 1) .. string.sub(packed, found + t.width)
  else
    packed = string.sub(packed, 1, found + t.width - 2) .. string.char(state) .. string.sub(packed, found + t.width)
  end
  t.buckets[at] = packed
  t.changed[at] = true
end

local function split_one(t)
  local from, size = t.split, t.size
  local unit = size / 256 -- bit `level` of the address, seen from the entry's first two bytes
  local packed, stay, move = bucket(t, from), {}, {}
  for i = 1, #packed, t.width do
    local mid, high = string.byte(packed, i, i + 1)
    local side = math.floor((mid + high * 256) / unit) % 2 == 0 and stay or move
    side[#side + 1] = string.sub(packed, i, i + t.width - 1)
  end
  t.buckets[from], t.buckets[from + size] = table.concat(stay), table.concat(move)
  t.changed[from], t.changed[from + size] = true, true
  t.split = from + 1
  if t.split == size then
    t.level, t.size, t.split = t.level + 1, size * 2, 0
  end
end

local function write_table(t)
  if next(t.changed) == nil then
    return
  end
  while t.level < TOP_LEVEL and t.n > t.load * (t.size + t.split) do
    split_one(t)
  end
  local pairs_out = {}
  for at in pairs(t.changed) do
    if t.buckets[at] == '' then
      redis.call('HDEL', t.key, at)
    else
      pairs_out[#pairs_out + 1] = at
      pairs_out[#pairs_out + 1] = t.buckets[at]
    end
  end
  for first = 1, #pairs_out, 2000 do
    redis.call('HSET', t.key, unpack(pairs_out, first, math.min(first + 1999, #pairs_out)))
  end
  redis.call('HSET', KEYS[1], t.field, string.format('%d %d %d', t.n, t.level, t.split))
end

local function write_seen()
  write_table(seen[4])
  write_table(seen[8])
end
