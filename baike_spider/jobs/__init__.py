"""The same functions on a cluster: files in, shards out, no logic of its own. Needs the extra `spark`."""
