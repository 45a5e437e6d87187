-- uses: head seen queue
-- How far the crawl is, cheaply.
-- KEYS       1-13 core
-- ARGV       1-2 head
-- Result     {tally}
-- Invariant  nothing is written
return {tally()}
