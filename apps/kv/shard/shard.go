// Package shard replicates a store over cores, so that the death of any one of them loses nothing.
package shard
