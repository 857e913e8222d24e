// Package kv is a key-value store in memory, for clients of Redis.
//
// Each core that runs it serves clients ([server]), and is the home of one shard of the keys
// (package shard, which also keeps a copy of each shard on another core); but spares only keep
// copies, as long as one of the others lives. A client may connect to any core that serves. Its
// commands are split by key ([router]), carried out where their shards are, and answered in order
// ([client]).
package kv

import (
	"fmt"
	"math/rand/v2"

	"skerry/apps/kv/shard"
	"skerry/apps/kv/store"
	"skerry/coreos"
	"skerry/coreos/net"
)

// App returns the app. Its arguments are told in the package's README.
func App() coreos.App {
	return coreos.App{Name: "kv", Run: run}
}

func run(s *coreos.OS) error {
	o, err := parse(s.Args(), s.Core().Boot().Cores)
	if err != nil {
		return err
	}
	node, err := shard.New(s, o.cores, len(o.cores)-o.spares, func() shard.State {
		return store.New(o.bytesMax, rand.Uint64())
	})
	if err != nil {
		return fmt.Errorf("kv: shards: %w", err)
	}
	network, err := net.Of(s)
	if err != nil {
		return fmt.Errorf("kv: network: %w", err)
	}
	server := newServer(s, o, node)
	go server.sweep()
	go server.watch()
	for {
		node.Await(true)
		listener, err := network.Listen("tcp", fmt.Sprint(":", o.port))
		if err != nil {
			return fmt.Errorf("kv: %w", err)
		}
		go func() {
			node.Await(false)
			listener.Close()
		}()
		server.serve(listener)
	}
}
