-- uses: head seen
-- Queues the candidates that nobody has seen, the others cost nothing.
-- KEYS       1 meta, 2 ids, 3 titles, 4.. the pending lists that this batch needs
-- ARGV       1-2 head; 3.. one a candidate: byte n (its list is KEYS[3 + n]), byte w, fingerprint of w bytes, item
-- Result     how many were new
-- Invariant  a key enters a pending list once in the life of a generation, in the same step that marks it as seen
local items = {}
for _, i in ipairs(unseen_among(ARGV, 3)) do
  local list, width = string.byte(ARGV[i], 1, 2)
  local fingerprint = string.sub(ARGV[i], 3, 2 + width)
  if state_of(fingerprint) == 0 then -- else it is twice in this batch
    set_state(fingerprint, QUEUED)
    local key = KEYS[3 + list]
    items[key] = items[key] or {}
    table.insert(items[key], string.sub(ARGV[i], 3 + width))
    changes.open = changes.open + 1
  end
end

write_seen()
for list, texts in pairs(items) do
  for first = 1, #texts, 2000 do
    redis.call('RPUSH', list, unpack(texts, first, math.min(first + 1999, #texts)))
  end
end
write_changes()
return changes.open
