"""The shell around `extractors`: network, clock, Redis and disk."""
