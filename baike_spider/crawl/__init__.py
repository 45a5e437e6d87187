"""One crawl: what it is asked to do (`plan`), what it holds open (`run`), what became of every lease (`ledger`)."""
