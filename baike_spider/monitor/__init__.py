"""How a crawl is getting on: read only."""
