-- uses: head seen queue
-- One entry once: the leased page turned out to be these identities too.
-- KEYS       1-13 core
-- ARGV       1-2 head; 3 kid, 4 fingerprint, 5 token of the lease; 6.. kid, fingerprint of each alias
-- Result     1 the lease owns all of them; 0 another key owns one, or is done as one; -1 the lease is not held any more
-- Invariant  an identity has one owner; all or nothing; the same key may claim again, also under a later lease; of an item that is visited again,
--            the identities that are finished as aliases are taken for its own and stay as they are
local kid, lease = ARGV[3], hold(ARGV[3], ARGV[5])
if not lease then
  return -1
end

local again = redis.call('HEXISTS', REVISITS, kid) == 1
local function is_own_already(fingerprint)
  return again and state_of(fingerprint) == ALIAS
end

local function owner_among_aliases()
  local own = redis.call('HGET', OWNERS, kid)
  if own then
    return own
  end
  for i = 6, #ARGV, 2 do
    local alias = ARGV[i]
    local owner = redis.call('HGET', OWNERS, alias)
    if alias == kid or owner == kid then
      owner = nil
    elseif owner then
      return owner
    elseif redis.call('HEXISTS', CLAIMS, alias) == 1 then
      return alias
    elseif state_of(ARGV[i + 1]) > QUEUED and not is_own_already(ARGV[i + 1]) then
      return FINAL
    end
  end
end

local owner = owner_among_aliases()
if owner then
  owner = owner == SALVAGED and FINAL or owner
  lease[5], lease[6] = owner, owner == FINAL and '' or record(CLAIMS, owner)[1]
  redis.call('HSET', LEASES, kid, cmsgpack.pack(lease))
  return 0
end

local claim = record(CLAIMS, kid) or {ARGV[4]}
for i = 6, #ARGV, 2 do
  local alias, fingerprint = ARGV[i], ARGV[i + 1]
  if alias ~= kid and redis.call('HGET', OWNERS, alias) ~= kid and not is_own_already(fingerprint) then
    claim[#claim + 1], claim[#claim + 2], claim[#claim + 3] = alias, fingerprint, state_of(fingerprint) == QUEUED and 'q' or 'n'
    set_state(fingerprint, ALIAS)
    redis.call('HSET', OWNERS, alias, kid)
  end
end
redis.call('HSET', CLAIMS, kid, cmsgpack.pack(claim))
redis.call('HSET', LEASES, kid, cmsgpack.pack({lease[1], lease[2], lease[3], lease[4]}))
write_seen()
return 1
