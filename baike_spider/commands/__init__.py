"""Scrapy's own commands where a crawl of ours needs more of them: checks before the start, and exit codes."""
