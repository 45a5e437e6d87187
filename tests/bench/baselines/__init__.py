"""What a crawl is measured against: Scrapy that only fetches, and scrapy-redis 0.9.1 with a spider that does what ours does. Not part of the project's product."""
